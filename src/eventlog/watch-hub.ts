// Hands committed events to watchers. etcd's promises, and what keeps each:
//
// 1. Ordered: a watcher's frames come in the order of revisions; those of one transaction in one `send`.
// 2. Unique, reliable: a watcher is live, or behind at the revision `seen`. One that is behind is told of its past from
//    the log; it becomes live in the turn in which nothing of it is left, and `seen` bars what it was told already.
// 3. Atomic: a live watcher is told of a transaction's events as a whole, after it has ended, or never.
// 4. Resumable: PastEvents continues where a watcher stopped, from every revision that is not compacted.
// 5. Bookmarkable: every live watcher has been told of all events up to `revision`.
//
// A watcher whose `send` gives false falls behind until it is resumed: the log is its buffer, and nothing is held for it.
// Live watchers of one key are told the same frames, made and encoded once. They may be told a little later than the
// transaction, with those that follow it: `later`.

import { FrameWriter } from './frames.ts';
import type { EventLog, LogEvent } from './log.ts';
import { CompactedError } from './pages.ts';
import { PastEvents } from './past.ts';
import type { Parse, Past, Sink, Watcher } from './watcher.ts';
import { Frames, parseText } from './watcher.ts';

export interface WatchHubOptions {
  /** Makes the objects that matchers are asked of. */
  readonly parse?: Parse;
  /** Calls `tell` soon, once. Absent: live watchers are told at once. */
  readonly later?: (telling: Telling) => void;
}

/** Events that wait for live watchers to be told of them. */
export interface Telling {
  /** How many watchers of the first transaction's resources there are. */
  readonly watchers: number;
  /** Characters of the events' texts: those that come until `tell` is called wait with them. */
  size(): number;
  tell(): void;
}

export interface Watch {
  /** There is room again. */
  resume(): void;
  stop(): void;
  /** It was told of all events up to this revision, and of no later one. Undefined: of a part of a state. */
  readonly seen: number | undefined;
}

interface Entry {
  readonly watcher: Watcher;
  readonly sink: Sink;
  /** Undefined: it is live, up to `seen`. */
  past: { readonly frames: Iterator<string>; readonly source: Past } | undefined;
  seen: number;
  stopped: boolean;
}

/** Live watchers by resource, then by key. */
type Groups = Map<string, Map<string | Entry, Set<Entry>>>;

export class WatchHub {
  readonly #log: EventLog;
  readonly #parse: Parse;
  readonly #later: WatchHubOptions['later'];
  readonly #live: Groups = new Map();
  readonly #entries = new Set<Entry>();
  readonly #stop: () => void;
  #untold: LogEvent[] = [];
  /** Of the untold events' texts, in characters. */
  #size = 0;
  #revision: number;

  constructor(log: EventLog, { parse = parseText, later }: WatchHubOptions = {}) {
    this.#log = log;
    this.#parse = parse;
    this.#later = later;
    this.#revision = log.head;
    this.#stop = log.subscribe((events) => this.#hear(events));
  }

  /** What a bookmark may carry. */
  get revision(): number {
    return this.#revision;
  }

