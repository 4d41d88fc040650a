import { describe, expect, it } from 'vitest';
import type { RunResult } from '../controllers/runtime/runtime.ts';
import { createLogger } from '../lib/log.ts';
import { AlarmClock } from './alarm-clock.ts';
import { Driver } from './driver.ts';
import { createPoolNotifier } from './pool-notifier.ts';

const silent = createLogger({ level: 'error', write: () => {} });

function setUp(results: Array<RunResult | Error>) {
  const state = { now: 1_000, set: [] as number[], runs: 0, onPause: () => {} };
  const clock = { now: () => state.now };
  const storage = {
    setAlarm: (time: number) => {
      state.set.push(time);
      return Promise.resolve();
    },
  };
  const alarm = new AlarmClock(storage, clock);
  const run = (): RunResult => {
    const result = results[state.runs++] ?? { more: false, nextDue: undefined };
    if (result instanceof Error) throw result;
    return result;
  };
  const pause = (): Promise<void> => {
    state.onPause();
    return Promise.resolve();
  };
  return { state, alarm, driver: new Driver({ run, alarm, clock, logger: silent, pause }) };
}

describe('Driver', () => {
  it('arms once for many wakes, two milliseconds ahead at least', () => {
    const { state, driver } = setUp([]);
    driver.wake();
    driver.wake();
    expect(state.set).toEqual([1_002]);
  });

  it('runs slices until nothing is left, then sleeps', async () => {
    const { state, driver } = setUp([
      { more: true, nextDue: undefined },
      { more: true, nextDue: 5_000 },
      { more: false, nextDue: undefined },
    ]);
    await driver.alarm();
    expect(state).toMatchObject({ runs: 3, set: [] });
  });

  it('arms for the earliest timer, never for the present', async () => {
    const later = setUp([{ more: false, nextDue: 9_000.4 }]);
    await later.driver.alarm();
    expect(later.state.set).toEqual([9_001]);
    const overdue = setUp([{ more: false, nextDue: 10 }]);
    await overdue.driver.alarm();
    expect(overdue.state.set).toEqual([1_002]);
  });

  it('needs no alarm for what happens while it runs', async () => {
    const { state, driver } = setUp([{ more: true, nextDue: undefined }]);
    state.onPause = () => driver.wake();
    await driver.alarm();
    expect(state).toMatchObject({ runs: 2, set: [] });
  });

  it('gives way after a long run', async () => {
    const { state, driver } = setUp(new Array<RunResult>(1000).fill({ more: true, nextDue: undefined }));
    state.onPause = () => {
      state.now += 1_000;
    };
    await driver.alarm();
    expect(state.runs).toBe(31);
    expect(state.set).toEqual([state.now + 2]);
  });

  it('tries again with growing delays where a slice throws', async () => {
    const { state, driver } = setUp([
      new Error('bug'),
      new Error('bug'),
      { more: false, nextDue: undefined },
      new Error('bug'),
    ]);
    for (let i = 0; i < 4; i++) await driver.alarm();
    expect(state.set).toEqual([2_000, 3_000, 2_000]);
  });
});

describe('AlarmClock', () => {
  it('leaves an earlier alarm, brings a later one forward', () => {
    const { state, alarm } = setUp([]);
    alarm.by(5_000);
    alarm.by(7_000);
    alarm.by(3_000);
    alarm.at(3_000);
    alarm.fired();
    alarm.at(3_000);
    expect(state.set).toEqual([5_000, 3_000, 3_000]);
  });
});

describe('pool notifier', () => {
  const change = (rev: number) => ({ rev }) as never;
  const context = {} as never;

  function notifier(reported: (rev: number) => boolean = () => false) {
    const state = {
      now: 0,
      woken: [] as number[],
      calls: [] as Array<{ resolve: () => void; reject: (error: Error) => void }>,
    };
    const component = createPoolNotifier({
      poke: () => new Promise((resolve, reject) => void state.calls.push({ resolve, reject })),
      reported,
      clock: { now: () => state.now },
      logger: silent,
      wakeBy: (time) => void state.woken.push(time),
    });
    component.start(context);
    return { state, component };
  }
  const settle = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0));

  it('pokes once for many changes, and holds the cursor until it has arrived', async () => {
    const { state, component } = notifier();
    for (const rev of [5, 6, 7]) component.observe(change(rev), context);
    expect(component.oldestPending?.()).toBe(5);
    expect(component.step(context)).toBe(true);
    expect(component.step(context)).toBe(false);
    expect(state.calls).toHaveLength(1);
    expect(component.oldestPending?.()).toBe(5);
    state.calls[0]?.resolve();
    await settle();
    expect(component.oldestPending?.()).toBeUndefined();
    // One more run, in which the cursor passes what was told.
    expect(state.woken).toHaveLength(1);
  });

  it('pokes again for what changed during a poke', async () => {
    const { state, component } = notifier();
    component.observe(change(5), context);
    component.step(context);
    component.observe(change(6), context);
    expect(component.step(context)).toBe(false);
    state.calls[0]?.resolve();
    await settle();
    expect(state.woken).toHaveLength(1);
    expect(component.step(context)).toBe(true);
    expect(state.calls).toHaveLength(2);
  });

  it('repeats a poke that failed, later', async () => {
    const { state, component } = notifier();
    component.observe(change(5), context);
    component.step(context);
    state.calls[0]?.reject(new Error('unreachable'));
    await settle();
    expect(state.woken).toEqual([500]);
    expect(component.nextDue()).toBe(500);
    expect(component.step(context)).toBe(false);
    state.now = 500;
    expect(component.step(context)).toBe(true);
    expect(component.oldestPending?.()).toBe(5);
  });

  it('leaves alone what the pool reported itself', () => {
    const { component } = notifier(() => true);
    component.observe(change(5), context);
    expect(component.step(context)).toBe(false);
  });

  it('pokes the pool of a new cluster', () => {
    const { state, component } = notifier();
    component.prime?.(context);
    expect(component.step(context)).toBe(true);
    expect(state.calls).toHaveLength(1);
  });
});
