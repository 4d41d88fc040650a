// When to ask again for what was refused: ten seconds later, then twice as long each time, up to an hour.

const FIRST_MS = 10_000;
const LAST_MS = 3_600_000;

export class Retries {
  readonly #waiting = new Map<string, { readonly at: number; readonly delay: number }>();

  refused(name: string, now: number): void {
    const delay = Math.min((this.#waiting.get(name)?.delay ?? FIRST_MS / 2) * 2, LAST_MS);
    this.#waiting.set(name, { at: now + delay, delay });
  }

  forget(name: string): void {
    this.#waiting.delete(name);
  }

  isWaiting(name: string, now: number): boolean {
    const waiting = this.#waiting.get(name);
    return waiting !== undefined && waiting.at > now;
  }

  /** Milliseconds; undefined: nothing waits. */
  get next(): number | undefined {
    let least: number | undefined;
    for (const { at } of this.#waiting.values()) if (least === undefined || at < least) least = at;
    return least;
  }
}
