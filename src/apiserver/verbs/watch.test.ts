import { describe, expect, test } from 'vitest';
import { framesOf, MAPS, metaOf, parseFrames, Rig, sinkOf } from '../testing/rig.ts';

const brief = (frames: ReturnType<typeof framesOf>) =>
  frames.map(({ type, object }) => `${type} ${String(metaOf(object)['name'] ?? object['reason'] ?? '')}`.trim());

/** Two maps, one of them changed. */
function started(): { rig: Rig; first: number } {
  const rig = new Rig();
  rig.configMap('a');
  const first = rig.log.head;
  rig.configMap('b', { metadata: { labels: { x: 'y' } } });
  return { rig, first };
}

describe('beginnings', () => {
  const { rig, first } = started();
  const begin = (query: string) => framesOf(rig.watch(`${MAPS}?watch=1${query}`));

  test.each([
    ['', ['ADDED a', 'ADDED b']],
    ['&resourceVersion=0', ['ADDED a', 'ADDED b']],
    [`&resourceVersion=${first}`, ['ADDED b']],
    ['&labelSelector=x', ['ADDED b']],
    ['&fieldSelector=metadata.name=a', ['ADDED a']],
    ['&sendInitialEvents=false&resourceVersionMatch=NotOlderThan', []],
    [
      '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
      ['ADDED a', 'ADDED b', 'BOOKMARK'],
    ],
  ])('%s', (query, expected) => {
    expect(brief(begin(query))).toEqual(expected);
  });

  test('the bookmark that ends the beginning says so', () => {
    const last = begin('&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true').at(-1);
    expect(last?.object).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(rig.log.head), annotations: { 'k8s.io/initial-events-end': 'true' } },
    });
  });

  test.each([
    ['&resourceVersionMatch=NotOlderThan', 422],
    ['&sendInitialEvents=true', 422],
    ['&continue=abc', 422],
    ['&resourceVersion=abc', 500],
    ['&labelSelector=a%20b', 400],
  ])('%s is refused with %i', (query, code) => {
    expect(rig.get(`${MAPS}?watch=1${query}`).status).toBe(code);
  });

  test('a stream is never YAML, and says so in YAML', () => {
    const { status, response } = rig.get(`${MAPS}?watch=1`, { accept: 'application/yaml' });
    expect(status).toBe(406);
    expect(response.encoding).toEqual({ format: 'yaml' });
  });
});

describe('endings', () => {
  test('a compacted revision is an ERROR, the last frame', () => {
    const { rig, first } = started();
    rig.log.compact(rig.log.head);
    const plan = rig.watch(`${MAPS}?watch=1&resourceVersion=${first}`);
    expect(framesOf(plan)).toEqual([
      { type: 'ERROR', object: expect.objectContaining({ code: 410, reason: 'Expired' }) },
    ]);
    expect(plan.ended()).toBe(true);
  });

  test('so is a revision yet to come, where the present is asked for', () => {
    const { rig } = started();
    const query = 'watch=1&resourceVersion=9000&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    expect(framesOf(rig.watch(`${MAPS}?${query}`))[0]?.object).toMatchObject({ code: 504 });
  });

  test('timeoutSeconds is kept, or drawn', () => {
    const { rig } = started();
    expect(rig.watch(`${MAPS}?watch=1&timeoutSeconds=7`).timeoutSeconds).toBe(7);
    expect(rig.watch(`${MAPS}?watch=1`).timeoutSeconds).toBeGreaterThanOrEqual(1800);
  });
});

describe('live frames', () => {
  test('come in order, once, and as the selector sees them', () => {
    const rig = new Rig();
    const { spec } = rig.watch(`${MAPS}?watch=1&labelSelector=x=y`);
    const frames: string[] = [];
    const { stop } = rig.server.subscribe(spec, sinkOf(frames));
    rig.configMap('a');
    rig.configMap('b', { metadata: { labels: { x: 'y' } } });
    const merge = { 'content-type': 'application/merge-patch+json' };
    const label = (name: string, x: string | null) =>
      rig.send('PATCH', `${MAPS}/${name}`, { body: { metadata: { labels: { x } } }, headers: merge });
    label('a', 'y');
    label('b', null);
    rig.send('DELETE', `${MAPS}/a`);
    stop();
    rig.configMap('c', { metadata: { labels: { x: 'y' } } });
    const seen = frames.flatMap(parseFrames);
    expect(brief(seen)).toEqual(['ADDED b', 'ADDED a', 'DELETED b', 'DELETED a']);
    const revisions = seen.map(({ object }) => Number(metaOf(object)['resourceVersion']));
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  });

  test('a watch from a revision yet to come is silent until then', () => {
    const rig = new Rig();
    const plan = rig.watch(`${MAPS}?watch=1&resourceVersion=${rig.log.head + 2}`);
    expect(framesOf(plan)).toEqual([]);
    const frames: string[] = [];
    rig.server.subscribe(plan.spec, sinkOf(frames));
    for (const name of ['a', 'b', 'c']) rig.configMap(name);
    expect(brief(frames.flatMap(parseFrames))).toEqual(['ADDED c']);
  });
});
