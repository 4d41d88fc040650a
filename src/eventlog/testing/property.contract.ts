// Random writes, transactions, compactions, rebuilds, restarts and watches against the model.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventLog, Key, Row } from '../log.ts';
import { verify } from '../verify.ts';
import { PastEvents, PresentState } from '../past.ts';
import { WatchHub } from '../watch-hub.ts';
import type { Watcher } from '../watcher.ts';
import { hasLabel, labelsOf, names, record, remove, replayed, termsOf, tryPut } from './harness.ts';
import type { RunOnLog, TestStore } from './harness.ts';
import { Model } from './model.ts';

type Write =
  | { readonly do: 'put'; readonly key: Key; readonly label: string; readonly at: number }
  | { readonly do: 'remove'; readonly key: Key }
  | { readonly do: 'stale'; readonly key: Key };
type Transaction = {
  readonly do: 'transaction';
  readonly steps: readonly (Write | Transaction)[];
  readonly fails: boolean;
};
/** `share` chooses a revision between `compacted` (0) and `head` (1). */
type Step =
  | Write
  | Transaction
  | { readonly do: 'compact'; readonly share: number }
  | { readonly do: 'watch'; readonly watcher: Watcher; readonly share: number }
  | { readonly do: 'watch state'; readonly watcher: Watcher }
  | { readonly do: 'restart' }
  | { readonly do: 'rebuild' };

const WATCHERS: readonly Watcher[] = [
  { resource: 'pods' },
  { resource: 'pods', match: hasLabel('l', '1') },
  { resource: 'pods', namespace: 'a', match: hasLabel('l', '2') },
  { resource: 'jobs', namespace: 'a-1' },
];

const RESOURCES = ['pods', 'jobs'];

const key: fc.Arbitrary<Key> = fc.record({
  resource: fc.constantFrom(...RESOURCES),
  namespace: fc.constantFrom('a', 'a-1', 'a1'),
  name: fc.constantFrom('x', 'x-y'),
});
const write: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('put'),
      key,
      label: fc.constantFrom('1', '2', '3'),
      at: fc.integer({ min: 0, max: 99 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove'), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stale'), key }) },
);
const transactionOf = (steps: fc.Arbitrary<Write | Transaction>): fc.Arbitrary<Transaction> =>
  fc.record({ do: fc.constant('transaction'), steps: fc.array(steps, { maxLength: 5 }), fails: fc.boolean() });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: write },
  {
    weight: 4,
    arbitrary: transactionOf(fc.oneof({ weight: 3, arbitrary: write }, { weight: 1, arbitrary: transactionOf(write) })),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('compact'), share }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('watch'), watcher: fc.constantFrom(...WATCHERS), share }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('watch state'), watcher: fc.constantFrom(...WATCHERS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rebuild') }) },
);

/** A watch as its client knows it: restarts of the log end its connections, not it. */
interface Client {
  readonly watcher: Watcher;
  /** What the model says it should have seen before `after`. */
  readonly initial: readonly string[];
  readonly after: number;
  readonly frames: (() => string[])[];
}

class Undo extends Error {}

/** Plays a history on a log and on the model at once. */
class Play {
  readonly #store: TestStore;
  readonly #model = new Model();
  readonly #clients: Client[] = [];
  #log: EventLog;
  #hub: WatchHub;

  constructor(store: TestStore) {
    this.#store = store;
    this.#log = store.log;
    this.#hub = new WatchHub(store.log);
  }

