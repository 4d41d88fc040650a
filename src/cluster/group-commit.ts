// Group commit: writes that arrive together share one transaction of the log, since commits, not statements, are
// what a cluster's throughput is made of.
//
// 1. Writes run in the order they were submitted.
// 2. Each runs in a transaction of its own inside the group's: one that throws undoes itself alone.
// 3. A write is answered after the group's transaction has ended. Where that fails, none of the group has happened.
// 4. A write that comes alone commits at once: waiting for company would only cost it time.

export interface GroupCommitOptions<T> {
  /** Runs the body so that all its writes happen or, where it throws, none. Nests. */
  readonly transaction: (body: () => void) => void;
  /** The answer for a write that threw, which is a bug. */
  readonly failed: (error: unknown) => T;
  /** Calls back once what has arrived by now is queued. */
  readonly defer?: (drain: () => void) => void;
}

interface Waiting<T> {
  readonly run: () => T;
  readonly resolve: (answer: T) => void;
}

/** Bounds how long one transaction keeps reads waiting. */
const MOST_AT_ONCE = 256;

export class GroupCommit<T> {
  readonly #options: GroupCommitOptions<T>;
  #queue: Array<Waiting<T>> = [];

  constructor(options: GroupCommitOptions<T>) {
    this.#options = options;
  }

  /** `alone`: no other request is under way. */
  submit(run: () => T, alone: boolean): T | Promise<T> {
    if (alone && this.#queue.length === 0) return this.#commit([run])[0] as T;
    return new Promise((resolve) => {
      this.#queue.push({ run, resolve });
      if (this.#queue.length === 1) this.#later();
    });
  }

  #later(): void {
    const defer = this.#options.defer ?? ((drain: () => void) => void setTimeout(drain, 0));
    defer(() => this.#drain());
  }

  #drain(): void {
    const group = this.#queue.slice(0, MOST_AT_ONCE);
    this.#queue = this.#queue.slice(group.length);
    if (this.#queue.length > 0) this.#later();
    const answers = this.#commit(group.map(({ run }) => run));
    for (const [index, { resolve }] of group.entries()) resolve(answers[index] as T);
  }

  #commit(runs: ReadonlyArray<() => T>): T[] {
    const { transaction, failed } = this.#options;
    const answers: T[] = [];
    try {
      transaction(() => {
        for (const run of runs) answers.push(this.#one(run));
      });
    } catch (error) {
      return runs.map(() => failed(error));
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
