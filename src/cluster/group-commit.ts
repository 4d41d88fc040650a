// Group commit: writes that arrive together share one transaction of the log, since commits, not statements, are
// what a cluster's throughput is made of.
//
// 1. Writes run in the order they were submitted.
// 2. Where one throws, which is a bug, the group is undone, and each runs again in a transaction of its own: one nested in
//    the group's would be simpler, but the store then keeps a copy of every page for every write.
// 3. A write is answered after the transaction that it happened in has ended.
// 4. Where writes come one after the other they commit at once: waiting for company would only cost them time. Now and
//    then one waits all the same, to see whether company has come.

export interface GroupCommitOptions<T> {
  /** Runs the body so that all its writes happen or, where it throws, none. */
  readonly transaction: (body: () => void) => void;
  /** The answer for a write that threw, which is a bug. */
  readonly failed: (error: unknown) => T;
  /** Calls back after so many milliseconds; after 0 what has arrived by now is queued. */
  readonly defer?: (drain: () => void, ms: number) => void;
}

interface Waiting<T> {
  /** May be called again after a throw of it, or of another in its group, has been undone. */
  readonly run: () => T;
  readonly resolve: (answer: T) => void;
}

/** Bounds how long one transaction keeps reads waiting. */
const MOST_AT_ONCE = 256;
/** So many writes in a row without company are taken for a sign that there is none. */
const ALONE = 4;
/** One in so many of those waits for company. */
const PROBE = 64;
/** Writes that commit one by one come one by one too, however many wait: the next is here within this time. */
const PROBE_MS = 1;

export class GroupCommit<T> {
  readonly #options: GroupCommitOptions<T>;
  #queue: Array<Waiting<T>> = [];
  /** Writes in a row that had no company. */
  #alone = 0;

  constructor(options: GroupCommitOptions<T>) {
    this.#options = options;
  }

  submit(run: () => T): T | Promise<T> {
    const alone = this.#alone >= ALONE;
    if (this.#queue.length === 0 && alone && this.#alone % PROBE !== 0) {
      this.#alone++;
      return this.#one(run);
    }
    return new Promise((resolve) => {
      this.#queue.push({ run, resolve });
      if (this.#queue.length === 1) this.#later(alone ? PROBE_MS : 0);
    });
  }

  #later(ms: number): void {
    const defer = this.#options.defer ?? ((drain: () => void) => void setTimeout(drain, ms));
    defer(() => this.#drain(), ms);
  }

  #drain(): void {
    const group = this.#queue.slice(0, MOST_AT_ONCE);
    this.#queue = this.#queue.slice(group.length);
    if (this.#queue.length > 0) this.#later(0);
    this.#alone = group.length === 1 ? this.#alone + 1 : 0;
    const answers = this.#commit(group.map(({ run }) => run));
    for (const [index, { resolve }] of group.entries()) resolve(answers[index] as T);
  }

  #commit(runs: ReadonlyArray<() => T>): T[] {
    const answers: T[] = [];
    try {
      this.#options.transaction(() => {
        for (const run of runs) answers.push(run());
      });
    } catch {
      return runs.map((run) => this.#one(run));
    }
    return answers;
  }

  #one(run: () => T): T {
    const { transaction, failed } = this.#options;
    let answer: T | undefined;
    try {
      transaction(() => {
        answer = run();
      });
    } catch (error) {
      return failed(error);
    }
    return answer as T;
  }
}