  run(steps: readonly Step[]): void {
    for (const next of steps) {
      this.#step(next);
      expect([this.#log.head, this.#log.compacted]).toEqual([this.#model.head, this.#model.compacted]);
    }
    this.#check();
  }

  #step(next: Step): void {
    const { compacted, head } = this.#model;
    const at = 'share' in next ? compacted + Math.round(next.share * (head - compacted)) : head;
    switch (next.do) {
      case 'compact':
        this.#log.compact(at);
        this.#model.compacted = at;
        return this.#check();
      case 'rebuild':
        this.#log.rebuild(termsOf);
        return this.#check();
      case 'restart':
        return this.#restart();
      case 'watch': {
        const { watcher } = next;
        const seen = record(this.#hub, watcher, new PastEvents(this.#log, watcher, at));
        this.#clients.push({ watcher, initial: [], after: at, frames: [seen.frames] });
        return;
      }
      case 'watch state': {
        const { watcher } = next;
        const initial = this.#model.initial(watcher);
        const seen = record(this.#hub, watcher, new PresentState(this.#log, watcher));
        this.#clients.push({ watcher, initial, after: head, frames: [seen.frames] });
        return;
      }
      default:
        this.#write(next);
    }
  }

  #write(next: Write | Transaction): void {
    if (next.do === 'transaction') return this.#transaction(next);
    const { events } = this.#model;
    const live = this.#model.get(next.key, this.#model.head);
    if (next.do === 'stale') {
      const expected = (live?.rev ?? 0) + 1;
      expect(tryPut(this.#log, next.key, { expected })).toEqual({ ok: false, actual: live?.rev ?? 0 });
      return;
    }
    if (next.do === 'remove') {
      if (live !== undefined) events.push(remove(this.#log, next.key));
    } else {
      const labels = { l: next.label };
      const appended = tryPut(this.#log, next.key, { labels, terms: [`l:${next.label}`], at: next.at });
      if (!appended.ok) throw new Error(`refused: at ${appended.actual}, not ${live?.rev ?? 0}`);
      events.push(appended.event);
    }
    if (events.length > 0) expect(events.at(-1)?.rev).toBe(events.length);
  }

  #transaction({ steps, fails }: Transaction): void {
    const before = this.#model.head;
    try {
      this.#log.transaction(() => {
        for (const next of steps) this.#write(next);
        if (fails) throw new Undo();
      });
    } catch (error) {
      if (!(error instanceof Undo)) throw error;
      this.#model.events.length = before;
    }
  }

  /** Each client connects again, from the last bookmark. */
  #restart(): void {
    const bookmark = this.#hub.revision;
    this.#hub.close();
    this.#log = this.#store.reopen();
    this.#hub = new WatchHub(this.#log);
    for (const { watcher, frames } of this.#clients) {
      frames.push(record(this.#hub, watcher, new PastEvents(this.#log, watcher, bookmark)).frames);
    }
    this.#check();
  }

  #check(): void {
    const log = this.#log;
    const model = this.#model;
    for (let rev = model.compacted; rev <= model.head; rev++) {
      for (const resource of RESOURCES) {
        const expected = model.list(resource, rev).map(rowText);
        const found = log.list({ resource, rev });
        expect(log.rows(log.revisions({ resource, rev }))).toEqual(found);
        expect(found.map(rowText)).toEqual(expected);
        expect(log.count({ resource, rev })).toBe(expected.length);
        const half = found[Math.floor(found.length / 2)];
        if (half !== undefined) {
          const next = found.slice(found.indexOf(half) + 1).slice(0, 1);
          expect(log.list({ resource, rev, after: half, limit: 1 })).toEqual(next);
        }
        for (const row of found) expect(log.get(row, rev)).toEqual(row);
      }
      expect(log.changes(rev, 1000)).toEqual(model.events.slice(rev));
      for (const watcher of WATCHERS) expect(replayed(log, watcher, rev)).toEqual(model.frames(watcher, rev));
    }
    for (const label of ['1', '2', '3']) {
      const expected = model.list('pods', model.head).filter((event) => labelsOf(event)['l'] === label);
      expect(log.byTerm(`l:${label}`, 'pods').map(rowText)).toEqual(expected.map(rowText));
    }
    for (const { watcher, initial, after, frames } of this.#clients) {
      expect(frames.flatMap((seen) => seen())).toEqual([...initial, ...model.frames(watcher, after)]);
    }
    expect(verify(log, termsOf)).toEqual([]);
  }
}

function rowText(row: Row): string {
  return `${row.resource} ${names([row])[0]} ${row.rev} ${row.uid} ${row.object}`;
}

export function propertyContract(run: RunOnLog, runs: number): void {
  describe('any history', () => {
    it('reads, watches and projections agree with the fold of all events', { timeout: 60_000 }, async () => {
      const history = fc.array(step, { maxLength: 40, size: 'max' });
      const holds = fc.asyncProperty(history, (steps) => run((store) => new Play(store).run(steps)));
      await fc.assert(holds, { numRuns: runs });
    });
  });
}
