// Does the watch suite notice? Most bugs that etcd's robustness tests have found lie where watches meet compaction. Here such
// mistakes are made in the log that watches read, and random histories must tell each of them from a sound one.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventLog, LogEvent } from './log.ts';
import { MemoryLog } from './memory-log.ts';
import { playWatches, watchHistory } from './testing/watch-play.ts';

/** The log with some of its members replaced. */
function mutant(log: EventLog, replaced: Partial<EventLog>): EventLog {
  return new Proxy(log, {
    get(target, name) {
      if (name in replaced) return Reflect.get(replaced, name);
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

const MUTANTS: Readonly<Record<string, (log: EventLog) => EventLog>> = {
  'repeats the event that a watch resumes from': (log) =>
    mutant(log, { changesOf: (resource, after, limit) => log.changesOf(resource, Math.max(0, after - 1), limit) }),
  'skips the event after the one that a watch resumes from': (log) =>
    mutant(log, { changesOf: (resource, after, limit) => log.changesOf(resource, after + 1, limit) }),
  'gives events out of order': (log) =>
    mutant(log, { changesOf: (resource, after, limit) => log.changesOf(resource, after, limit).reverse() }),
  'gives no deletes to a watch that resumes': (log) =>
    mutant(log, {
      changesOf: (...args) => log.changesOf(...args).filter(({ verb }) => verb !== 'delete'),
    }),
  'tells a namespace’s watch of one whose name begins like it': (log) =>
    mutant(log, {
      changesOf: (...args) =>
        log.changesOf(...args).map((event) => (event.namespace === 'a1' ? { ...event, namespace: 'a' } : event)),
    }),
  'does not know what is compacted, and skips it silently': (log) => mutant(log, { compacted: 0 }),
  'takes a revision that is kept for one that is compacted': (log) =>
    new Proxy(log, {
      get(target, name) {
        if (name === 'compacted') return target.compacted === 0 ? 0 : target.compacted + 1;
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    }),
  'has the wrong state before an event': (log) => mutant(log, { event: (rev) => log.event(rev + 1) ?? log.event(rev) }),
  'lists the state of an event too early': (log) =>
    mutant(log, { revisions: (range) => log.revisions({ ...range, rev: Math.max(0, log.head - 1) }) }),
  'loses the last event of a transaction': (log) =>
    mutant(log, {
      subscribe: (listener) => log.subscribe((events) => listener(events.length > 1 ? events.slice(0, -1) : events)),
    }),
  'tells events in the order of their names': (log) =>
    mutant(log, {
      subscribe: (listener) =>
        log.subscribe((events) => listener([...events].sort((a: LogEvent, b) => (a.name < b.name ? -1 : 1)))),
    }),
};

const RUNS = 400;
const SEED = 20_261_122;

test('a sound log passes', () => {
  fc.assert(
    fc.property(watchHistory, (steps) => {
      expect(playWatches(new MemoryLog(), steps)).toEqual([]);
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test.each(Object.entries(MUTANTS))('a log is found out that %s', (_name, mutate) => {
  const passes = fc.check(
    fc.property(watchHistory, (steps) => {
      const log = new MemoryLog();
      return playWatches(log, steps, mutate(log)).length === 0;
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: true },
  );
  expect(passes.failed).toBe(true);
});
