import { expect, it } from 'vitest';
import { FanOut } from './fan-out.ts';

/** Time moves only to where the next telling is due. */
function setUp() {
  const state = { now: 1000, published: 0 };
  const waiting: Array<{ go: () => void; at: number }> = [];
  const told: Array<readonly [at: number, size: number]> = [];
  const fanOut = new FanOut({
    now: () => state.now,
    defer: (go, ms) => void waiting.push({ go, at: state.now + ms }),
    told: () => void state.published++,
  });
  const later = (watchers: number, size: () => number): void =>
    fanOut.later({ watchers, size, tell: () => void told.push([Math.round(state.now), size()]) });
  const run = (): void => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      state.now = next.at;
      next.go();
    }
  };
  return { later, state, told, waiting, run };
}

it('tells few watches at once', () => {
  const { later, told, waiting } = setUp();
  for (const watchers of [1, 8]) later(watchers, () => 100);
  expect([told, waiting]).toEqual([
    [
      [1000, 100],
      [1000, 100],
    ],
    [],
  ]);
});

it('tells many after the write is answered, then no sooner than eight times as long as it took', () => {
  const { later, told, run, state } = setUp();
  later(500, () => 700);
  expect(told).toEqual([]);
  run();
  expect([told, state.published]).toEqual([[[1000, 700]], 1]);
  state.now += 10;
  later(500, () => 700);
  run();
  expect(told[1]).toEqual([1368, 700]);
  state.now += 5_000;
  later(500, () => 700);
  run();
  expect(told[2]).toEqual([6368, 700]);
});

it('lets what would stall the writers wait, but no longer than a second', () => {
  const { later, told, run, state } = setUp();
  later(500, () => 700);
  run();
  state.now += 10;
  // It grows while it waits.
  later(500, () => (state.now - 1000) * 1000);
  run();
  expect(told[1]?.[0]).toBe(2010);
});
