// When live watches are told of events.
//
// To tell many watches costs more than the write that they are told of, on the thread that writes are made on. So the
// answer of the write comes first, and tellings are given an eighth of the time: what is written until the next one reaches
// the watches in one message each. Few watches are told at once.
//
// Example: an event of 700 bytes and 500 watches take 500 × (90 µs + 700 × 3 ns) = 46 ms; the next are told 368 ms later.

/** So few cost less than a timer. */
const FEW = 8;
/** What a message takes here and in the gateway, and each of its bytes, encryption included: clocks stand still in a turn. */
const MESSAGE_MS = 0.09;
const BYTE_MS = 3e-6;
const PERIOD = 8;
/** No event waits longer, whatever it costs the writes. */
const LONGEST_MS = 500;

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

  /** `tell` gives the characters handed out in all: about as many bytes. */
  later(tell: () => number, watchers: number): void {
    if (watchers <= FEW) {
      tell();
      return;
    }
    const { now, defer, told } = this.#options;
    const turn = (): void => {
      const cost = watchers * MESSAGE_MS + tell() * BYTE_MS;
      this.#next = now() + Math.min(LONGEST_MS, PERIOD * cost);
      told();
    };
    defer(turn, Math.max(0, this.#next - now()));
  }
}
