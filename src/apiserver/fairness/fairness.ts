// Fairness between the flows of a cluster: every request that may have to be waited for enters here before its body is
// read, and leaves when it is answered. What is counted is for /metrics.
// In the spirit of kubernetes staging/src/k8s.io/apiserver/pkg/util/flowcontrol, without its moving of seats between
// levels: a level's limits stand.
//
// 1. The levels know nothing of each other: what fills one delays nobody in another.
// 2. The bytes of bodies held are bounded by the sum of the levels' limits, and the number of requests that wait by the
//    sum of theirs, whatever clients do.

import { failure } from '../../api/status.ts';
import type { Flow } from './flow-schemas.ts';
import type { Ticket } from './fair-level.ts';
import { FairLevel } from './fair-level.ts';
import type { LevelLimits, LevelName } from './priority-levels.ts';
import { priorityLevels, widthOf } from './priority-levels.ts';

/** What is known of a request before its body is read. */
export interface Arrival {
  readonly flow: Flow;
  /** Of the body, at most. */
  readonly bytes: number;
}

export interface Entry {
  readonly level: LevelName;
  readonly ticket: Ticket;
}

export interface Tally {
  readonly schema: string;
  readonly level: LevelName;
  dispatched: number;
  readonly rejected: { 'queue-full': number; 'time-out': number };
}

/** What a request is told that is turned away. */
export const TOO_MANY_REQUESTS = failure(429, 'TooManyRequests', 'too many requests, please try again later.', {
  retryAfterSeconds: 1,
});

/** What every request takes besides its body. */
const OVERHEAD = 1024;

export class Fairness {
  readonly #levels: ReadonlyMap<LevelName, FairLevel>;
  readonly #tallies = new Map<string, Tally>();

  constructor(limits: readonly LevelLimits[] = priorityLevels()) {
    this.#levels = new Map(limits.map((level) => [level.name, new FairLevel(level)]));
  }

  /** Undefined: turned away. `decide` is called once, perhaps before this returns. `now` in milliseconds. */
  arrive({ flow, bytes }: Arrival, now: number, decide: (admitted: boolean) => void): Entry | undefined {
    const tally = this.#tally(flow);
    let waited = false;
    const ticket = this.#level(flow.level).arrive(
      {
        flow: `${flow.schema}/${flow.distinguisher}`,
        width: widthOf(bytes),
        bytes: bytes + OVERHEAD,
        decide: (admitted) => {
          if (admitted) tally.dispatched++;
          else tally.rejected[waited ? 'time-out' : 'queue-full']++;
          decide(admitted);
        },
      },
      now,
    );
    waited = true;
    return ticket === undefined ? undefined : { level: flow.level, ticket };
  }

  finish({ level, ticket }: Entry): void {
    this.#level(level).finish(ticket);
  }

  /** To be called now and then while anything waits. */
  expire(now: number): void {
    for (const level of this.#levels.values()) level.expire(now);
  }

  get levels(): readonly FairLevel[] {
    return [...this.#levels.values()];
  }

  get tallies(): Iterable<Tally> {
    return this.#tallies.values();
  }

  #level(name: LevelName): FairLevel {
    const level = this.#levels.get(name);
    if (level === undefined) throw new Error(`no priority level ${name}`);
    return level;
  }

  #tally({ schema, level }: Flow): Tally {
    let tally = this.#tallies.get(schema);
    if (tally === undefined) {
      tally = { schema, level, dispatched: 0, rejected: { 'queue-full': 0, 'time-out': 0 } };
      this.#tallies.set(schema, tally);
    }
    return tally;
  }
}
