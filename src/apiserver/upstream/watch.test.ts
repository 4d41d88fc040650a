// Upstream's watch suite at the HTTP level: k8s.io/apiserver pkg/storage/testing/watcher_tests.go, by its names, and the
// watch cases of test/e2e/apimachinery/watch.go.
//
// Not applicable here: WatchError (decoding what is stored cannot fail: texts are sent as they are stored) and
// WatchErrorIsBlockingFurtherEvents, but for the one error a watch can meet, which is compaction; WatchInitializationSignal
// (there is no watch cache that must become ready); ProgressNotify of etcd itself (bookmarks come of the gateway, see
// src/gateway/watch-stream.test.ts; here is what they may carry).

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { framesOf, MAPS, metaOf, parseFrames, Rig, sinkOf } from '../testing/rig.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const INITIAL = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';

type Frame = ReturnType<typeof framesOf>[number];

const revisionOf = (object: JsonObject): number => Number(metaOf(object)['resourceVersion']);

/** `ADDED a`, `BOOKMARK!` for the one that ends the beginning, `ERROR Expired`. */
function brief({ type, object }: Frame): string {
  if (type === 'BOOKMARK') return metaOf(object)['annotations'] === undefined ? type : `${type}!`;
  return `${type} ${String(type === 'ERROR' ? object['reason'] : metaOf(object)['name'])}`;
}

/** A watch as the cluster's shell serves it: its beginning, then what happens. */
function follow(rig: Rig, url: string) {
  const plan = rig.watch(url);
  const frames: string[] = [];
  const watch = rig.server.subscribe(plan.spec, sinkOf(frames), plan.initial());
  const parsed = (): Frame[] => frames.flatMap(parseFrames);
  return { plan, watch, frames: parsed, brief: () => parsed().map(brief) };
}

function patch(rig: Rig, name: string, body: JsonObject): JsonObject {
  return rig.send('PATCH', `${MAPS}/${name}`, { body, headers: MERGE }).body;
}

const label = (rig: Rig, name: string, watched: string | null) =>
  patch(rig, name, { metadata: { labels: { watched } } });