  /** How many watchers there are. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Tells of `past` (absent: nothing), which brings the watcher to the present, and then of every later event, until it is
   * stopped. Not inside a transaction: its events may yet be undone.
   */
  add(watcher: Watcher, sink: Sink, past: Past = new PastEvents(this.#log, watcher, this.#log.head)): Watch {
    const entry: Entry = { watcher, sink, past: begun(past), seen: 0, stopped: false };
    this.#entries.add(entry);
    this.#guard(entry, () => this.#advance(entry));
    return {
      resume: () => {
        if (!entry.stopped) this.#guard(entry, () => this.#advance(entry));
      },
      stop: () => this.#remove(entry),
      get seen() {
        return entry.past === undefined ? entry.seen : entry.past.source.seen;
      },
    };
  }

  /** Ends all watches of a resource that is no more, once they have been told of all that happened. */
  endAll(resource: string): void {
    this.#tell();
    for (const entry of [...this.#entries]) {
      if (entry.watcher.resource !== resource) continue;
      this.#remove(entry);
      entry.sink.end('gone');
    }
  }

  /** Stops listening to the log; for a hub that lives shorter than it. */
  close(): void {
    this.#stop();
  }

  /** Tells a watcher that is behind of its past, as long as it has room; without any left it is live. */
  #advance(entry: Entry): void {
    while (entry.past !== undefined && !entry.stopped) {
      const { done, value } = entry.past.frames.next();
      if (done === true) {
        entry.seen = seenBy(entry.past.source);
        entry.past = undefined;
        this.#join(entry);
        entry.sink.live?.();
      } else if (entry.sink.send(new Frames(value)) === false) return;
    }
  }

  #hear(events: readonly LogEvent[]): void {
    let watchers = 0;
    for (const resource of new Set(events.map((event) => event.resource))) {
      for (const entries of this.#live.get(resource)?.values() ?? []) watchers += entries.size;
    }
    const scheduled = this.#untold.length > 0;
    this.#untold.push(...events);
    for (const { object } of events) this.#size += object.length;
    if (scheduled) return;
    if (this.#later === undefined || watchers === 0) this.#tell();
    else this.#later({ watchers, size: () => this.#size, tell: () => this.#tell() });
  }

  #tell(): void {
    const events = this.#untold;
    this.#untold = [];
    this.#size = 0;
    const writer = new FrameWriter(this.#log, this.#parse);
    for (const resource of new Set(events.map((event) => event.resource))) {
      const own = events.filter((event) => event.resource === resource);
      for (const entries of [...(this.#live.get(resource)?.values() ?? [])]) this.#tellGroup(entries, own, writer);
    }
    this.#revision = events.at(-1)?.rev ?? this.#revision;
  }

  #tellGroup(entries: ReadonlySet<Entry>, events: readonly LogEvent[], writer: FrameWriter): void {
    const first = events[0]?.rev ?? 0;
    const last = events.at(-1)?.rev ?? 0;
    let shared: Frames | undefined;
    for (const entry of [...entries]) {
      if (entry.stopped || entry.past !== undefined) continue;
      this.#guard(entry, () => {
        const late = entry.seen >= first;
        const frames = late
          ? framesOf(
              events.filter((event) => event.rev > entry.seen),
              entry.watcher,
              writer,
            )
          : (shared ??= framesOf(events, entry.watcher, writer));
        entry.seen = Math.max(entry.seen, last);
        if (frames.text === '') return;
        if (entry.sink.send(frames) !== false) return;
        this.#leave(entry);
        entry.past = begun(new PastEvents(this.#log, entry.watcher, entry.seen, this.#parse));
      });
    }
  }

  /** One watcher's failure is its own end, and no gap for the others. The runtime reports the bug. */
  #guard(entry: Entry, body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#remove(entry);
      if (error instanceof CompactedError) entry.sink.end('compacted');
      else {
        entry.sink.end('failed');
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #join(entry: Entry): void {
    const { resource, key = entry } = entry.watcher;
    let groups = this.#live.get(resource);
    if (groups === undefined) this.#live.set(resource, (groups = new Map()));
    const entries = groups.get(key);
    if (entries === undefined) groups.set(key, new Set([entry]));
    else entries.add(entry);
  }

  #leave(entry: Entry): void {
    const { resource, key = entry } = entry.watcher;
    const groups = this.#live.get(resource);
    const entries = groups?.get(key);
    if (groups === undefined || entries?.delete(entry) !== true || entries.size > 0) return;
    groups.delete(key);
    if (groups.size === 0) this.#live.delete(resource);
  }

  #remove(entry: Entry): void {
    entry.stopped = true;
    this.#leave(entry);
    this.#entries.delete(entry);
  }
}

function begun(source: Past): NonNullable<Entry['past']> {
  return { frames: source[Symbol.iterator](), source };
}

function seenBy({ seen }: Past): number {
  if (seen === undefined) throw new Error('a past that ended without its end');
  return seen;
}

function framesOf(events: readonly LogEvent[], watcher: Watcher, writer: FrameWriter): Frames {
  let text = '';
  for (const event of events) text += writer.frame(event, watcher);
  return new Frames(text);
}
