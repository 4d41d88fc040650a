// What every event log stores and reads. Named as upstream's storage suite: k8s.io/apiserver pkg/storage/testing.

import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../log.ts';
import { CompactedError, pages, pagesOf } from '../pages.ts';
import { BY, names, pod, put, remove, termsOf, tryPut, tryRemove } from './harness.ts';
import type { RunOnLog } from './harness.ts';

export function storeContract(run: RunOnLog): void {
  describe('write', () => {
    it('create', () =>
      run(({ log }) => {
        const event = put(log, pod('a'), { at: 1234 });
        expect(event).toMatchObject({ ...pod('a'), ...BY, rev: 1, at: 1234, verb: 'create', previous: 0 });
        expect(JSON.parse(event.object)).toMatchObject({ metadata: { resourceVersion: '1' } });
        expect(log.head).toBe(1);
        expect(log.event(1)).toEqual(event);
      }));

    it('create with key exist', () =>
      run(({ log }) => {
        put(log, pod('a'));
        expect(tryPut(log, pod('a'), { expected: 0 })).toEqual({ ok: false, actual: 1 });
        expect(log.head).toBe(1);
        expect(log.changes(0, 10)).toHaveLength(1);
      }));

    it('create again after a delete names no previous state', () =>
      run(({ log }) => {
        put(log, pod('a'));
        remove(log, pod('a'));
        expect(put(log, pod('a'))).toMatchObject({ rev: 3, verb: 'create', previous: 0 });
      }));

    it('update names the state before', () =>
      run(({ log }) => {
        put(log, pod('a'));
        put(log, pod('b'));
        expect(put(log, pod('a'))).toMatchObject({ rev: 3, verb: 'update', previous: 1 });
      }));

    it('update with conflict', () =>
      run(({ log }) => {
        put(log, pod('a'));
        put(log, pod('a'), { labels: { kept: 'yes' } });
        expect(tryPut(log, pod('a'), { expected: 1 })).toEqual({ ok: false, actual: 2 });
        expect(tryPut(log, pod('gone'), { expected: 1 })).toEqual({ ok: false, actual: 0 });
        expect(termsOf(log.get(pod('a')) as LogEvent)).toEqual(['kept:yes']);
        expect(log.head).toBe(2);
      }));

    it('delete with conflict', () =>
      run(({ log }) => {
        put(log, pod('a'));
        put(log, pod('a'));
        expect(tryRemove(log, pod('a'), { expected: 1 })).toEqual({ ok: false, actual: 2 });
        expect(tryRemove(log, pod('gone'))).toEqual({ ok: false, actual: 0 });
        expect(remove(log, pod('a'))).toMatchObject({ rev: 3, verb: 'delete', previous: 2 });
        expect(log.get(pod('a'))).toBeUndefined();
      }));

    it('refuses a verb that contradicts the expected revision, as a bug', () =>
      run(({ log }) => {
        const command = { ...pod('a'), ...BY, uid: 'u', at: 0, object: () => '{}', terms: [] };
        expect(() => log.append({ ...command, verb: 'create', expected: 1 })).toThrow('create of pods default/a');
        expect(() => log.append({ ...command, verb: 'update', expected: 0 })).toThrow('update of pods default/a');
      }));

    it('changes nothing where the text cannot be written', () =>
      run(({ log }) => {
        const object = (): string => {
          throw new Error('no text');
        };
        const command = {
          ...pod('a'),
          ...BY,
          verb: 'create',
          uid: 'u',
          at: 0,
          expected: 0,
          object,
          terms: ['t'],
        } as const;
        expect(() => log.append(command)).toThrow('no text');
        expect([log.head, log.changes(0, 9), log.byTerm('t'), log.list({ resource: 'pods' })]).toEqual([0, [], [], []]);
        expect(put(log, pod('a')).rev).toBe(1);
      }));

    it('time never goes back', () =>
      run(({ log, reopen }) => {
        put(log, pod('a'), { at: 5000 });
        expect(put(log, pod('b'), { at: 4000 }).at).toBe(5000);
        const again = reopen();
        expect(put(again, pod('c'), { at: 4500 }).at).toBe(5000);
        expect(put(again, pod('d'), { at: 6000 }).at).toBe(6000);
      }));

    it('counts bytes in UTF-8', () =>
      run(({ log, reopen }) => {
        const object = (): string => '{"é":"日本 😀"}';
        log.append({ ...pod('a'), ...BY, verb: 'create', uid: 'u', at: 0, expected: 0, object, terms: [] });
        expect(log.bytes()).toBe(new TextEncoder().encode(object()).length);
        expect(reopen().bytes()).toBe(log.bytes());
      }));
  });

  describe('transaction', () => {
    it('a throw undoes all of it', () =>
      run(({ log, reopen }) => {
        put(log, pod('a'), { terms: ['node:n1'] });
        const bytes = log.bytes();
        const failing = (): void => {
          log.transaction(() => {
            put(log, pod('a'), { terms: ['node:n2'] });
            put(log, pod('b'), { terms: ['node:n2'] });
            remove(log, pod('a'));
            throw new Error('undo');
          });
        };
        expect(failing).toThrow('undo');
        for (const opened of [log, reopen()]) {
          expect(opened.head).toBe(1);
          expect(opened.bytes()).toBe(bytes);
          expect(opened.get(pod('a'))?.rev).toBe(1);
          expect(names(opened.list({ resource: 'pods' }))).toEqual(['default/a']);
          expect(names(opened.byTerm('node:n1'))).toEqual(['default/a']);
          expect(opened.byTerm('node:n2')).toEqual([]);
        }
        expect(put(log, pod('c')).rev).toBe(2);
      }));

    it('a throw in an inner one undoes the inner one alone', () =>
      run(({ log }) => {
        const told: number[][] = [];
        log.subscribe((events) => told.push(events.map((event) => event.rev)));
        const result = log.transaction(() => {
          put(log, pod('a'));
          expect(() =>
            log.transaction(() => {
              put(log, pod('b'));
              throw new Error('inner');
            }),
          ).toThrow('inner');
          expect(log.head).toBe(1);
          log.transaction(() => put(log, pod('c')).rev);
          return 'done';
        });
        expect(result).toBe('done');
        expect(names(log.list({ resource: 'pods' }))).toEqual(['default/a', 'default/c']);
        expect(told).toEqual([[1, 2]]);
      }));

    it('reads inside see what was appended', () =>
      run(({ log }) => {
        log.transaction(() => {
          put(log, pod('a'));
          expect(log.get(pod('a'))?.rev).toBe(1);
          expect(names(log.list({ resource: 'pods' }))).toEqual(['default/a']);
        });
      }));

    it('what was found empty is read anew after a create, and after the undoing of a delete', () =>
      run(({ log }) => {
        const counts = () =>
          [{ resource: 'pods' }, { resource: 'pods', namespace: 'default' }].map((range) => [
            log.list(range).length,
            log.revisions(range).length,
            log.count(range),
          ]);
        const none = [
          [0, 0, 0],
          [0, 0, 0],
        ];
        const one = [
          [1, 1, 1],
          [1, 1, 1],
        ];
        expect(counts()).toEqual(none);
        put(log, pod('a'));
        expect(counts()).toEqual(one);
        expect(() =>
          log.transaction(() => {
            remove(log, pod('a'));
            expect(counts()).toEqual(none);
            throw new Error('undone');
          }),
        ).toThrow('undone');
        expect(counts()).toEqual(one);
      }));

    it('listeners hear after the outermost one, each event once, in order', () =>
      run(({ log }) => {
        const told: string[] = [];
        const stop = log.subscribe((events) => told.push(`first ${events.map((event) => event.rev).join()}`));
        let answered = false;
        log.subscribe((events) => {
          if (!answered) {
            answered = true;
            put(log, pod('answer'));
          }
          told.push(`second ${events.map((event) => event.rev).join()}`);
        });
        log.transaction(() => {
          log.transaction(() => put(log, pod('a')).rev);
          put(log, pod('b'));
          expect(told).toEqual([]);
        });
        expect(told).toEqual(['first 1,2', 'second 1,2', 'first 3', 'second 3']);
        stop();
        put(log, pod('c'));
        expect(told.slice(4)).toEqual(['second 4']);
      }));

    it('tells nobody of a refusal or of an undone transaction', () =>
      run(({ log }) => {
        put(log, pod('a'));
        let told = 0;
        log.subscribe(() => told++);
        tryPut(log, pod('a'), { expected: 0 });
        expect(() =>
          log.transaction(() => {
            put(log, pod('b'));
            throw new Error('undo');
          }),
        ).toThrow('undo');
        expect(told).toBe(0);
      }));
  });

  describe('read', () => {
    it('get, now and at a revision', () =>
      run(({ log }) => {
        put(log, pod('a'), { labels: { v: '1' } });
        put(log, pod('b'));
        put(log, pod('a'), { labels: { v: '3' } });
        remove(log, pod('a'));
        put(log, pod('a'), { labels: { v: '5' } });
        const at = (rev?: number): (string | number)[] => {
          const row = log.get(pod('a'), rev);
          return row === undefined ? [] : [row.rev, ...termsOf(row)];
        };
        expect([0, 1, 2, 3, 4, 5].map(at)).toEqual([[], [1, 'v:1'], [1, 'v:1'], [3, 'v:3'], [], [5, 'v:5']]);
        expect(at()).toEqual([5, 'v:5']);
        expect(log.get({ ...pod('a'), resource: 'secrets' })).toBeUndefined();
      }));

    it('list: order of the whole path, and a namespace never lists another', () =>
      run(({ log }) => {
        for (const namespace of ['ns10', 'ns1', 'ns1-a', 'ns', 'ns1.']) put(log, pod('x', namespace));
        for (const name of ['b', 'a', 'a-b', 'a.b', 'a0']) put(log, pod(name, 'ns1'));
        put(log, { resource: 'podstwo', namespace: 'ns1', name: 'other' });
        put(log, { resource: 'nodes', namespace: '', name: 'n' });
        const one = ['ns1/a', 'ns1/a-b', 'ns1/a.b', 'ns1/a0', 'ns1/b', 'ns1/x'];
        expect(names(log.list({ resource: 'pods', namespace: 'ns1' }))).toEqual(one);
        expect(names(log.list({ resource: 'pods' }))).toEqual(['ns/x', 'ns1-a/x', 'ns1./x', ...one, 'ns10/x']);
        expect(names(log.list({ resource: 'nodes' }))).toEqual(['/n']);
        expect(log.list({ resource: 'pods', namespace: 'absent' })).toEqual([]);
        expect(log.count({ resource: 'pods', namespace: 'ns1' })).toBe(6);
      }));

    it('list with limit and continue, while the present moves on', () =>
      run(({ log }) => {
        for (const name of ['a', 'b', 'c', 'd', 'e']) put(log, pod(name));
        const rev = log.head;
        const first = log.list({ resource: 'pods', limit: 2, rev });
        remove(log, pod('c'));
        put(log, pod('bb'));
        put(log, pod('d'));
        const rest = log.list({ resource: 'pods', after: pod('b'), rev });
        expect([...names(first), ...names(rest)]).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => `default/${name}`));
        expect(log.count({ resource: 'pods', after: pod('b'), rev })).toBe(3);
        expect(log.count({ resource: 'pods', after: pod('b'), rev, limit: 2 })).toBe(2);
        expect(names(log.list({ resource: 'pods', after: pod('b') }))).toEqual([
          'default/bb',
          'default/d',
          'default/e',
        ]);
        expect(log.count({ resource: 'pods', after: pod('b') })).toBe(3);
        expect(rest[1]?.rev).toBe(4);
      }));

    it('list continues across namespaces and inside one', () =>
      run(({ log }) => {
        for (const namespace of ['a', 'a-1', 'b']) for (const name of ['x', 'y']) put(log, pod(name, namespace));
        const seen: string[] = [];
        for (const page of pages(log, { resource: 'pods' }, 1)) seen.push(...names(page));
        expect(seen).toEqual(['a-1/x', 'a-1/y', 'a/x', 'a/y', 'b/x', 'b/y']);
        expect(names(log.list({ resource: 'pods', namespace: 'a', after: pod('x', 'a') }))).toEqual(['a/y']);
        expect(names(log.list({ resource: 'pods', namespace: 'b', after: pod('x', 'a') }))).toEqual(['b/x', 'b/y']);
      }));

    it('consistent list: pages are of one revision', () =>
      run(({ log }) => {
        for (const name of ['a', 'b', 'c']) put(log, pod(name));
        const seen: string[] = [];
        for (const page of pages(log, { resource: 'pods', limit: 3 }, 2)) {
          seen.push(...names(page));
          for (const name of ['a', 'c']) if (log.get(pod(name))) remove(log, pod(name));
        }
        expect(seen).toEqual(['default/a', 'default/b', 'default/c']);
      }));

    it('a list of revisions stays what it was, until compaction takes its states', () =>
      run(({ log }) => {
        for (const name of ['a', 'b', 'c']) put(log, pod(name));
        put(log, pod('a'));
        const revisions = log.revisions({ resource: 'pods' });
        expect(revisions).toEqual([4, 2, 3]);
        expect(log.revisions({ resource: 'pods', rev: 3, limit: 2 })).toEqual([1, 2]);
        remove(log, pod('b'));
        put(log, pod('c'));
        expect(names(log.rows(revisions))).toEqual(['default/a', 'default/b', 'default/c']);
        const reading = pagesOf(log, revisions, 1);
        expect(reading.next().done).toBe(false);
        log.compact(log.head);
        expect(names(log.rows(revisions))).toEqual(['default/a']);
        expect(() => reading.next()).toThrow(CompactedError);
      }));

    it('pages hold many short texts, or few long ones', () =>
      run(({ log }) => {
        for (let i = 0; i < 40; i++) put(log, pod(`p${i}`), { labels: { l: 'x'.repeat(100_000) } });
        const long = [...pages(log, { resource: 'pods' })].map((page) => page.length);
        expect(Math.max(...long.slice(1))).toBeLessThan(5);
        for (let i = 0; i < 40; i++) put(log, pod(`p${i}`));
        expect([...pages(log, { resource: 'pods' })].map((page) => page.length)).toEqual([16, 24]);
      }));

    it('terms follow the live state', () =>
      run(({ log }) => {
        put(log, pod('a', 'x'), { terms: ['owner:1', 'node:n'] });
        put(log, { resource: 'jobs', namespace: 'x', name: 'j' }, { terms: ['owner:1', 'owner:1'] });
        put(log, pod('a', 'x-1'), { terms: ['owner:1'] });
        const find = (term: string, resource?: string): string[] =>
          log.byTerm(term, resource).map((row) => `${row.resource} ${row.namespace}/${row.name}@${row.rev}`);
        expect(find('owner:1')).toEqual(['jobs x/j@2', 'pods x-1/a@3', 'pods x/a@1']);
        expect(find('owner:1', 'pods')).toEqual(['pods x-1/a@3', 'pods x/a@1']);
        expect(log.revisionsByTerm('owner:1', 'pods')).toEqual([3, 1]);
        expect(log.revisionsByTerm('owner:2', 'pods')).toEqual([]);
        put(log, pod('a', 'x'), { terms: ['node:m'] });
        remove(log, pod('a', 'x-1'));
        expect(find('owner:1')).toEqual(['jobs x/j@2']);
        expect(find('node:n')).toEqual([]);
        expect(find('node:m')).toEqual(['pods x/a@4']);
      }));

    it('resources', () =>
      run(({ log }) => {
        expect(log.resources()).toEqual([]);
        put(log, pod('a'));
        put(log, { resource: 'deployments.apps', namespace: 'default', name: 'd' });
        put(log, pod('b'));
        put(log, { resource: 'nodes', namespace: '', name: 'n' });
        remove(log, { resource: 'nodes', namespace: '', name: 'n' });
        expect(log.resources()).toEqual(['deployments.apps', 'pods']);
      }));

    it('changes, of all and of one resource', () =>
      run(({ log }) => {
        put(log, pod('a'));
        put(log, { resource: 'nodes', namespace: '', name: 'n' });
        put(log, pod('b'));
        remove(log, pod('a'));
        const revs = (events: readonly LogEvent[]): number[] => events.map((event) => event.rev);
        expect(revs(log.changes(0, 10))).toEqual([1, 2, 3, 4]);
        expect(revs(log.changes(1, 2))).toEqual([2, 3]);
        expect(revs(log.changesOf('pods', 0, 2))).toEqual([1, 3]);
        expect(revs(log.changesOf('pods', 3, 10))).toEqual([4]);
        expect(revs(log.changes(4, 10))).toEqual([]);
        expect(log.event(5)).toBeUndefined();
      }));

    it('revision at a time', () =>
      run(({ log }) => {
        expect(log.revisionAt(1)).toBe(0);
        for (const at of [100, 200, 200, 300]) put(log, pod(`p${log.head}`), { at });
        expect([99, 100, 199, 200, 299, 300, 999].map((time) => log.revisionAt(time))).toEqual([0, 1, 1, 3, 3, 4, 4]);
      }));
  });

  it('a restart finds everything', () =>
    run(({ log, reopen }) => {
      for (const name of ['a', 'b', 'c']) put(log, pod(name), { terms: ['t'], at: 500 });
      remove(log, pod('b'));
      const again = reopen();
      expect([again.head, again.compacted, again.bytes()]).toEqual([4, 0, log.bytes()]);
      expect(again.changes(0, 9)).toEqual(log.changes(0, 9));
      expect(again.list({ resource: 'pods' })).toEqual(log.list({ resource: 'pods' }));
      expect(names(again.byTerm('t'))).toEqual(['default/a', 'default/c']);
      expect(put(again, pod('d')).rev).toBe(5);
    }));
}