describe('what a watch tells', () => {
  test('Watch: create, update, delete; an object that leaves or enters the selection', () => {
    const rig = new Rig();
    const all = follow(rig, `${MAPS}?watch=1`);
    const some = follow(rig, `${MAPS}?watch=1&labelSelector=watched=yes`);
    rig.configMap('a');
    label(rig, 'a', 'yes');
    patch(rig, 'a', { data: { k: '1' } });
    label(rig, 'a', 'no');
    patch(rig, 'a', { data: { k: '2' } });
    label(rig, 'a', 'yes');
    rig.send('DELETE', `${MAPS}/a`);
    expect(all.brief()).toEqual(['ADDED a', ...Array.from({ length: 5 }, () => 'MODIFIED a'), 'DELETED a']);
    expect(some.brief()).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED a', 'DELETED a']);
    // What left is shown as it last matched, under the revision of the change.
    const left = some.frames()[2]?.object ?? {};
    expect(left).toMatchObject({ metadata: { labels: { watched: 'yes' } }, data: { k: '1' } });
    expect(revisionOf(left)).toBe(revisionOf(all.frames()[3]?.object ?? {}));
  });

  test('DeleteTriggerWatch, WatchDeleteEventObjectHaveLatestRV', () => {
    const rig = new Rig();
    const made = rig.configMap('a');
    const seen = follow(rig, `${MAPS}?watch=1&resourceVersion=${revisionOf(made)}`);
    rig.send('DELETE', `${MAPS}/a`);
    expect(seen.brief()).toEqual(['DELETED a']);
    expect(revisionOf(seen.frames()[0]?.object ?? {})).toBe(rig.log.head);
    expect(rig.log.head).toBeGreaterThan(revisionOf(made));
  });

  test('ClusterScopedWatch, by name and by label', () => {
    const rig = new Rig();
    const create = (name: string, labels: JsonObject = {}) =>
      rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name, labels } } });
    const named = follow(rig, '/api/v1/namespaces?watch=1&fieldSelector=metadata.name=ns1');
    const old = follow(rig, '/api/v1/watch/namespaces/ns1');
    const labelled = follow(rig, '/api/v1/namespaces?watch=1&labelSelector=l=1');
    create('ns10');
    create('ns1', { l: '1' });
    create('ns2', { l: '1' });
    expect([named.brief(), old.brief()]).toEqual([['ADDED ns1'], ['ADDED ns1']]);
    expect(labelled.brief()).toEqual(['ADDED ns1', 'ADDED ns2']);
  });

  test('NamespaceScopedWatch: a namespace, all of them, a name in one and in all', () => {
    const rig = new Rig();
    for (const name of ['ns1', 'ns10']) rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
    const watches = [
      '/api/v1/namespaces/ns1/configmaps?watch=1',
      '/api/v1/watch/namespaces/ns1/configmaps',
      '/api/v1/namespaces/ns1/configmaps?watch=1&fieldSelector=metadata.name=b',
      '/api/v1/watch/namespaces/ns1/configmaps/b',
      '/api/v1/configmaps?watch=1&fieldSelector=metadata.name=b',
      '/api/v1/configmaps?watch=1&fieldSelector=metadata.namespace=ns10',
      '/api/v1/configmaps?watch=1',
    ].map((url) => follow(rig, url));
    for (const namespace of ['ns1', 'ns10']) {
      for (const name of ['a', 'b']) {
        rig.send('POST', `/api/v1/namespaces/${namespace}/configmaps`, { body: { metadata: { name } } });
      }
    }
    const seen = watches.map(({ frames }) =>
      frames().map(({ object }) => `${String(metaOf(object)['namespace'])}/${String(metaOf(object)['name'])}`),
    );
    expect(seen).toEqual([
      ['ns1/a', 'ns1/b'],
      ['ns1/a', 'ns1/b'],
      ['ns1/b'],
      ['ns1/b'],
      ['ns1/b', 'ns10/b'],
      ['ns10/a', 'ns10/b'],
      ['ns1/a', 'ns1/b', 'ns10/a', 'ns10/b'],
    ]);
  });
});

