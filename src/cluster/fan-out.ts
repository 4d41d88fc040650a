// When live watches are told of events.
//
// To tell many watches costs more than the write that they are told of, on the thread that writes are made on. So the
// answer of the write comes first, and after each telling the watches rest in proportion to their number: what is written
// meanwhile reaches them in one message each. Few watches are told at once.

/** So few cost less than a timer. */
const FEW = 8;
/** Milliseconds of rest for each watch told: a few times what telling it takes here and in the gateway. */
const REST_MS = 0.1;

export interface FanOutOptions {
  /** Milliseconds. */
  readonly now: () => number;
  readonly defer: (then: () => void, ms: number) => void;
  /** Called after each telling. */
  readonly told: () => void;
}

export class FanOut {
  readonly #options: FanOutOptions;
  #restUntil = 0;

  constructor(options: FanOutOptions) {
    this.#options = options;
  }

  later(tell: () => void, watchers: number): void {
    if (watchers <= FEW) {
      tell();
      return;
    }
    const { now, defer, told } = this.#options;
    const turn = (): void => {
      tell();
      this.#restUntil = now() + watchers * REST_MS;
      told();
    };
    defer(turn, Math.max(0, this.#restUntil - now()));
  }
}
