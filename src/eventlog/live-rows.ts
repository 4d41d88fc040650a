// The live rows that were read or written last, so that what is asked for again and again (the namespace of every create,
// an object between its read and its update) is fetched once.
//
// 1. An entry is what the projections hold of its key: every append replaces it or takes it out.
// 2. A throw that undoes appends empties the whole: it is rare, and what was there before is not known any more.
// 3. Texts are bounded by their length; the entry that was not used for the longest time goes first.

import type { Row } from './log.ts';

export interface LiveRow {
  readonly row: Row;
  /** JSON list of its index terms. */
  readonly terms: string;
}

export class LiveRows {
  readonly #entries = new Map<string, LiveRow>();
  readonly #limit: number;
  #length = 0;

  /** `limit` in UTF-16 units of text. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(resource: string, path: string): LiveRow | undefined {
    const key = keyOf(resource, path);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  put(path: string, entry: LiveRow): void {
    this.delete(entry.row.resource, path);
    this.#entries.set(keyOf(entry.row.resource, path), entry);
    this.#length += entry.row.object.length;
    while (this.#length > this.#limit) {
      const oldest = this.#entries.keys().next();
      if (oldest.done === true) return;
      this.#drop(oldest.value);
    }
  }

  delete(resource: string, path: string): void {
    this.#drop(keyOf(resource, path));
  }

  clear(): void {
    this.#entries.clear();
    this.#length = 0;
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#length -= entry.row.object.length;
  }
}

function keyOf(resource: string, path: string): string {
  return `${resource} ${path}`;
}