describe('where a watch begins', () => {
  test('WatchFromZero: the present state, each object once, even where its name was used before', () => {
    const rig = new Rig();
    rig.configMap('b');
    rig.configMap('a');
    rig.send('DELETE', `${MAPS}/b`);
    rig.configMap('b');
    patch(rig, 'a', { data: { k: '1' } });
    for (const query of ['', '&resourceVersion=0']) {
      const seen = follow(rig, `${MAPS}?watch=1${query}`);
      expect(seen.brief()).toEqual(['ADDED a', 'ADDED b']);
    }
    // Compaction is no matter for what begins with the present.
    rig.log.compact(rig.log.head);
    expect(follow(rig, `${MAPS}?watch=1&resourceVersion=0`).brief()).toEqual(['ADDED a', 'ADDED b']);
  });

  test('WatchFromNonZero, DelayedWatchDelivery: every event behind the revision, however late one asks', () => {
    const rig = new Rig();
    const from = revisionOf(rig.configMap('a'));
    for (let i = 0; i < 300; i++) patch(rig, 'a', { data: { k: `${i}` } });
    const seen = follow(rig, `${MAPS}?watch=1&resourceVersion=${from}`);
    patch(rig, 'a', { data: { k: 'last' } });
    const frames = seen.frames();
    expect(frames.map(({ object }) => (object['data'] as JsonObject)['k'])).toEqual([
      ...Array.from({ length: 300 }, (_, i) => `${i}`),
      'last',
    ]);
    const revisions = frames.map(({ object }) => revisionOf(object));
    expect(revisions).toEqual(revisions.map((_, index) => from + index + 1));
  });

  test('should be able to restart watching from the last resource version observed by the previous watch', () => {
    const rig = new Rig();
    const first = follow(rig, `${MAPS}?watch=1`);
    rig.configMap('a');
    const last = revisionOf(first.frames().at(-1)?.object ?? {});
    first.watch.stop();
    patch(rig, 'a', { data: { k: '1' } });
    rig.send('DELETE', `${MAPS}/a`);
    expect(follow(rig, `${MAPS}?watch=1&resourceVersion=${last}`).brief()).toEqual(['MODIFIED a', 'DELETED a']);
    expect(first.brief()).toEqual(['ADDED a']);
  });

  test('should receive events on concurrent watches in same order', () => {
    const rig = new Rig();
    const start = rig.log.head;
    const watches = [follow(rig, `${MAPS}?watch=1&resourceVersion=${start}`)];
    for (let i = 0; i < 20; i++) {
      rig.configMap(`m${i % 7}-${i}`);
      watches.push(follow(rig, `${MAPS}?watch=1&resourceVersion=${start + 1 + i}`));
    }
    const [whole = []] = watches.map(({ frames }) => frames().map(({ object }) => revisionOf(object)));
    for (const { frames } of watches) {
      const seen = frames().map(({ object }) => revisionOf(object));
      expect(seen).toEqual(whole.slice(whole.length - seen.length));
    }
  });

  test('SendInitialEventsBackwardCompatibility, WatchSemantics: revision, sendInitialEvents and bookmarks', () => {
    const state = ['ADDED a', 'ADDED b'];
    const cases: Array<readonly [query: string, beginning: string[]]> = [
      ['', state],
      ['resourceVersion=0', state],
      ['allowWatchBookmarks=true', [...state, 'BOOKMARK!']],
      [INITIAL, state],
      [`${INITIAL}&allowWatchBookmarks=true`, [...state, 'BOOKMARK!']],
      [`${INITIAL}&allowWatchBookmarks=true&resourceVersion=0`, [...state, 'BOOKMARK!']],
      [`${INITIAL}&allowWatchBookmarks=true&resourceVersion=RV`, [...state, 'BOOKMARK!']],
      ['sendInitialEvents=false&resourceVersionMatch=NotOlderThan', []],
      ['sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=0', []],
      ['sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=RV', ['ADDED b']],
      ['resourceVersion=RV&allowWatchBookmarks=true', ['ADDED b']],
    ];
    for (const [query, beginning] of cases) {
      const rig = new Rig();
      const rv = revisionOf(rig.configMap('a'));
      rig.configMap('b');
      const seen = follow(rig, `${MAPS}?watch=1&${query.replace('RV', String(rv))}`);
      expect([query, seen.brief()]).toEqual([query, beginning]);
      rig.configMap('c');
      expect(seen.brief()).toEqual([...beginning, 'ADDED c']);
    }
  });

  test('WatchSemanticInitialEventsExtended: the state of the newest revision, then only what comes behind it', () => {
    const rig = new Rig();
    const first = revisionOf(rig.configMap('a'));
    rig.configMap('b');
    rig.send('DELETE', `${MAPS}/a`);
    const seen = follow(rig, `${MAPS}?watch=1&${INITIAL}&allowWatchBookmarks=true&resourceVersion=${first}`);
    expect(seen.brief()).toEqual(['ADDED b', 'BOOKMARK!']);
    expect(revisionOf(seen.frames().at(-1)?.object ?? {})).toBe(rig.log.head);
    rig.configMap('c');
    expect(seen.brief().at(-1)).toBe('ADDED c');
  });

  test('WatchListMatchSingle: one name, where another one’s begins like it', () => {
    const rig = new Rig();
    for (const name of ['a', 'a-1', 'ab']) rig.configMap(name);
    const query = `watch=1&${INITIAL}&allowWatchBookmarks=true&fieldSelector=metadata.name=a`;
    expect(follow(rig, `${MAPS}?${query}`).brief()).toEqual(['ADDED a', 'BOOKMARK!']);
  });

  test.each([
    ['sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    ['sendInitialEvents=true&resourceVersionMatch=Exact', 'sendInitialEvents requires setting resourceVersionMatch'],
    ['resourceVersionMatch=NotOlderThan', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents'],
    ['continue=x', 'resourceVersionMatch is forbidden when continue is provided'],
    ['resourceVersion=abc', 'invalid syntax'],
    ['labelSelector=!!', 'unable to parse requirement'],
  ])('options that are refused: %s', (query, message) => {
    const answer = new Rig().get(`${MAPS}?watch=1&${query}`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body['message']).toContain(message);
  });
});

describe('how a watch ends', () => {
  test('WatcherTimeout: in the time that was asked for; else in half an hour to an hour', () => {
    const rig = new Rig();
    expect(rig.watch(`${MAPS}?watch=1&timeoutSeconds=3`).timeoutSeconds).toBe(3);
    const drawn = Array.from({ length: 20 }, () => rig.watch(`${MAPS}?watch=1&timeoutSeconds=0`).timeoutSeconds);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(1800);
    expect(Math.max(...drawn)).toBeLessThan(3600);
  });

  test('WatchContextCancel: nothing is told after the client has gone', () => {
    const rig = new Rig();
    const seen = follow(rig, `${MAPS}?watch=1`);
    seen.watch.stop();
    rig.configMap('a');
    seen.watch.resume();
    expect([seen.brief(), rig.server.watchers]).toEqual([[], 0]);
  });

  test('a compacted revision: one ERROR with a Status 410, and nothing behind it', () => {
    const rig = new Rig();
    const from = revisionOf(rig.configMap('a'));
    rig.configMap('b');
    rig.log.compact(rig.log.head);
    const plan = rig.watch(`${MAPS}?watch=1&resourceVersion=${from}`);
    const [error, ...more] = framesOf(plan);
    expect([error, more, plan.ended()]).toEqual([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: `too old resource version: ${from} (${rig.log.compacted})`,
          reason: 'Expired',
          code: 410,
        },
      },
      [],
      true,
    ]);
    // The revision that was compacted at is kept.
    expect(follow(rig, `${MAPS}?watch=1&resourceVersion=${rig.log.compacted}`).brief()).toEqual([]);
  });

  test('WatchErrorIsBlockingFurtherEvents: who is behind when compaction passes gets no event behind the gap', () => {
    const rig = new Rig();
    const plan = rig.watch(`${MAPS}?watch=1`);
    const told: string[] = [];
    let ended = '';
    const watch = rig.server.subscribe(plan.spec, {
      send: ({ text }) => {
        told.push(...parseFrames(text).map(brief));
        return false;
      },
      end: (why) => void (ended = why),
    });
    for (const name of ['a', 'b', 'c']) rig.configMap(name);
    rig.log.compact(rig.log.head);
    rig.configMap('d');
    watch.resume();
    rig.configMap('e');
    expect([told, ended, rig.server.watchers]).toEqual([['ADDED a'], 'compacted', 0]);
  });
});

describe('bookmarks', () => {
  test('WatchDispatchBookmarkEvents: whether they are sent is the client’s to say', () => {
    const rig = new Rig();
    expect(rig.watch(`${MAPS}?watch=1&allowWatchBookmarks=true`).spec.bookmarks).toBe(true);
    expect(rig.watch(`${MAPS}?watch=1`).spec.bookmarks).toBe(false);
  });

  test('WatchBookmarksWithCorrectResourceVersion: what has been told of, never more', () => {
    const rig = new Rig();
    const seen = follow(rig, `${MAPS}?watch=1`);
    for (let i = 0; i < 10; i++) {
      rig.configMap(`m${i}`);
      rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name: `n${i}` } } });
      // Other kinds move the revision of a bookmark too.
      expect(rig.server.toldRevision).toBe(rig.log.head);
      expect(rig.server.toldRevision).toBeGreaterThan(revisionOf(seen.frames().at(-1)?.object ?? {}));
    }
  });
});
