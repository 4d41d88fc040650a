// Runs the components in the object's alarm.
//
// 1. An event that concerns a component arms the alarm in the turn that commits it, so that no crash loses the work.
// 2. Work is cut into slices; between them requests are answered.
// 3. With nothing left the alarm is armed for the earliest timer, or not at all: the cluster sleeps.
// 4. A slice that throws is a bug; it is tried again with a growing delay, and the cluster serves on.

import type { RunResult } from '../controllers/runtime/runtime.ts';
import type { Logger } from '../lib/log.ts';
import { errorText } from '../lib/log.ts';
import type { AlarmClock } from './alarm-clock.ts';
import type { Clock } from '../lib/clock.ts';

const SLICE_MS = 20;
/** An alarm must come to its end well within the platform's 15 minutes. */
const LONGEST_RUN_MS = 30_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

export interface DriverOptions {
  readonly run: (budget: number) => RunResult;
  readonly alarm: AlarmClock;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lets what waits have a turn. */
  readonly pause: () => Promise<void>;
}

export class Driver {
  readonly #options: DriverOptions;
  #running = false;
  #failures = 0;
  runs = 0;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  /** There is something for the components to do. A run that is under way will see it by itself. */
  wake(): void {
    if (!this.#running) this.#options.alarm.soon();
  }

  async alarm(): Promise<void> {
    const { alarm, clock, logger, pause, run } = this.#options;
    alarm.fired();
    // Alarms may overlap a run that a slow pause keeps open.
    if (this.#running) return;
    this.#running = true;
    this.runs++;
    const stop = clock.now() + LONGEST_RUN_MS;
    try {
      for (;;) {
        const { more, nextDue } = run(SLICE_MS);
        if (!more || clock.now() >= stop) {
          this.#failures = 0;
          if (more) alarm.soon();
          else if (nextDue !== undefined) alarm.at(nextDue);
          return;
        }
        await pause();
      }
    } catch (error) {
      const delay = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
      this.#failures++;
      logger.error('a slice of the components threw', { error: errorText(error), retryInMs: delay });
      alarm.at(clock.now() + delay);
    } finally {
      this.#running = false;
    }
  }
}
