// The object's one alarm.
//
// 1. It is written only where the wanted time differs from the one that is known to be armed.
// 2. It is set two milliseconds ahead at least: an alarm that is re-armed while it runs, for the millisecond that it was
//    armed for, is lost without a word, and it may run a millisecond early.

import type { Clock } from '../lib/clock.ts';

export interface AlarmStorage {
  setAlarm(time: number): Promise<void>;
}

const AHEAD_MS = 2;

export class AlarmClock {
  readonly #storage: AlarmStorage;
  readonly #clock: Clock;
  /** Undefined: none that this incarnation knows of. */
  #armed: number | undefined;
  armedTotal = 0;

  constructor(storage: AlarmStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** The alarm has fired. */
  fired(): void {
    this.#armed = undefined;
  }

  /** Fires in a few milliseconds. */
  soon(): void {
    this.by(0);
  }

  /** Fires at `time` at the latest: one that is armed for an earlier time is left. */
  by(time: number): void {
    const wanted = this.#possible(time);
    if (this.#armed === undefined || this.#armed > wanted) this.#set(wanted);
  }

  /** Fires at `time`, in milliseconds since the epoch. */
  at(time: number): void {
    const wanted = this.#possible(time);
    if (this.#armed !== wanted) this.#set(wanted);
  }

  /** Rule 2. */
  #possible(time: number): number {
    return Math.max(Math.ceil(time), this.#clock.now() + AHEAD_MS);
  }

  #set(time: number): void {
    this.#armed = time;
    this.armedTotal++;
    // Held back with everything else by the output gate: a failure to write it ends the object.
    void this.#storage.setAlarm(time);
  }
}
