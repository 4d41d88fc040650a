// What watchers see. Named as upstream's watch suite: k8s.io/apiserver pkg/storage/testing/watcher_tests.go.

import { describe, expect, it } from 'vitest';
import { hasLabel, pod, put, record, remove, replayed } from './harness.ts';
import type { Recorder, RunOnLog } from './harness.ts';
import { PastEvents, PresentState } from '../past.ts';
import { WatchHub } from '../watch-hub.ts';
import type { Watcher } from '../watcher.ts';

const PODS: Watcher = { resource: 'pods' };
const WEB: Watcher = { resource: 'pods', match: hasLabel('app', 'web') };

export function watchContract(run: RunOnLog): void {
  describe('watch', () => {
    it('from now', () =>
      run(({ log }) => {
        put(log, pod('a'));
        const hub = new WatchHub(log);
        const seen = record(hub, PODS);
        put(log, pod('b'));
        put(log, { resource: 'nodes', namespace: '', name: 'n' });
        remove(log, pod('a'));
        expect(seen.sends).toEqual([['ADDED default/b@2'], ['DELETED default/a@4']]);
      }));

    it('from zero', () =>
      run(({ log }) => {
        put(log, pod('b'));
        put(log, pod('a'));
        put(log, pod('b'));
        put(log, pod('gone'));
        remove(log, pod('gone'));
        const seen = record(new WatchHub(log), PODS, new PresentState(log, PODS));
        put(log, pod('a'));
        expect(seen.frames()).toEqual(['ADDED default/a@2', 'ADDED default/b@3', 'MODIFIED default/a@6']);
      }));

    it('from a revision', () =>
      run(({ log }) => {
        put(log, pod('a'));
        put(log, pod('a'));
        remove(log, pod('a'));
        put(log, pod('a'));
        const expected = ['MODIFIED default/a@2', 'DELETED default/a@3', 'ADDED default/a@4'];
        expect(replayed(log, PODS, 1)).toEqual(expected);
        expect(replayed(log, PODS, 4)).toEqual([]);
      }));

    it('frames carry the stored text, and a deletion its own revision', () =>
      run(({ log }) => {
        const frames: string[] = [];
        new WatchHub(log).add(PODS, { send: ({ text }) => void frames.push(text), end: () => {} });
        const created = put(log, pod('a'));
        const deleted = remove(log, pod('a'));
        expect(frames).toEqual([
          `{"type":"ADDED","object":${created.object}}\n`,
          `{"type":"DELETED","object":${deleted.object}}\n`,
        ]);
        expect(JSON.parse(deleted.object)).toMatchObject({ metadata: { resourceVersion: '2' } });
      }));

    it('of one namespace, of one name', () =>
      run(({ log }) => {
        const hub = new WatchHub(log);
        const one = record(hub, { ...PODS, namespace: 'ns1' });
        const named = record(hub, { ...PODS, namespace: 'ns1', name: 'b' });
        for (const namespace of ['ns1', 'ns10']) for (const name of ['a', 'b']) put(log, pod(name, namespace));
        expect(one.frames()).toEqual(['ADDED ns1/a@1', 'ADDED ns1/b@2']);
        expect(named.frames()).toEqual(['ADDED ns1/b@2']);
        expect([...new PresentState(log, { ...PODS, namespace: 'ns1', name: 'b' })]).toHaveLength(1);
        expect([...new PresentState(log, { ...PODS, namespace: 'ns1', name: 'x' })]).toEqual([]);
        expect(replayed(log, { ...PODS, namespace: 'ns10' }, 0)).toEqual(['ADDED ns10/a@3', 'ADDED ns10/b@4']);
      }));

    it('a transaction is one send, in order, after it has ended', () =>
      run(({ log }) => {
        const seen = record(new WatchHub(log), PODS);
        log.transaction(() => {
          put(log, pod('a'));
          put(log, pod('b'));
          put(log, pod('a'));
          expect(seen.sends).toEqual([]);
        });
        expect(seen.sends).toEqual([['ADDED default/a@1', 'ADDED default/b@2', 'MODIFIED default/a@3']]);
      }));

    it('selector: enter, stay, leave; what leaves is shown as it last matched', () =>
      run(({ log }) => {
        const frames: string[] = [];
        const hub = new WatchHub(log);
        const seen = record(hub, WEB);
        hub.add(WEB, { send: ({ text }) => void frames.push(text), end: () => {} });
        put(log, pod('a'), { labels: { app: 'db' } });
        put(log, pod('a'), { labels: { app: 'web', v: '2' } });
        put(log, pod('a'), { labels: { app: 'web', v: '3' } });
        put(log, pod('a'), { labels: { app: 'db' } });
        put(log, pod('a'), { labels: { app: 'none' } });
        remove(log, pod('a'));
        put(log, pod('b'), { labels: { app: 'web' } });
        remove(log, pod('b'));
        const expected = [
          'ADDED default/a@2',
          'MODIFIED default/a@3',
          'DELETED default/a@4',
          'ADDED default/b@7',
          'DELETED default/b@8',
        ];
        expect(seen.frames()).toEqual(expected);
        expect(replayed(log, WEB, 0)).toEqual(expected);
        expect(replayed(log, WEB, 3)).toEqual(expected.slice(2));
        const left =
          '{"metadata":{"namespace":"default","name":"a","resourceVersion":"4","labels":{"app":"web","v":"3"}}}';
        expect(frames[2]).toBe(`{"type":"DELETED","object":${left}}\n`);
      }));

    it('selector inside one transaction: each step against the one before', () =>
      run(({ log }) => {
        const seen = record(new WatchHub(log), WEB);
        log.transaction(() => {
          put(log, pod('a'), { labels: { app: 'web' } });
          put(log, pod('a'), { labels: { app: 'db' } });
          put(log, pod('a'), { labels: { app: 'web' } });
        });
        expect(seen.sends).toEqual([['ADDED default/a@1', 'DELETED default/a@2', 'ADDED default/a@3']]);
      }));

    it('initial state with a selector', () =>
      run(({ log }) => {
        put(log, pod('a'), { labels: { app: 'web' } });
        put(log, pod('b'));
        expect(record(new WatchHub(log), WEB, new PresentState(log, WEB)).frames()).toEqual(['ADDED default/a@1']);
      }));

    it('transform makes the served text, a left object’s too', () =>
      run(({ log }) => {
        const transform = (text: string): string => text.replace('"namespace":"default"', '"namespace":"served"');
        const hub = new WatchHub(log);
        const all = record(hub, { ...PODS, transform });
        const web = record(hub, { ...WEB, transform });
        const plain = record(hub, PODS);
        put(log, pod('a'), { labels: { app: 'web' } });
        put(log, pod('a'));
        expect(all.frames()).toEqual(['ADDED served/a@1', 'MODIFIED served/a@2']);
        expect(web.frames()).toEqual(['ADDED served/a@1', 'DELETED served/a@2']);
        expect(plain.frames()).toEqual(['ADDED default/a@1', 'MODIFIED default/a@2']);
        expect([...new PresentState(log, { ...PODS, transform })].join('')).toContain('"namespace":"served"');
      }));

    it('parses an event once for all watchers, and not at all without a matcher', () =>
      run(({ log }) => {
        const parsed: number[] = [];
        const hub = new WatchHub(log, {
          parse: (row) => {
            parsed.push(row.rev);
            return JSON.parse(row.object) as unknown;
          },
        });
        record(hub, PODS);
        put(log, pod('a'));
        expect(parsed).toEqual([]);
        for (let i = 0; i < 3; i++) record(hub, WEB);
        put(log, pod('b'));
        put(log, pod('b'));
        expect(parsed).toEqual([2, 3, 2]);
      }));

    it('no gap and no repeat between replay and live, even while events are being told', () =>
      run(({ log }) => {
        let late: Recorder | undefined;
        // Subscribed before the hub: it adds a watcher whose replay holds events that the hub is yet to be told.
        log.subscribe((events) => {
          if (events[0]?.rev !== 2) return;
          late = record(hub, PODS, new PastEvents(log, PODS, 0));
          put(log, pod('c'));
        });
        const hub = new WatchHub(log);
        for (const name of ['a', 'b', 'd']) put(log, pod(name));
        expect(late?.sends).toEqual([
          ['ADDED default/a@1', 'ADDED default/b@2'],
          ['ADDED default/c@3'],
          ['ADDED default/d@4'],
        ]);
      }));

    it('a watcher without room falls behind, and is told the rest from the log', () =>
      run(({ log }) => {
        const hub = new WatchHub(log);
        const slow = record(hub, PODS, undefined, 2);
        const quick = record(hub, PODS);
        for (const name of ['a', 'b', 'c']) put(log, pod(name));
        expect([slow.frames().length, slow.watch.seen, quick.frames().length, hub.size]).toEqual([2, 2, 3, 2]);
        put(log, { resource: 'nodes', namespace: '', name: 'n' });
        slow.resume();
        expect(slow.sends.slice(2)).toEqual([['ADDED default/c@3']]);
        expect([slow.lives, slow.watch.seen]).toEqual([2, 4]);
        put(log, pod('d'));
        expect(slow.frames()).toEqual(quick.frames());
      }));

    it('a watcher whose first past finds no room goes on where it stopped', () =>
      run(({ log }) => {
        const pad = 'x'.repeat(150_000);
        for (const name of ['a', 'b', 'c', 'd']) put(log, pod(name), { labels: { pad } });
        const hub = new WatchHub(log);
        const slow = record(hub, PODS, new PresentState(log, PODS), 1);
        expect([slow.frames(), slow.watch.seen]).toEqual([['ADDED default/a@1', 'ADDED default/b@2'], undefined]);
        remove(log, pod('c'));
        put(log, pod('a'));
        slow.resume(1);
        expect(slow.lives).toBe(0);
        put(log, pod('e'));
        slow.resume();
        put(log, pod('f'));
        expect(slow.frames()).toEqual([
          ...['ADDED default/a@1', 'ADDED default/b@2', 'ADDED default/c@3', 'ADDED default/d@4'],
          ...['DELETED default/c@5', 'MODIFIED default/a@6', 'ADDED default/e@7', 'ADDED default/f@8'],
        ]);
        expect(slow.lives).toBe(1);
      }));

    it('watchers of one key are told the same frames, encoded once', () =>
      run(({ log }) => {
        const hub = new WatchHub(log);
        const bytes: Uint8Array[] = [];
        const keyed: Watcher = { ...WEB, key: 'web' };
        for (let i = 0; i < 3; i++) hub.add(keyed, { send: (frames) => void bytes.push(frames.bytes), end: () => {} });
        put(log, pod('a'), { labels: { app: 'web' } });
        expect([bytes.length, new Set(bytes).size]).toEqual([3, 1]);
      }));

    it('told later: the events of several transactions at once, and none twice to who comes in between', () =>
      run(({ log }) => {
        const waiting: Array<() => void> = [];
        const hub = new WatchHub(log, { later: ({ tell }) => void waiting.push(tell) });
        const seen = record(hub, PODS);
        put(log, pod('a'));
        const between = record(hub, PODS, new PresentState(log, PODS));
        put(log, pod('b'));
        const last = record(hub, PODS);
        expect([seen.frames(), hub.revision, waiting.length]).toEqual([[], 0, 1]);
        waiting.pop()?.();
        expect(hub.revision).toBe(2);
        expect(seen.sends).toEqual([['ADDED default/a@1', 'ADDED default/b@2']]);
        expect(between.frames()).toEqual(['ADDED default/a@1', 'ADDED default/b@2']);
        expect(last.frames()).toEqual([]);
        put(log, pod('c'));
        waiting.pop()?.();
        for (const watcher of [seen, between, last]) expect(watcher.frames().at(-1)).toBe('ADDED default/c@3');
      }));

    it('stop', () =>
      run(({ log }) => {
        const hub = new WatchHub(log);
        const seen = record(hub, PODS);
        seen.watch.stop();
        put(log, pod('a'));
        expect([seen.frames(), seen.ended, hub.size]).toEqual([[], undefined, 0]);
      }));

    it('bookmark revision is what every watcher has been told of', () =>
      run(({ log }) => {
        put(log, pod('a'));
        const hub = new WatchHub(log);
        expect(hub.revision).toBe(1);
        put(log, { resource: 'nodes', namespace: '', name: 'n' });
        expect(hub.revision).toBe(2);
        log.transaction(() => {
          put(log, pod('b'));
          expect(hub.revision).toBe(2);
        });
        expect(hub.revision).toBe(3);
        hub.close();
        put(log, pod('c'));
        expect(hub.revision).toBe(3);
      }));

    it('a long replay comes in bounded batches', () =>
      run(({ log }) => {
        log.transaction(() => {
          for (let i = 0; i < 600; i++) put(log, pod(`p${i}`), { labels: { pad: 'x'.repeat(1000) } });
        });
        const replay = [...new PastEvents(log, PODS, 0)];
        const state = [...new PresentState(log, PODS)];
        for (const batches of [replay, state]) {
          expect(batches.length).toBeGreaterThan(1);
          expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThan(300 * 1024);
          expect(batches.join('').split('\n')).toHaveLength(601);
        }
      }));
  });
}
