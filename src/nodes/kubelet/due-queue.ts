// When what is due: one queue for all pods of a node, so that a node needs one timer.
//
// Example: set('a', 30), set('b', 10), set('a', 20) leaves three entries in the heap, ordered 10/b, 20/a, 30/a.
// takeDue(25) gives b, then a; the entry 30/a is stale (the key's time is no longer 30) and is dropped when it comes up.

interface Entry {
  readonly at: number;
  readonly key: string;
}

export class DueQueue {
  /** Binary heap by `at`; may hold stale entries. */
  readonly #heap: Entry[] = [];
  readonly #times = new Map<string, number>();

  /** Milliseconds; undefined: never. Replaces the key's earlier time. O(log n). */
  set(key: string, at: number | undefined): void {
    if (at === undefined) {
      this.#times.delete(key);
      return;
    }
    if (this.#times.get(key) === at) return;
    this.#times.set(key, at);
    this.#push({ at, key });
  }

  next(): number | undefined {
    this.#dropStale();
    return this.#heap[0]?.at;
  }

  /** The key that is due first, at or before `now`; it leaves the queue. */
  takeDue(now: number): string | undefined {
    this.#dropStale();
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.#pop();
    this.#times.delete(first.key);
    return first.key;
  }

  #dropStale(): void {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || this.#times.get(first.key) === first.at) return;
      this.#pop();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || parent.at <= entry.at) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let least = heap[child];
      const right = heap[child + 1];
      if (least !== undefined && right !== undefined && right.at < least.at) {
        child += 1;
        least = right;
      }
      if (least === undefined || least.at >= last.at) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = last;
  }
}
