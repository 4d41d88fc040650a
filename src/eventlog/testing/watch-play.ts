// Random histories with watchers that are slow, told later, and overtaken by compaction; and what etcd promises of them:
// whatever a watcher was told is a prefix of what the history says it should see (ordered, unique, reliable, atomic,
// filtered), and all of it once it has room, unless compaction took what it still had to be told.

import fc from 'fast-check';
import type { EventLog, Key } from '../log.ts';
import { PastEvents, PresentState } from '../past.ts';
import { WatchHub } from '../watch-hub.ts';
import type { Watcher } from '../watcher.ts';
import { hasLabel, put, record, remove } from './harness.ts';
import type { Recorder } from './harness.ts';
import { Model } from './model.ts';

type Write = { readonly key: Key; readonly label: string | undefined };

/** `share` chooses a revision between `compacted` (0) and `head` (1). */
export type WatchStep =
  | { readonly do: 'write'; readonly writes: readonly Write[] }
  | { readonly do: 'compact'; readonly share: number }
  | { readonly do: 'watch'; readonly watcher: Watcher; readonly share: number | undefined; readonly room: number }
  | { readonly do: 'resume'; readonly which: number; readonly room: number }
  | { readonly do: 'tell' };

const WATCHERS: readonly Watcher[] = [
  { resource: 'pods', key: 'all' },
  { resource: 'pods', match: hasLabel('l', '1'), key: 'one' },
  { resource: 'pods', namespace: 'a', match: hasLabel('l', '2') },
  { resource: 'jobs' },
];

const write: fc.Arbitrary<Write> = fc.record({
  key: fc.record({
    resource: fc.constantFrom('pods', 'pods', 'jobs'),
    namespace: fc.constantFrom('a', 'a1'),
    name: fc.constantFrom('x', 'y'),
  }),
  // Undefined: removed, where it is there.
  label: fc.constantFrom('1', '2', '1', '2', undefined),
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
const room = fc.constantFrom(1, 2, 3, Infinity);
const step: fc.Arbitrary<WatchStep> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('write'), writes: fc.array(write, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact'), share }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('watch'),
      watcher: fc.constantFrom(...WATCHERS),
      share: fc.option(share, { nil: undefined }),
      room,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('resume'), which: fc.nat(9), room }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tell') }) },
);

export const watchHistory = fc.array(step, { minLength: 5, maxLength: 50, size: 'max' });

interface Client {
  readonly watcher: Watcher;
  readonly initial: readonly string[];
  readonly after: number;
  readonly seen: Recorder;
}

/** Plays a history; gives what was not as promised. `faulty`: the log as the watches see it. */
export function playWatches(log: EventLog, steps: readonly WatchStep[], faulty: EventLog = log): string[] {
  const model = new Model();
  const waiting: Array<() => void> = [];
  const hub = new WatchHub(faulty, { later: ({ tell }) => void waiting.push(tell) });
  const clients: Client[] = [];
  const wrong: string[] = [];
  const tell = (): void => {
    waiting.shift()?.();
    if (hub.revision !== model.head) wrong.push(`bookmark ${hub.revision} at ${model.head}`);
  };

  for (const next of steps) {
    switch (next.do) {
      case 'write':
        log.transaction(() => {
          for (const { key, label } of next.writes) {
            if (label !== undefined) model.events.push(put(log, key, { labels: { l: label } }));
            else if (log.get(key) !== undefined) model.events.push(remove(log, key));
          }
        });
        break;
      case 'compact':
        model.compacted += Math.round(next.share * (model.head - model.compacted));
        log.compact(model.compacted);
        break;
      case 'watch': {
        const { watcher } = next;
        const state = next.share === undefined;
        const after = state ? model.head : model.compacted + Math.round(next.share * (model.head - model.compacted));
        const initial = state ? model.initial(watcher) : [];
        const past = state ? new PresentState(faulty, watcher) : new PastEvents(faulty, watcher, after);
        clients.push({ watcher, initial, after, seen: record(hub, watcher, past, next.room) });
        break;
      }
      case 'resume':
        clients[next.which % Math.max(clients.length, 1)]?.seen.resume(next.room);
        break;
      case 'tell':
        tell();
    }
    for (const client of clients) wrong.push(...broken(model, client, false));
  }
  while (waiting.length > 0) tell();
  for (const { seen } of clients) seen.resume();
  for (const client of clients) wrong.push(...broken(model, client, true));
  return wrong;
}

function broken(model: Model, { watcher, initial, after, seen }: Client, drained: boolean): string[] {
  if (seen.ended === 'failed') return ['a watch failed'];
  const expected = [...initial, ...model.frames(watcher, after)];
  const told = seen.frames();
  return told.length > expected.length ||
    told.some((frame, index) => frame !== expected[index]) ||
    (drained && seen.ended === undefined && told.length < expected.length) ||
    // It is ended only for what compaction took.
    (seen.ended === 'compacted' && model.compacted <= after)
    ? [`told ${told.join()} of ${expected.join()}, ${seen.ended ?? 'open'}`]
    : [];
}
