// The sets of fields that new objects were owned by lately. Objects of one template are owned alike, so that most new
// sets are equal to one of these: it is used in their place, its text written already, and held in memory once.

import type { FieldSet } from '../../schema/apply/field-set.ts';

const MOST_SETS = 16;
/** Of larger ones the memory would count more than the time. */
const MOST_FIELDS = 2_000;

export class AlikeSets {
  /** The one used last comes first. */
  readonly #recent: FieldSet[] = [];

  /** The set, or one that is equal to it. */
  of(set: FieldSet): FieldSet {
    const at = this.#recent.findIndex((known) => known.equals(set));
    const known = at < 0 ? set : (this.#recent.splice(at, 1)[0] ?? set);
    if (at < 0 && set.size > MOST_FIELDS) return set;
    this.#recent.unshift(known);
    if (this.#recent.length > MOST_SETS) this.#recent.pop();
    return known;
  }
}
