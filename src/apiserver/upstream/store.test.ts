// Upstream's store suite at the HTTP level: k8s.io/apiserver pkg/storage/testing/store_tests.go, by its names.
//
// The suggestion of upstream's store is a cached object that a delete or an update tries first; here there is none: those cases
// hold what a client sees of them.
//
// Not applicable here: CreateWithTTL, GuaranteedUpdateWithTTL (leases of keys: nothing that is served expires by a TTL of the
// store), TransformationFailure and the transformer cases of List (texts are stored as they are served, none is encrypted),
// GetListNonRecursive and GetListRecursivePrefix (one request names a key, a namespace or a resource; there is no other prefix),
// Stats (counts of the watch cache), KeySchema (etcd's paths; src/eventlog/path.ts has its own, under the log's contract).

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { MAPS, metaOf, namesOf, Rig } from '../testing/rig.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const FIVE_MINUTES = 5 * 60_000;

const revisionOf = (object: JsonObject): string => String(metaOf(object)['resourceVersion']);

function filled(...names: string[]): Rig {
  const rig = new Rig();
  for (const name of names) rig.configMap(name, { data: { k: name } });
  return rig;
}

/** Names, whether there is more, and how much more. */
function pageOf(rig: Rig, query: string): { names: unknown; token: string; left: unknown; revision: string } {
  const { body } = rig.get(`${MAPS}?${query}`);
  const meta = metaOf(body);
  return {
    names: body['items'] === undefined ? body['reason'] : namesOf(body),
    token: String(meta['continue'] ?? ''),
    left: meta['remainingItemCount'],
    revision: String(meta['resourceVersion']),
  };
}

/** All pages of a list, by name. */
function walk(rig: Rig, query: string, between: () => void = () => {}): unknown[][] {
  const pages: unknown[][] = [];
  let token = '';
  do {
    const page = pageOf(rig, `${query}${token === '' ? '' : `&continue=${token}`}`);
    pages.push(page.names as unknown[]);
    token = page.token;
    between();
  } while (token !== '');
  return pages;
}

