// How often a key may be reconciled: two controllers that undo each other's work would else write without end, as fast as
// the machine can. Upstream is held back by the rate of its clients; here a rollout of thousands needs no more than what a
// full budget gives, and a quarrel is slowed down to EACH_MS.

const FULL = 2_000;
const EACH_MS = 200;
/** Then all begin anew: keys that come and go must not add up. */
const MOST_KEYS = 10_000;

interface Spent {
  readonly left: number;
  readonly at: number;
}

export class KeyBudget {
  readonly #keys = new Map<string, Spent>();

  /** Takes one. Answers how long (milliseconds) the key has to wait instead; 0: it need not. */
  take(key: string, now: number): number {
    const { left, at } = this.#keys.get(key) ?? { left: FULL, at: now };
    const refilled = Math.min(FULL, left + (now - at) / EACH_MS);
    if (refilled < 1) return Math.ceil((1 - refilled) * EACH_MS);
    if (this.#keys.size >= MOST_KEYS) this.#keys.clear();
    this.#keys.set(key, { left: refilled - 1, at: now });
    return 0;
  }
}
