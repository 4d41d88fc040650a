import { beforeEach, describe, expect, it } from 'vitest';
import type { Flow } from '../apiserver/fairness/flow-schemas.ts';
import { Fairness } from '../apiserver/fairness/fairness.ts';
import type { Pass } from './gate.ts';
import { Gate } from './gate.ts';

const flow = (distinguisher: string): Flow => ({ schema: 'global-default', level: 'global-default', distinguisher });
const master: Flow = { schema: 'exempt', level: 'exempt', distinguisher: '' };

/** Time that passes when it is told to. */
class Time {
  at = 0;
  readonly #due: Array<{ at: number; run: () => void }> = [];

  readonly later = (run: () => void, ms: number): void => void this.#due.push({ at: this.at + ms, run });

  get pending(): number {
    return this.#due.length;
  }

  async pass(ms: number): Promise<void> {
    const end = this.at + ms;
    for (;;) {
      this.#due.sort((a, b) => a.at - b.at);
      const next = this.#due[0];
      if (next === undefined || next.at > end) break;
      this.#due.shift();
      this.at = next.at;
      next.run();
      await Promise.resolve();
    }
    this.at = end;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

describe('the gate', () => {
  let time: Time;
  let fairness: Fairness;
  let gate: Gate;

  beforeEach(() => {
    time = new Time();
    const limits = { bytes: 1 << 20, queueLength: 2, queueTotal: 4 };
    fairness = new Fairness([
      { name: 'exempt', seats: Infinity, ...limits },
      { name: 'global-default', seats: 4, ...limits },
    ]);
    gate = new Gate({ fairness, now: () => time.at, later: time.later });
  });

  const enter = (who: Flow, timeout = 60_000): Pass => {
    const pass = gate.enter(who, 0, timeout);
    if (pass === undefined || pass instanceof Promise) throw new Error('not let in at once');
    return pass;
  };
  const seats = (): number | undefined => fairness.levels.find(({ limits }) => limits.name === 'global-default')?.seats;

  it('(1) lets in at once whom there is room for, then in turn, then nobody', async () => {
    const first = enter(flow('a'));
    enter(flow('a'));
    const waiting = [gate.enter(flow('a'), 0, 60_000), gate.enter(flow('a'), 0, 60_000)];
    expect(waiting.every((pass) => pass instanceof Promise)).toBe(true);
    expect(gate.enter(flow('a'), 0, 60_000)).toBeUndefined();
    first.leave();
    first.leave();
    expect(await waiting[0]).toBeDefined();
    expect(seats()).toBe(2);
  });

  it('(2) tells a request that its time is over, and takes its seat', async () => {
    const pass = enter(flow('a'), 1000);
    const late = pass.late();
    await time.pass(1600);
    expect(await late).toBe('late');
    expect(seats()).toBe(0);
    pass.leave();
    expect(seats()).toBe(0);
  });

  it('(2) turns away who waits for too long', async () => {
    enter(flow('a'));
    enter(flow('a'));
    const waiting = gate.enter(flow('a'), 0, 60_000);
    await time.pass(16_000);
    expect(await waiting).toBeUndefined();
    expect([...fairness.tallies][0]).toMatchObject({ dispatched: 2, rejected: { 'time-out': 1, 'queue-full': 0 } });
  });

  it('(3) has one timer while someone is inside, and none after', async () => {
    const passes = [enter(flow('a')), enter(flow('b')), enter(master)];
    expect(time.pending).toBe(1);
    for (const pass of passes) pass.leave();
    await time.pass(1000);
    expect(time.pending).toBe(0);
  });

  it('(4) reads give their seats back at the end of the turn; the exempt need none', async () => {
    const reads = [enter(flow('a')), enter(flow('a'))];
    for (const pass of reads) pass.leaveSoon();
    const third = gate.enter(flow('a'), 0, 60_000);
    expect(third).toBeInstanceOf(Promise);
    await time.pass(0);
    expect(await third).toBeDefined();
    for (let i = 0; i < 100; i++) enter(master).leaveSoon();
    expect(seats()).toBe(1);
  });
});
