// How soon a failed pod of a node may be replaced: where a kubelet rejects every new one, ever more slowly.
// Models kubernetes staging/src/k8s.io/client-go/util/flowcontrol/backoff.go.
//
// It is remembered in memory alone, as upstream does: after a cold start the waits begin anew.

const FIRST_MS = 1_000;
const LONGEST_MS = 15 * 60_000;
/** After so long without a failure a node begins anew. */
const FORGET_MS = 2 * LONGEST_MS;

interface Entry {
  readonly wait: number;
  /** Of the last replacement. */
  readonly since: number;
}

export class FailedPodBackoff {
  readonly #entries = new Map<string, Entry>();

  /** Milliseconds until a failed pod may be replaced; 0: now. That it is, `replaced` notes. */
  remaining(key: string, now: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || now - entry.since > FORGET_MS) return 0;
    return Math.max(0, entry.since + entry.wait - now);
  }

  replaced(key: string, now: number): void {
    for (const [other, { since }] of this.#entries) if (now - since > FORGET_MS) this.#entries.delete(other);
    const before = this.#entries.get(key);
    const wait = before === undefined ? FIRST_MS : Math.min(2 * before.wait, LONGEST_MS);
    this.#entries.set(key, { wait, since: now });
  }
}
