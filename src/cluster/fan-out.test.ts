import { expect, it } from 'vitest';
import { FanOut } from './fan-out.ts';

function setUp() {
  const state = { now: 1000, told: 0, deferred: [] as number[] };
  const waiting: Array<() => void> = [];
  const fanOut = new FanOut({
    now: () => state.now,
    defer: (then, ms) => {
      state.deferred.push(ms);
      waiting.push(then);
    },
    told: () => void state.told++,
  });
  return { fanOut, state, run: () => waiting.shift()?.() };
}

it('tells few watches at once', () => {
  const { fanOut, state } = setUp();
  let tellings = 0;
  for (const watchers of [1, 8]) fanOut.later(() => (tellings++, 100), watchers);
  expect([tellings, state.deferred]).toEqual([2, []]);
});

it('tells many after the write is answered, then no sooner than eight times as long as it took', () => {
  const { fanOut, state, run } = setUp();
  fanOut.later(() => 500 * 700, 500);
  expect(state).toMatchObject({ deferred: [0], told: 0 });
  run();
  expect(state.told).toBe(1);
  state.now += 2;
  fanOut.later(() => 0, 500);
  expect(state.deferred[1]).toBeCloseTo(368.4 - 2, 1);
  run();
  state.now += 1000;
  fanOut.later(() => 500_000_000, 500);
  run();
  fanOut.later(() => 0, 500);
  expect(state.deferred.slice(2)).toEqual([0, 500]);
});
