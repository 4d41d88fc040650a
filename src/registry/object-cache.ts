// Parsed objects by revision, bounded by the bytes of their texts; the least recently used go first.
// The text is compared too: a revision that a rolled back transaction had taken is taken again by another write.

import type { Row } from '../eventlog/log.ts';
import type { KubeObject } from '../api/object.ts';

interface Entry {
  readonly object: KubeObject;
  readonly text: string;
}

export class ObjectCache {
  readonly #entries = new Map<number, Entry>();
  readonly #limit: number;
  #bytes = 0;

  /** `limit` in bytes of text; the parsed objects take several times as much. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The row's object. It is shared: callers must not change it. */
  parse(row: Pick<Row, 'rev' | 'object'>): KubeObject {
    const hit = this.#entries.get(row.rev);
    if (hit !== undefined && hit.text === row.object) {
      this.#entries.delete(row.rev);
      this.#entries.set(row.rev, hit);
      return hit.object;
    }
    const object = JSON.parse(row.object) as KubeObject;
    this.put(row.rev, object, row.object);
    return object;
  }

  put(rev: number, object: KubeObject, text: string): void {
    this.#drop(rev);
    this.#entries.set(rev, { object, text });
    this.#bytes += text.length;
    while (this.#bytes > this.#limit) {
      const oldest = this.#entries.keys().next();
      if (oldest.done === true) return;
      this.#drop(oldest.value);
    }
  }

  #drop(rev: number): void {
    const entry = this.#entries.get(rev);
    if (entry === undefined) return;
    this.#entries.delete(rev);
    this.#bytes -= entry.text.length;
  }
}