describe('create, get, delete', () => {
  test('Create: the object is stored as it is answered, with a revision and an identity', () => {
    const rig = new Rig();
    const made = rig.configMap('a', { data: { k: 'v' } });
    expect(metaOf(made)).toMatchObject({ name: 'a', namespace: 'default', resourceVersion: String(rig.log.head) });
    expect(rig.get(`${MAPS}/a`).body).toEqual(made);
  });

  test('CreateWithKeyExist', () => {
    const rig = filled('a');
    const { head } = rig.log;
    const again = rig.send('POST', MAPS, { body: { metadata: { name: 'a' } } });
    expect([again.status, again.body['reason'], rig.log.head]).toEqual([409, 'AlreadyExists', head]);
  });

  test.each([
    ['', 200],
    ['0', 200],
    ['1', 200],
    ['99999', 504],
  ])('Get at resourceVersion %j: %i', (resourceVersion, status) => {
    const rig = filled('a');
    expect(rig.get(`${MAPS}/a?resourceVersion=${resourceVersion}`).status).toBe(status);
    expect(rig.get(`${MAPS}/none`).body).toMatchObject({ code: 404, reason: 'NotFound' });
  });

  test('UnconditionalDelete', () => {
    const rig = filled('a');
    expect(rig.send('DELETE', `${MAPS}/a`).body).toMatchObject({ status: 'Success', details: { name: 'a' } });
    expect(rig.send('DELETE', `${MAPS}/a`).status).toBe(404);
  });

  const preconditions = (given: JsonObject) => ({
    body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: given },
  });

  test('ConditionalDelete, PreconditionalDeleteWithSuggestion: a wrong uid or revision changes nothing', () => {
    const rig = filled('a');
    const before = rig.get(`${MAPS}/a`).body;
    for (const wrong of [{ uid: 'x' }, { resourceVersion: '1' }]) {
      const refused = rig.send('DELETE', `${MAPS}/a`, preconditions(wrong));
      expect([refused.status, refused.body['reason']]).toEqual([409, 'Conflict']);
    }
    expect(rig.get(`${MAPS}/a`).body).toEqual(before);
    const { uid, resourceVersion } = metaOf(before) as { uid: string; resourceVersion: string };
    expect(rig.send('DELETE', `${MAPS}/a`, preconditions({ uid, resourceVersion })).status).toBe(200);
  });

  test('DeleteWithConflict, DeleteWithSuggestionAndConflict: a revision that was seen before an update is stale', () => {
    const rig = filled('a');
    const seen = revisionOf(rig.get(`${MAPS}/a`).body);
    rig.send('PATCH', `${MAPS}/a`, { body: { data: { k: '2' } }, headers: MERGE });
    expect(rig.send('DELETE', `${MAPS}/a`, preconditions({ resourceVersion: seen })).status).toBe(409);
    // Without a precondition what was seen before does not matter.
    expect(rig.send('DELETE', `${MAPS}/a`).status).toBe(200);
  });

  test('DeleteWithSuggestionOfDeletedObject: the new object of a name is not the deleted one', () => {
    const rig = filled('a');
    const { uid } = metaOf(rig.get(`${MAPS}/a`).body) as { uid: string };
    rig.send('DELETE', `${MAPS}/a`);
    expect(rig.send('DELETE', `${MAPS}/a`, preconditions({ uid })).status).toBe(404);
    rig.configMap('a');
    expect(rig.send('DELETE', `${MAPS}/a`, preconditions({ uid })).status).toBe(409);
    expect(rig.get(`${MAPS}/a`).status).toBe(200);
  });

  test('ValidateDeletionWithSuggestion: what validation refuses is refused whatever the options say', () => {
    const rig = new Rig();
    const { uid } = metaOf(rig.get('/api/v1/namespaces/default').body) as { uid: string };
    for (const given of [{}, { uid }]) {
      expect(rig.send('DELETE', '/api/v1/namespaces/default', preconditions(given)).status).toBe(403);
    }
    expect(rig.get('/api/v1/namespaces/default').status).toBe(200);
  });
});

