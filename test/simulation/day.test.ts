// A simulated day, by seed: every controller, the scheduler and the nodes, with users, mishaps and crashes.
//
// SEEDS sets how many seeds are run (2), SEED the first of them (1), HOURS how long each day is (3). A failure prints the
// seed and the way to play it again; DIARY=1 prints what was done.

import { expect, it } from 'vitest';
import { runDay } from './day/day.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 2);
const FIRST = Number(process.env['SEED'] ?? 1);
const HOURS = Number(process.env['HOURS'] ?? 3);
const MINUTE = 60_000;
/** An hour has about 1,000 events: with so many, controllers undo each other's work without end. */
const MOST_AN_HOUR = 5_000;

for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
  it(`seed ${seed}: ${HOURS} hours`, { timeout: 5 * MINUTE }, async () => {
    const { wrong, events, crashes, hash, diary } = await runDay({ seed, hours: HOURS });
    if (process.env['DIARY'] !== undefined) console.log(diary.join('\n'));
    console.log(`seed ${seed}: ${events} events, ${crashes} crashes, log ${hash.slice(0, 16)}`);
    const replay = `SEED=${seed} SEEDS=1 HOURS=${HOURS} DIARY=1 npx vitest run --project simulation test/simulation/day.test.ts`;
    expect(wrong, `play it again with: ${replay}`).toEqual([]);
    expect(events, `play it again with: ${replay}`).toBeLessThan(HOURS * MOST_AN_HOUR);
  });
}

it('the same seed gives the same log', { timeout: 5 * MINUTE }, async () => {
  const options = { seed: FIRST, hours: Math.min(HOURS, 2) };
  const [first, second] = [await runDay(options), await runDay(options)];
  expect(second.hash).toBe(first.hash);
  expect((await runDay({ ...options, seed: FIRST + 1 })).hash).not.toBe(first.hash);
});
