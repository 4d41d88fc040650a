// What components remember of objects by view (src/api/client.ts), so that a list of thousands reads only what changed.
//
// Example: the pods of a ReplicaSet are at revisions 7, 9 and 12. The first look reads all three, and keeps what the view
// makes of each under its revision. Then the second pod is written, as 15: the next look asks the index for the
// revisions 7, 15 and 12, and reads 15 alone. What was kept under 9 is not asked for any more, and goes when room is needed.

import type { KubeObject } from '../api/object.ts';

/** Of all views together; what one entry takes is some hundreds of bytes. */
const MAX_ENTRIES = 20_000;

type Of = (object: never) => object;

export class Views {
  readonly #kept = new Map<Of, Map<number, object>>();
  #count = 0;

  /** In the order of the revisions. `read` gives the objects of those that are not known yet, in their order. */
  of<T extends object>(
    view: (object: never) => T,
    revisions: readonly number[],
    read: (missing: readonly number[]) => readonly KubeObject[],
  ): T[] {
    const known = this.#of(view);
    const missing = revisions.filter((rev) => !known.has(rev));
    if (missing.length === 0) return revisions.map((rev) => known.get(rev) as T);
    const made = new Map<number, T>();
    const objects = read(missing);
    if (objects.length !== missing.length) throw new Error('a live object has no event');
    missing.forEach((rev, index) => made.set(rev, view(objects[index] as never)));
    const seen = revisions.map((rev) => made.get(rev) ?? (known.get(rev) as T));
    this.#keep(view, made, revisions);
    return seen;
  }

  clear(): void {
    this.#kept.clear();
    this.#count = 0;
  }

  #of(view: Of): Map<number, object> {
    return this.#kept.get(view) ?? new Map<number, object>();
  }

  /** Where the room is used up, everything but what was just asked for goes. */
  #keep(view: Of, made: ReadonlyMap<number, object>, asked: readonly number[]): void {
    let kept = this.#of(view);
    if (this.#count + made.size > MAX_ENTRIES) {
      const still = asked.flatMap((rev) => {
        const entry = kept.get(rev);
        return entry === undefined ? [] : [[rev, entry] as const];
      });
      this.clear();
      if (still.length + made.size > MAX_ENTRIES) return;
      kept = new Map(still);
      this.#count = kept.size;
    }
    this.#kept.set(view, kept);
    for (const [rev, entry] of made) kept.set(rev, entry);
    this.#count += made.size;
  }
}
