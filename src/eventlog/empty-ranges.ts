// Where there are no live rows: most namespaces have no quotas, limits or policies, which every write there asks for.
//
// 1. A range that is held has no live rows: an append that creates one of its resource takes it out.
// 2. A throw that undoes appends empties the whole, since a deletion may be undone.
// 3. The number of ranges is bounded; to forget one costs a read.

const MOST = 1_000;

export class EmptyRanges {
  /** The lower bounds of the ranges (path.ts) by resource. */
  readonly #lows = new Map<string, Set<string>>();
  #size = 0;

  has(resource: string, low: string): boolean {
    return this.#lows.get(resource)?.has(low) === true;
  }

  /** `low`: of a namespace or of all of them, not behind a key. */
  add(resource: string, low: string): void {
    if (this.has(resource, low)) return;
    if (this.#size >= MOST) this.clear();
    const lows = this.#lows.get(resource);
    if (lows === undefined) this.#lows.set(resource, new Set([low]));
    else lows.add(low);
    this.#size++;
  }

  /** An object of the resource was created. */
  created(resource: string): void {
    this.#size -= this.#lows.get(resource)?.size ?? 0;
    this.#lows.delete(resource);
  }

  clear(): void {
    this.#lows.clear();
    this.#size = 0;
  }
}
