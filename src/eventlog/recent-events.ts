// The newest events, in memory: what was just written is read again by the components, the watches and the node pool.
//
// 1. What is held is an unbroken run of revisions that ends at the newest event, or nothing.
// 2. Events that a throw undoes are taken out before their revisions are given to others.
// 3. Texts are bounded by their length; the oldest events go first.

import type { LogEvent } from './log.ts';

export class RecentEvents {
  readonly #events = new Map<number, LogEvent>();
  readonly #limit: number;
  #length = 0;

  /** `limit` in UTF-16 units of text. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The next event. */
  add(event: LogEvent): void {
    this.#events.set(event.rev, event);
    this.#length += event.object.length;
    for (const rev of this.#events.keys()) {
      if (this.#length <= this.#limit) return;
      this.#drop(rev);
    }
  }

  get(rev: number): LogEvent | undefined {
    return this.#events.get(rev);
  }

  /** At most `limit` events above a revision; undefined where the first of them is not held. */
  after(rev: number, limit: number): LogEvent[] | undefined {
    if (!this.#events.has(rev + 1)) return undefined;
    const found: LogEvent[] = [];
    while (found.length < limit) {
      const event = this.#events.get(rev + found.length + 1);
      if (event === undefined) break;
      found.push(event);
    }
    return found;
  }

  /** Forgets the events above a revision. */
  undo(head: number): void {
    for (const rev of [...this.#events.keys()]) if (rev > head) this.#drop(rev);
  }

  /** Forgets the events up to a revision. */
  compact(rev: number): void {
    for (const held of this.#events.keys()) {
      if (held > rev) return;
      this.#drop(held);
    }
  }

  clear(): void {
    this.#events.clear();
    this.#length = 0;
  }

  #drop(rev: number): void {
    this.#length -= this.#events.get(rev)?.object.length ?? 0;
    this.#events.delete(rev);
  }
}
