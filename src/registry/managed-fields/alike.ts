// The sets of fields that new objects were owned by lately. Objects of one template are owned alike, so that most new
// sets are equal to one of these: it is used in their place, its text written already, and held in memory once.

import type { FieldSet } from '../../schema/apply/field-set.ts';

const MOST_SETS = 16;
/** Of larger ones the memory would count more than the time. */
const MOST_FIELDS = 2_000;

interface Known {
  /** What the set is of: sets of the same are compared. */
  readonly of: object;
  readonly set: FieldSet;
}

export class AlikeSets {
  /** The one used last comes first. */
  readonly #recent: Known[] = [];

  /** The set of these that was used last. */
  last(of: object): FieldSet | undefined {
    return this.#recent.find((known) => known.of === of)?.set;
  }

  /** The set, or one of these that is equal to it. */
  same(of: object, set: FieldSet): FieldSet {
    const at = this.#recent.findIndex((known) => known.of === of && known.set.equals(set));
    const [known] = at < 0 ? [] : this.#recent.splice(at, 1);
    if (known === undefined && set.size > MOST_FIELDS) return set;
    const used = known ?? { of, set };
    this.#recent.unshift(used);
    if (this.#recent.length > MOST_SETS) this.#recent.pop();
    return used.set;
  }
}