describe('lists', () => {
  test('List: order, selectors, and no other namespace', () => {
    const rig = filled('b', 'a', 'a-1', 'a0');
    for (const namespace of ['default-2', 'd']) {
      rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
      rig.send('POST', `/api/v1/namespaces/${namespace}/configmaps`, { body: { metadata: { name: 'other' } } });
    }
    expect(namesOf(rig.get(MAPS).body)).toEqual(['a', 'a-1', 'a0', 'b']);
    expect(namesOf(rig.get(`${MAPS}?fieldSelector=metadata.name=a`).body)).toEqual(['a']);
    expect(namesOf(rig.get('/api/v1/configmaps?fieldSelector=metadata.namespace=d').body)).toEqual(['other']);
  });

  test('NamespaceScopedList: a name and a namespace that begin alike are others', () => {
    const rig = new Rig();
    for (const namespace of ['ns1', 'ns10', 'ns']) {
      rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
      const made = rig.send('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
        body: { metadata: { name: namespace } },
      });
      expect(made.status).toBe(201);
    }
    for (const namespace of ['ns1', 'ns10', 'ns']) {
      expect(namesOf(rig.get(`/api/v1/namespaces/${namespace}/configmaps`).body)).toEqual([namespace]);
    }
    expect(namesOf(rig.get('/api/v1/configmaps').body)).toEqual(['ns', 'ns1', 'ns10']);
    expect(namesOf(rig.get('/api/v1/namespaces/none/configmaps').body)).toEqual([]);
  });

  test('ConsistentList: a list is of one revision, the newest', () => {
    const rig = filled('a');
    for (let i = 0; i < 5; i++) {
      const { body } = rig.send('PATCH', `${MAPS}/a`, { body: { data: { k: `${i}` } }, headers: MERGE });
      const list = rig.get(MAPS).body;
      expect(revisionOf(list)).toBe(revisionOf(body));
      expect((list['items'] as JsonObject[])[0]).toMatchObject({ data: { k: `${i}` } });
    }
  });

  test('ListContinuation: every page size gives the whole list, each object once', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const rig = filled(...names);
    for (let limit = 1; limit <= 8; limit++) {
      const pages = walk(rig, `limit=${limit}`);
      expect(pages.flat()).toEqual(names);
      expect(pages).toHaveLength(Math.ceil(names.length / limit));
    }
    expect(pageOf(rig, 'limit=3')).toMatchObject({ names: ['a', 'b', 'c'], left: 4 });
    expect(pageOf(rig, 'limit=7')).toMatchObject({ token: '', left: undefined });
  });

  test('ListPaging: the pages are those of the first, whatever is written meanwhile', () => {
    const names = ['b', 'd', 'f', 'h'];
    const rig = filled(...names);
    const created = ['a', 'c', 'e', 'g'];
    const deleted = ['d', 'f', 'h'];
    const pages = walk(rig, 'limit=1', () => {
      for (const name of created.splice(0, 1)) rig.configMap(name);
      for (const name of deleted.splice(0, 1)) rig.send('DELETE', `${MAPS}/${name}`);
    });
    expect(pages.flat()).toEqual(names);
    expect(namesOf(rig.get(MAPS).body)).toEqual(['a', 'b', 'c', 'e', 'g']);
  });

  test('ListContinuationWithFilter, ListPaginationRareObject: pages are full where that many match', () => {
    const rig = new Rig();
    for (let i = 0; i < 50; i++) {
      const labels = { rare: i === 41 ? 'yes' : 'no', third: i % 3 === 0 ? 'yes' : 'no' };
      rig.configMap(`m${String(i).padStart(2, '0')}`, { metadata: { labels } });
    }
    expect(pageOf(rig, 'limit=1&labelSelector=rare=yes')).toMatchObject({ names: ['m41'], left: undefined });
    expect(walk(rig, 'limit=1&labelSelector=rare=yes').flat()).toEqual(['m41']);
    const thirds = walk(rig, 'limit=5&labelSelector=third=yes');
    expect(thirds.map((page) => page.length)).toEqual([5, 5, 5, 2]);
    expect(new Set(thirds.flat()).size).toBe(17);
  });

  test('ListInconsistentContinuation: behind compaction a token fails, with one that goes on in the present', () => {
    const rig = filled('a', 'b', 'c');
    const { token } = pageOf(rig, 'limit=1');
    rig.configMap('d');
    rig.log.compact(rig.log.head);
    const gone = rig.get(`${MAPS}?limit=1&continue=${token}`).body;
    expect(gone).toMatchObject({ code: 410, reason: 'Expired' });
    const fresh = String(metaOf(gone)['continue']);
    const second = pageOf(rig, `limit=1&continue=${fresh}`);
    expect(second).toMatchObject({ names: ['b'], revision: String(rig.log.head), left: 2 });
    expect(pageOf(rig, `continue=${second.token}`).names).toEqual(['c', 'd']);
  });

  test('ListResourceVersionMatch', () => {
    const rig = filled('a', 'b');
    const old = String(rig.log.head);
    rig.send('DELETE', `${MAPS}/a`);
    rig.configMap('c');
    const at = (query: string) => pageOf(rig, query).names;
    const now = ['b', 'c'];
    expect(at(`resourceVersion=${old}&resourceVersionMatch=Exact`)).toEqual(['a', 'b']);
    expect(at(`resourceVersion=${old}&resourceVersionMatch=NotOlderThan`)).toEqual(now);
    expect(at(`resourceVersion=${old}`)).toEqual(now);
    expect(at(`resourceVersion=${old}&limit=5`)).toEqual(['a', 'b']);
    expect(at(`resourceVersion=${old}&resourceVersionMatch=NotOlderThan&limit=5`)).toEqual(now);
    expect(at('resourceVersion=0&limit=1')).toEqual(now);
    expect(at('resourceVersion=0&resourceVersionMatch=NotOlderThan')).toEqual(now);
    for (const wrong of ['resourceVersionMatch=Exact', 'resourceVersion=0&resourceVersionMatch=Exact']) {
      expect(at(wrong)).toBe('Invalid');
    }
    expect(at(`resourceVersion=${old}&resourceVersionMatch=Fuzzy`)).toBe('Invalid');
    expect(at('resourceVersion=99999&resourceVersionMatch=Exact')).toBe('Timeout');
    expect(at('resourceVersion=abc')).toBe('BadRequest');
  });

  test('CompactRevision: exact reads below it are gone, in time too', () => {
    const rig = filled('a');
    const old = rig.log.head;
    rig.configMap('b');
    const exact = `${MAPS}?resourceVersion=${old}&resourceVersionMatch=Exact`;
    expect(namesOf(rig.get(exact).body)).toEqual(['a']);
    rig.log.compact(rig.log.head);
    expect(rig.get(exact).body).toMatchObject({ code: 410, reason: 'Expired' });

    const later = filled('a');
    const then = later.log.head;
    later.clock.at += 2 * FIVE_MINUTES;
    later.configMap('b');
    later.clock.at += 2 * FIVE_MINUTES;
    expect(later.get(`${MAPS}?resourceVersion=${then}&resourceVersionMatch=Exact`).status).toBe(410);
  });
});

