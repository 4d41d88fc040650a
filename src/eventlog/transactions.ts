// Nesting, rollback of what is held in memory, and telling listeners: the part that all implementations share.
//
// 1. A throw puts `tip` and the untold events back to where that transaction began.
// 2. Listeners hear of a transaction once, after the outermost one has ended, in the order of revisions.
// 3. A listener that appends is told of its own events only after every listener has heard of the earlier ones.

import type { LogEvent } from './log.ts';

/** Where the log ends. Replaced as a whole, so that putting it back is one assignment. */
export interface Tip {
  readonly head: number;
  /** Time of the newest event, in milliseconds since the epoch. */
  readonly at: number;
  /** UTF-8 bytes of all object texts held. */
  readonly bytes: number;
}

type Listener = (events: readonly LogEvent[]) => void;

export class Transactions {
  tip: Tip;
  /** How many transactions a throw has undone. */
  undone = 0;
  readonly #onUndo: () => void;
  #depth = 0;
  #pending: LogEvent[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #untold: LogEvent[][] = [];
  #telling = false;

  /** `onUndo` is called after a throw has undone something, or nothing. */
  constructor(tip: Tip, onUndo: () => void = () => {}) {
    this.tip = tip;
    this.#onUndo = onUndo;
  }

  get open(): boolean {
    return this.#depth > 0;
  }

  run<T>(body: () => T): T {
    const { tip } = this;
    const { length } = this.#pending;
    this.#depth++;
    let result: T;
    try {
      result = body();
    } catch (error) {
      this.tip = tip;
      this.#pending.length = length;
      this.undone++;
      this.#onUndo();
      throw error;
    } finally {
      this.#depth--;
    }
    if (this.#depth === 0 && this.#pending.length > 0) {
      this.#untold.push(this.#pending);
      this.#pending = [];
      this.#tell();
    }
    return result;
  }

  /** Records an event of the running transaction. */
  add(event: LogEvent, bytes: number): void {
    this.tip = { head: event.rev, at: event.at, bytes: this.tip.bytes + bytes };
    this.#pending.push(event);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Throws inside a transaction, where `what` cannot be undone. */
  refuseInside(what: string): void {
    if (this.open) throw new Error(`${what} inside a transaction`);
  }

  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    for (let events = this.#untold.shift(); events !== undefined; events = this.#untold.shift()) {
      for (const listener of [...this.#listeners]) {
        try {
          listener(events);
        } catch (error) {
          // The write has happened: its writer must not see a failure. The runtime reports the bug.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
    this.#telling = false;
  }
}
