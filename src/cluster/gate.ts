// The gate of a cluster's shell: a request enters before its body is read and leaves when it is answered. In between it
// holds its seats and the bytes of its body, so that neither slow senders nor many of them grow memory or keep others out.
//
// 1. Where there is room the gate costs no turn: `enter` answers at once.
// 2. What came in leaves, once; at the latest when its time is over.
// 3. One timer serves all requests, and none runs while there are none: an idle cluster may sleep.
// 4. A read is carried out within the turn that it came in, and leaves at the turn's end: of a burst of reads those that
//    find no room take turns by flow, as writes do.

import type { Flow } from '../apiserver/fairness/flow-schemas.ts';
import type { Entry, Fairness } from '../apiserver/fairness/fairness.ts';

export interface GateOptions {
  readonly fairness: Fairness;
  /** Milliseconds. */
  readonly now: () => number;
  /** Calls back after so many milliseconds. */
  readonly later?: (run: () => void, ms: number) => void;
}

/** How exactly time is kept. */
const SWEEP_MS = 500;

export interface Pass {
  /** Resolves when the request's time is over. To be asked for only by who waits. */
  late(): Promise<'late'>;
  /** May be called more than once. */
  leave(): void;
  /** The same, at the end of this turn. */
  leaveSoon(): void;
}

export class Gate {
  readonly #options: GateOptions;
  readonly #inside = new Set<Inside>();
  #leaving: Inside[] = [];
  #sweeping = false;
  #waiting = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Undefined: too many requests. `timeout` in milliseconds. */
  enter(flow: Flow, bytes: number, timeout: number): Pass | undefined | Promise<Pass | undefined> {
    const { fairness, now } = this.#options;
    const at = now();
    let admitted: boolean | undefined;
    let told: ((admitted: boolean) => void) | undefined;
    const entry = fairness.arrive({ flow, bytes }, at, (decision) => {
      admitted = decision;
      told?.(decision);
    });
    if (entry === undefined) return undefined;
    if (admitted === true) return this.#admit(entry, at + timeout);
    this.#waiting++;
    this.#sweepLater();
    return new Promise<boolean>((resolve) => {
      told = resolve;
    }).then((decision) => {
      this.#waiting--;
      return decision ? this.#admit(entry, at + timeout) : undefined;
    });
  }

  #admit(entry: Entry, deadline: number): Pass {
    const inside = new Inside(
      deadline,
      (pass, soon) => {
        // The exempt take nobody's seat.
        if (!soon || entry.level === 'exempt') this.#release(pass);
        else if (this.#leaving.push(pass) === 1) this.#later(() => this.#releaseAll(), 0);
      },
      entry,
    );
    this.#inside.add(inside);
    this.#sweepLater();
    return inside;
  }

  #releaseAll(): void {
    const leaving = this.#leaving;
    this.#leaving = [];
    for (const pass of leaving) this.#release(pass);
  }

  #release(pass: Inside): void {
    if (this.#inside.delete(pass)) this.#options.fairness.finish(pass.entry);
  }

  #sweepLater(): void {
    if (this.#sweeping || (this.#inside.size === 0 && this.#waiting === 0)) return;
    this.#sweeping = true;
    this.#later(() => {
      this.#sweeping = false;
      const now = this.#options.now();
      for (const pass of this.#inside) if (pass.deadline <= now) pass.end();
      this.#options.fairness.expire(now);
      this.#sweepLater();
    }, SWEEP_MS);
  }

  #later(run: () => void, ms: number): void {
    const later = this.#options.later ?? ((callback: () => void, delay: number) => void setTimeout(callback, delay));
    later(run, ms);
  }
}

class Inside implements Pass {
  readonly deadline: number;
  readonly entry: Entry;
  readonly #out: (pass: Inside, soon: boolean) => void;
  #tell: (() => void) | undefined;

  constructor(deadline: number, out: (pass: Inside, soon: boolean) => void, entry: Entry) {
    this.deadline = deadline;
    this.#out = out;
    this.entry = entry;
  }

  late(): Promise<'late'> {
    return new Promise((resolve) => {
      this.#tell = () => resolve('late');
    });
  }

  leave(): void {
    this.#out(this, false);
  }

  leaveSoon(): void {
    this.#out(this, true);
  }

  /** Its time is over. */
  end(): void {
    this.#tell?.();
    this.leave();
  }
}