describe('updates', () => {
  const change = (object: JsonObject, k: string): JsonObject => ({ ...object, data: { k } });

  test('GuaranteedUpdate: the revision grows; what changes nothing writes nothing', () => {
    const rig = filled('a');
    const before = rig.get(`${MAPS}/a`).body;
    const put = rig.send('PUT', `${MAPS}/a`, { body: change(before, '2') }).body;
    expect(Number(revisionOf(put))).toBeGreaterThan(Number(revisionOf(before)));
    const { head } = rig.log;
    expect(revisionOf(rig.send('PUT', `${MAPS}/a`, { body: put }).body)).toBe(revisionOf(put));
    expect(rig.log.head).toBe(head);
    expect(rig.send('PUT', `${MAPS}/none`, { body: { ...before, metadata: { name: 'none' } } }).status).toBe(404);
  });

  test('GuaranteedUpdateChecksStoredData: it is the stored object that counts, not what was once seen', () => {
    const rig = filled('a');
    const seen = rig.get(`${MAPS}/a`).body;
    rig.send('PATCH', `${MAPS}/a`, { body: { data: { k: '2' } }, headers: MERGE });
    // The same content as was seen once is a change of what is stored now.
    const { resourceVersion: _, ...metadata } = metaOf(seen);
    const back = rig.send('PUT', `${MAPS}/a`, { body: { ...seen, metadata } }).body;
    expect(back['data']).toEqual({ k: 'a' });
    expect(Number(revisionOf(back))).toBe(rig.log.head);
  });

  test('GuaranteedUpdateWithConflict, GuaranteedUpdateWithSuggestionAndConflict', () => {
    const rig = filled('a');
    const seen = rig.get(`${MAPS}/a`).body;
    expect(rig.send('PUT', `${MAPS}/a`, { body: change(seen, '2') }).status).toBe(200);
    const stale = rig.send('PUT', `${MAPS}/a`, { body: change(seen, '3') });
    expect([stale.status, stale.body['reason']]).toEqual([409, 'Conflict']);
    expect(rig.get(`${MAPS}/a`).body['data']).toEqual({ k: '2' });
  });
});
