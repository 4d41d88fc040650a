// Hands committed events to watchers. etcd's promises, and what keeps each:
//
// 1. Ordered: a watcher's frames come in the order of revisions; those of one transaction in one `send`.
// 2. Unique, reliable: `add` sends the past and joins the live events in one synchronous turn, and a watcher's `seen`
//    revision bars what its past held already.
// 3. Atomic: a transaction's events are sent whole, after it has ended, or never.
// 4. Resumable: `replayFrames` continues where a watcher stopped, from every revision that is not compacted.
// 5. Bookmarkable: outside of `send`, every watcher has been told of all events up to `revision`.
//
// A watcher whose `send` gives false (or throws) is told nothing more but `end`: it would have a gap.

import { FrameWriter } from './frames.ts';
import type { Parse } from './frames.ts';
import type { EventLog, LogEvent, Row } from './log.ts';
import { pages } from './pages.ts';

/** What a watcher wants to know of. */
export interface Watcher {
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Asked of parsed stored objects, which it must not change. Absent: all match, and nothing is parsed. */
  readonly match?: (object: unknown) => boolean;
  /** Makes the served text of a stored one, for kinds where they differ. */
  readonly transform?: (text: string) => string;
}

/** Where a watcher's frames go. */
export interface Sink {
  /** Takes newline-terminated frames `{"type":…,"object":…}`, one or more. False: it cannot keep up. */
  send(frames: string): boolean | void;
  /** The hub has let go of the watcher because it could not keep up. */
  end(): void;
}

interface Entry {
  readonly watcher: Watcher;
  readonly sink: Sink;
  readonly seen: number;
}

const EVENTS_AT_ONCE = 256;
/** Characters of replayed frames in one batch; a larger single frame is a batch of its own. */
const BATCH = 256 * 1024;

const parseText: Parse = (row) => JSON.parse(row.object);

export class WatchHub {
  readonly #log: EventLog;
  readonly #parse: Parse;
  readonly #entries = new Map<string, Set<Entry>>();
  readonly #stop: () => void;
  #revision: number;

  /** `parse` may give shared, cached objects. */
  constructor(log: EventLog, parse: Parse = parseText) {
    this.#log = log;
    this.#parse = parse;
    this.#revision = log.head;
    this.#stop = log.subscribe((events) => this.#dispatch(events));
  }

  /** What a bookmark may carry. */
  get revision(): number {
    return this.#revision;
  }

  /** How many watchers there are. */
  get size(): number {
    let size = 0;
    for (const entries of this.#entries.values()) size += entries.size;
    return size;
  }

  /**
   * Sends the frames of `past`, which bring the watcher to the present, and then those of every later event, until the
   * returned function is called. Not inside a transaction: its events may yet be undone.
   */
  add(watcher: Watcher, sink: Sink, past: Iterable<string> = []): () => void {
    for (const frames of past) {
      if (sink.send(frames) !== false) continue;
      sink.end();
      return () => {};
    }
    const entry: Entry = { watcher, sink, seen: this.#log.head };
    const entries = this.#entries.get(watcher.resource);
    if (entries === undefined) this.#entries.set(watcher.resource, new Set([entry]));
    else entries.add(entry);
    return () => this.#remove(entry);
  }

  /** Stops listening to the log; for a hub that lives shorter than it. */
  close(): void {
    this.#stop();
  }

  #dispatch(events: readonly LogEvent[]): void {
    const writer = new FrameWriter(this.#log, this.#parse);
    for (const resource of new Set(events.map((event) => event.resource))) {
      const entries = this.#entries.get(resource);
      if (entries === undefined) continue;
      const own = events.filter((event) => event.resource === resource);
      for (const entry of [...entries]) if (entries.has(entry)) this.#send(entry, own, writer);
    }
    this.#revision = events.at(-1)?.rev ?? this.#revision;
  }

  #send(entry: Entry, events: readonly LogEvent[], writer: FrameWriter): void {
    try {
      let frames = '';
      for (const event of events) if (event.rev > entry.seen) frames += writer.frame(event, entry.watcher);
      if (frames === '' || entry.sink.send(frames) !== false) return;
    } catch (error) {
      // One watcher's failure is its own end, and no gap for the others. The runtime reports the bug.
      queueMicrotask(() => {
        throw error;
      });
    }
    this.#remove(entry);
    entry.sink.end();
  }

  #remove(entry: Entry): void {
    const { resource } = entry.watcher;
    const entries = this.#entries.get(resource);
    entries?.delete(entry);
    if (entries?.size === 0) this.#entries.delete(resource);
  }
}

/**
 * Frames of the events above `after`, in order, in batches. Throws where some of them are compacted: the caller answers
 * 410 before it comes to that.
 */
export function* replayFrames(
  log: EventLog,
  watcher: Watcher,
  after: number,
  parse = parseText,
): Generator<string, void> {
  if (after < log.compacted) throw new Error(`cannot replay from ${after}: compacted up to ${log.compacted}`);
  yield* batches(function* () {
    let from = after;
    let events: LogEvent[];
    do {
      events = log.changesOf(watcher.resource, from, EVENTS_AT_ONCE);
      const writer = new FrameWriter(log, parse);
      for (const event of events) yield writer.frame(event, watcher);
      from = events.at(-1)?.rev ?? from;
    } while (events.length === EVENTS_AT_ONCE);
  });
}

/** ADDED frames of the present state, in the order of lists, in batches. */
export function* initialFrames(log: EventLog, watcher: Watcher, parse = parseText): Generator<string, void> {
  const writer = new FrameWriter(log, parse);
  yield* batches(function* () {
    for (const page of statesOf(log, watcher)) for (const row of page) yield writer.initial(row, watcher);
  });
}

function statesOf(log: EventLog, { resource, namespace, name }: Watcher): Iterable<Row[]> {
  if (namespace === undefined || name === undefined) {
    return pages(log, { resource, ...(namespace !== undefined && { namespace }) });
  }
  const row = log.get({ resource, namespace, name });
  return row === undefined ? [] : [[row]];
}

function* batches(frames: () => Iterable<string>): Generator<string, void> {
  let batch = '';
  for (const frame of frames()) {
    batch += frame;
    if (batch.length < BATCH) continue;
    yield batch;
    batch = '';
  }
  if (batch !== '') yield batch;
}
