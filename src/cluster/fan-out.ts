// When live watches are told of events.
//
// To tell many watches costs more than the writes that they are told of, on the thread that writes are made on. So the
// answer of the write comes first, and after a telling the next one waits for eight times as long as it took: what is written
// meanwhile reaches the watches in one message each. What would stall the writers for long waits until they pause, for
// it grows cheaper by the event, but no longer than LONGEST_MS. Few watches are told at once.
//
// Example: one event of 700 bytes takes 500 watches × (90 µs + 700 × 3 ns) = 46 ms: it is told at once if nothing was told
// before, and the next ones 368 ms later; but if 550 have come by then, which take 620 ms, they are told a second after the
// first of them.

import type { Telling } from '../eventlog/watch-hub.ts';

/** So few cost less than a timer. */
const FEW = 8;
/** What a message takes here and in the gateway, and each of its bytes, encryption included: clocks stand still in a turn. */
const MESSAGE_MS = 0.09;
const BYTE_MS = 3e-6;
const PERIOD = 8;
/** What takes longer stalls the writers. */
const STALL_MS = 100;
/** No event waits longer, whatever it costs the writers. */
const LONGEST_MS = 1_000;

export interface FanOutOptions {
  /** Milliseconds. */
  readonly now: () => number;
  readonly defer: (then: () => void, ms: number) => void;
  /** Called after each telling that was deferred. */
  readonly told: () => void;
}

export class FanOut {
  readonly #options: FanOutOptions;
  #next = 0;

  constructor(options: FanOutOptions) {
    this.#options = options;
  }

  later(telling: Telling): void {
    if (telling.watchers <= FEW) {
      telling.tell();
      return;
    }
    const { now, defer } = this.#options;
    const first = now();
    defer(() => this.#turn(telling, first), Math.max(0, this.#next - first));
  }

  #turn(telling: Telling, first: number): void {
    const { now, defer, told } = this.#options;
    const cost = telling.watchers * (MESSAGE_MS + telling.size() * BYTE_MS);
    const wait = Math.min(LONGEST_MS, PERIOD * cost);
    const left = first + wait - now();
    if (cost > STALL_MS && left > 0) {
      defer(() => this.#turn(telling, first), left);
      return;
    }
    telling.tell();
    this.#next = now() + wait;
    told();
  }
}
