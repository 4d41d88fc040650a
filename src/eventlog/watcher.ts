// What a watch is to the event log: what it wants to know of, and where what it is told goes.

import type { Row } from './log.ts';

/** Makes the object that matchers are asked of. May give shared, cached objects. */
export type Parse = (row: Pick<Row, 'rev' | 'object'>) => unknown;

export const parseText: Parse = (row) => JSON.parse(row.object);

/** What a watcher wants to know of. */
export interface Watcher {
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Asked of parsed stored objects, which it must not change. Absent: all match, and nothing is parsed. */
  readonly match?: (object: unknown) => boolean;
  /** Makes the served text of a stored one, for kinds where they differ. */
  readonly transform?: (text: string) => string;
  /** Watchers of the same key are told the same: their frames are made once. Absent: it is like no other. */
  readonly key?: string;
}

/** Newline-terminated frames `{"type":…,"object":…}`, one or more. */
export class Frames {
  readonly text: string;
  #bytes: Uint8Array | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** In UTF-8; encoded once, however many ask. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= new TextEncoder().encode(this.text));
  }
}

/** Where a watcher's frames go. */
export interface Sink {
  /** Takes frames. False: it has no room for more, until the watch's `resume` is called. */
  send(frames: Frames): boolean | void;
  /** It has been told of everything up to now; what comes next is told as it happens, until a `send` gives false. */
  live?(): void;
  /**
   * It is told nothing more: it cannot be told what comes next, for compaction took that away; or a bug struck it; or what it
   * watches is gone for good.
   */
  end(why: 'compacted' | 'failed' | 'gone'): void;
}

/** What brings a watcher to the present: frames in batches, each made when there is room for it. May throw CompactedError. */
export interface Past extends Iterable<string> {
  /** All events up to this revision are told, by the batches so far. Undefined: a state is not told to its end. */
  readonly seen: number | undefined;
}
