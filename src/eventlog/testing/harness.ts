// What the parts of the contract suite share.

import type { Appended, EventLog, Key, LogEvent, Row } from '../log.ts';
import { PastEvents } from '../past.ts';
import type { Watch, WatchHub } from '../watch-hub.ts';
import type { Frames, Past, Watcher } from '../watcher.ts';

export interface TestStore {
  readonly log: EventLog;
  /** Opens what is stored again, as a new process would. */
  reopen(): EventLog;
}

/** Runs a test on an empty log, in whatever surroundings the implementation needs. */
export type RunOnLog = (body: (store: TestStore) => void) => Promise<void>;

export const BY = { actor: 'alice', agent: 'test/1', cause: 0 };

export function pod(name: string, namespace = 'default'): Key {
  return { resource: 'pods', namespace, name };
}

export interface State {
  readonly labels?: Readonly<Record<string, string>>;
  readonly terms?: readonly string[];
  readonly at?: number;
  readonly expected?: number;
}

function text(key: Key, rev: number, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify({ metadata: { namespace: key.namespace, name: key.name, resourceVersion: `${rev}`, labels } });
}

/** Creates or updates, from what the key is at now unless told otherwise. */
export function tryPut(log: EventLog, key: Key, state: State = {}): Appended {
  const live = log.get(key);
  const expected = state.expected ?? live?.rev ?? 0;
  return log.append({
    ...key,
    ...BY,
    verb: expected === 0 ? 'create' : 'update',
    uid: live?.uid ?? `uid-${key.name}-${log.head + 1}`,
    at: state.at ?? 1000,
    expected,
    object: (rev) => text(key, rev, state.labels ?? {}),
    terms: state.terms ?? [],
  });
}

export function tryRemove(log: EventLog, key: Key, state: State = {}): Appended {
  const live = log.get(key);
  return log.append({
    ...key,
    ...BY,
    verb: 'delete',
    uid: live?.uid ?? '',
    at: state.at ?? 1000,
    expected: state.expected ?? live?.rev ?? -1,
    object: (rev) => text(key, rev, labelsOf(live)),
    terms: [],
  });
}

export function put(log: EventLog, key: Key, state?: State): LogEvent {
  return accepted(tryPut(log, key, state));
}

export function remove(log: EventLog, key: Key, state?: State): LogEvent {
  return accepted(tryRemove(log, key, state));
}

function accepted(appended: Appended): LogEvent {
  if (!appended.ok) throw new Error(`refused: the key is at ${appended.actual}`);
  return appended.event;
}

export function labelsOf(row: Pick<Row, 'object'> | undefined): Record<string, string> {
  if (row === undefined) return {};
  return (JSON.parse(row.object) as { metadata: { labels: Record<string, string> } }).metadata.labels;
}

export function names(rows: readonly Row[]): string[] {
  return rows.map((row) => `${row.namespace}/${row.name}`);
}

/** The terms that the test's objects carry: one for each label. */
export function termsOf(row: Pick<Row, 'object'>): string[] {
  return Object.entries(labelsOf(row)).map(([key, value]) => `${key}:${value}`);
}

export function hasLabel(key: string, value: string): (object: unknown) => boolean {
  return (object) => (object as { metadata: { labels: Record<string, string> } }).metadata.labels[key] === value;
}

/** Frames as `ADDED default/a@3`. */
export function readable(frames: string): string[] {
  return frames
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { type, object } = JSON.parse(line) as {
        type: string;
        object: { metadata: { namespace: string; name: string; resourceVersion: string } };
      };
      return `${type} ${object.metadata.namespace}/${object.metadata.name}@${object.metadata.resourceVersion}`;
    });
}

export interface Recorder {
  /** One item for each send. */
  readonly sends: string[][];
  /** All frames. */
  frames(): string[];
  ended: 'compacted' | 'failed' | undefined;
  /** How often it became live. */
  lives: number;
  /** How many sends it still has room for. */
  room: number;
  /** Makes room, and says so. */
  resume(room?: number): void;
  readonly watch: Watch;
}

/** Adds a watcher that writes down what it is sent. `room`: how many sends until it is full. */
export function record(hub: WatchHub, watcher: Watcher, past?: Past, room = Infinity): Recorder {
  const sends: string[][] = [];
  const recorder = {
    sends,
    frames: () => sends.flat(),
    ended: undefined as Recorder['ended'],
    lives: 0,
    room,
    resume: (more = Infinity): void => {
      recorder.room = more;
      recorder.watch.resume();
    },
    watch: undefined as unknown as Watch,
  };
  const sink = {
    send: ({ text }: Frames): boolean => {
      sends.push(readable(text));
      recorder.room--;
      return recorder.room > 0;
    },
    live: () => void recorder.lives++,
    end: (why: 'compacted' | 'failed') => void (recorder.ended = why),
  };
  recorder.watch = hub.add(watcher, sink, past);
  return recorder;
}

/** All frames of a replay. */
export function replayed(log: EventLog, watcher: Watcher, after: number): string[] {
  return [...new PastEvents(log, watcher, after)].flatMap(readable);
}
