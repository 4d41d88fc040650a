// What compaction, rebuilding and verifying keep.

import { describe, expect, it } from 'vitest';
import { names, pod, put, remove, replayed, termsOf } from './harness.ts';
import type { RunOnLog } from './harness.ts';
import { verify } from '../verify.ts';

export function compactionContract(run: RunOnLog): void {
  describe('compaction', () => {
    it('latest is the newest event of a key that is held, its delete too', () =>
      run(({ log }) => {
        put(log, pod('a'));
        const updated = put(log, pod('a'));
        put(log, pod('b'));
        expect(log.latest(pod('a'))).toEqual(updated);
        const removed = remove(log, pod('a'));
        expect(log.latest(pod('a'))).toEqual(removed);
        log.compact(log.head);
        expect(log.latest(pod('a'))).toBeUndefined();
        expect(log.latest(pod('b'))?.rev).toBe(3);
      }));

    it('keeps of each key the last state, unless that is a delete', () =>
      run(({ log }) => {
        put(log, pod('a')); // 1
        put(log, pod('a')); // 2
        put(log, pod('b')); // 3
        remove(log, pod('b')); // 4
        put(log, pod('c')); // 5
        put(log, pod('a')); // 6
        log.compact(5);
        expect(log.compacted).toBe(5);
        expect(log.changes(0, 10).map((event) => event.rev)).toEqual([2, 5, 6]);
        expect([1, 3, 4].map((rev) => log.event(rev))).toEqual([undefined, undefined, undefined]);
        expect(log.get(pod('a'), 5)?.rev).toBe(2);
        expect(names(log.list({ resource: 'pods', rev: 5 }))).toEqual(['default/a', 'default/c']);
        expect(log.get(pod('a'))?.rev).toBe(6);
      }));

    it('in steps gives what one step gives', () =>
      run(({ log }) => {
        put(log, pod('a')); // 1
        remove(log, pod('a')); // 2
        put(log, pod('a')); // 3
        put(log, pod('a')); // 4
        remove(log, pod('a')); // 5
        put(log, pod('b')); // 6
        const held = [1, 2, 3, 4, 5, 6].map((rev) => {
          log.compact(rev);
          return log.changes(0, 10).map((event) => event.rev);
        });
        expect(held).toEqual([[1, 2, 3, 4, 5, 6], [3, 4, 5, 6], [3, 4, 5, 6], [4, 5, 6], [6], [6]]);
      }));

    it('never goes back, nor beyond head', () =>
      run(({ log }) => {
        put(log, pod('a'));
        put(log, pod('a'));
        log.compact(99);
        expect(log.compacted).toBe(2);
        log.compact(1);
        expect(log.compacted).toBe(2);
      }));

    it('is remembered, with the head even where every event is gone', () =>
      run(({ log, reopen }) => {
        put(log, pod('a'), { at: 7000 });
        remove(log, pod('a'), { at: 8000 });
        log.compact(2);
        const again = reopen();
        expect([again.head, again.compacted, again.bytes(), again.changes(0, 9)]).toEqual([2, 2, 0, []]);
        expect(put(again, pod('a'), { at: 1 })).toMatchObject({ rev: 3, at: 8000 });
      }));

    it('lets bytes go', () =>
      run(({ log, reopen }) => {
        for (let i = 0; i < 5; i++) put(log, pod('a'), { labels: { i: `${i}` } });
        log.compact(4);
        const held = log.changes(0, 9).reduce((sum, event) => sum + event.object.length, 0);
        expect(log.bytes()).toBe(held);
        put(log, pod('b'));
        expect(reopen().bytes()).toBe(log.bytes());
      }));

    it('a watch resumes at the compacted revision, with the right state before', () =>
      run(({ log }) => {
        put(log, pod('a'), { labels: { app: 'web' } }); // 1
        put(log, pod('b')); // 2
        put(log, pod('c')); // 3
        put(log, pod('a')); // 4
        log.compact(3);
        const match = (object: unknown): boolean => termsOf({ object: JSON.stringify(object) }).includes('app:web');
        expect(replayed(log, { resource: 'pods', match }, 3)).toEqual(['DELETED default/a@4']);
        expect(() => replayed(log, { resource: 'pods' }, 2)).toThrow('compacted up to 3');
      }));

    it('times before it are recognised as gone', () =>
      run(({ log, reopen }) => {
        put(log, pod('a'), { at: 100 });
        put(log, pod('a'), { at: 200 });
        remove(log, pod('a'), { at: 300 });
        put(log, pod('b'), { at: 400 });
        log.compact(3);
        for (const opened of [log, reopen()]) {
          expect(opened.revisionAt(250)).toBeLessThan(opened.compacted);
          expect([300, 350, 400].map((time) => opened.revisionAt(time))).toEqual([3, 3, 4]);
        }
      }));

    it('does not happen inside a transaction', () =>
      run(({ log }) => {
        put(log, pod('a'));
        expect(() =>
          log.transaction(() => {
            log.compact(1);
          }),
        ).toThrow('inside a transaction');
        expect(log.compacted).toBe(0);
      }));
  });

  describe('rebuild', () => {
    it('gives the live state again', () =>
      run(({ log, reopen }) => {
        for (let i = 0; i < 20; i++) put(log, pod(`p${i % 7}`, `ns${i % 3}`), { labels: { n: `${i % 4}` } });
        remove(log, pod('p0', 'ns0'));
        log.compact(10);
        const live = log.list({ resource: 'pods' });
        log.rebuild(termsOf);
        for (const opened of [log, reopen()]) {
          expect(opened.list({ resource: 'pods' })).toEqual(live);
          expect(names(opened.byTerm('n:1'))).toEqual(names(live.filter((row) => termsOf(row).includes('n:1'))));
          expect(verify(opened, termsOf)).toEqual([]);
        }
      }));

    it('makes terms anew where their meaning changed, and verify tells the difference', () =>
      run(({ log }) => {
        put(log, pod('a'), { labels: { n: '1' }, terms: ['n:1'] });
        put(log, pod('b'), { labels: { n: '1' }, terms: [] });
        put(log, pod('a'), { labels: { n: '2' }, terms: ['n:1'] });
        expect(verify(log, termsOf).map((difference) => difference.what)).toEqual(['term n:1', 'term n:2']);
        log.rebuild(termsOf);
        expect(verify(log, termsOf)).toEqual([]);
        expect(names(log.byTerm('n:2'))).toEqual(['default/a']);
        remove(log, pod('a'));
        expect(verify(log, termsOf)).toEqual([]);
      }));
  });
}
