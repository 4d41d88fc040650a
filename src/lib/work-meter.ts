// How much work was done, where no clock can tell: on Cloudflare's network time stands still while code runs.

export interface WorkMeter {
  /** About microseconds of a usual machine. Only grows. */
  readonly spent: number;
  add(cost: number): void;
}

export function createWorkMeter(): WorkMeter {
  let spent = 0;
  return {
    get spent() {
      return spent;
    },
    add(cost) {
      spent += cost;
    },
  };
}
