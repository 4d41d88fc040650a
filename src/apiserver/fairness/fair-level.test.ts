import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ticket } from './fair-level.ts';
import { FairLevel, LONGEST_WAIT } from './fair-level.ts';
import type { LevelLimits } from './priority-levels.ts';

const limits = (more: Partial<LevelLimits> = {}): LevelLimits => ({
  name: 'workload-low',
  seats: 4,
  bytes: 4000,
  queueLength: 3,
  queueTotal: 6,
  ...more,
});

/** A level and what became of each request, in the order of decisions: `+a1` admitted, `-a1` turned away. */
class Scene {
  readonly level: FairLevel;
  readonly told: string[] = [];
  readonly running = new Map<string, Ticket>();
  readonly #tickets = new Map<string, Ticket>();
  now = 0;

  constructor(more: Partial<LevelLimits> = {}) {
    this.level = new FairLevel(limits(more));
  }

  /** The first letter is the flow. */
  arrive(name: string, { width = 1, bytes = 0 } = {}): void {
    let early = false;
    const ticket = this.level.arrive(
      {
        flow: name.slice(0, 1),
        width,
        bytes,
        decide: (admitted) => {
          this.told.push(`${admitted ? '+' : '-'}${name}`);
          early = admitted;
          const known = this.#tickets.get(name);
          if (admitted && known !== undefined) this.running.set(name, known);
        },
      },
      this.now,
    );
    if (ticket === undefined) return;
    this.#tickets.set(name, ticket);
    if (early) this.running.set(name, ticket);
  }

  finish(name: string): void {
    const ticket = this.running.get(name);
    if (ticket === undefined) throw new Error(`${name} does not run`);
    this.running.delete(name);
    this.level.finish(ticket);
  }

  take(): string {
    return this.told.splice(0).join(' ');
  }
}

describe('a priority level', () => {
  it('is the example on top of the file', () => {
    const scene = new Scene();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) scene.arrive(name);
    expect(scene.take()).toBe('+a1 +a2 +b1 +c1');
    scene.now = 1;
    scene.arrive('b2');
    scene.finish('a1');
    expect(scene.take()).toBe('+a3');
  });

  it('(1) gives a flow half of it, and a request that is wider than everything its turn alone', () => {
    const scene = new Scene();
    scene.arrive('a1', { width: 9, bytes: 9000 });
    scene.arrive('b1');
    expect(scene.take()).toBe('+a1');
    scene.finish('a1');
    expect(scene.take()).toBe('+b1');
    scene.arrive('a2', { bytes: 2000 });
    scene.arrive('a3', { bytes: 1 });
    expect(scene.take()).toBe('+a2');
  });

  it('(3) a flow that holds nothing goes before one that holds seats', () => {
    const scene = new Scene({ seats: 2 });
    for (const name of ['a1', 'b1', 'a2', 'c1']) scene.arrive(name);
    scene.finish('b1');
    expect(scene.take()).toBe('+a1 +b1 +c1');
  });

  it('(5) bounds who waits, and the flow that waits the most gives way', () => {
    const scene = new Scene({ seats: 1, queueTotal: 4 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'b1']) scene.arrive(name);
    expect(scene.take()).toBe('+a1 -a5');
    scene.arrive('c1');
    expect(scene.take()).toBe('-a4');
    scene.arrive('d1');
    expect(scene.take()).toBe('-a3');
    scene.arrive('e1');
    expect(scene.take()).toBe('-e1');
    expect(scene.level.queued).toBe(4);
  });

  it('(6) turns away who has waited too long', () => {
    const scene = new Scene({ seats: 1 });
    scene.arrive('a1');
    scene.arrive('a2');
    scene.now = 10;
    scene.arrive('b1');
    scene.level.expire(LONGEST_WAIT);
    expect(scene.take()).toBe('+a1 -a2');
    scene.finish('a1');
    expect(scene.take()).toBe('+b1');
  });

  it('a hostile flow with thousands of requests delays another by no more than its own half', () => {
    const scene = new Scene({ seats: 10, queueLength: 50, queueTotal: 500 });
    for (let i = 0; i < 5000; i++) scene.arrive(`h${i}`);
    expect(scene.running.size).toBe(5);
    expect(scene.level.queued).toBe(50);
    scene.take();
    for (let i = 0; i < 5; i++) scene.arrive(`u${i}`);
    expect(scene.take()).toBe('+u0 +u1 +u2 +u3 +u4');
  });

  const step = fc.oneof(
    fc.record({
      act: fc.constant('arrive' as const),
      flow: fc.constantFrom('a', 'b', 'c', 'd'),
      width: fc.integer({ min: 1, max: 3 }),
      bytes: fc.integer({ min: 0, max: 3000 }),
    }),
    fc.record({ act: fc.constant('finish' as const), which: fc.nat(20) }),
    fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: LONGEST_WAIT }) }),
  );

  it('keeps its invariants whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const scene = new Scene();
        const decided = new Map<string, number>();
        const arrived: string[] = [];
        for (const [index, action] of steps.entries()) {
          if (action.act === 'arrive') {
            const name = `${action.flow}${index}`;
            arrived.push(name);
            scene.arrive(name, action);
          } else if (action.act === 'wait') {
            scene.now += action.ms;
            scene.level.expire(scene.now);
          } else {
            const names = [...scene.running.keys()];
            const name = names[action.which % Math.max(1, names.length)];
            if (name !== undefined) scene.finish(name);
          }
          const { level, running } = scene;
          const held = [...running.values()];
          const withBody = held.filter(({ request }) => request.bytes > 0).length;
          expect(level.seats <= 4 || held.length === 1).toBe(true);
          expect(level.bytes <= 4000 || withBody === 1).toBe(true);
          for (const { flow } of held) {
            const own = held.filter((other) => other.flow === flow);
            expect(flow.seats <= 2 || own.length === 1).toBe(true);
            expect(flow.bytes <= 2000 || own.filter(({ request }) => request.bytes > 0).length === 1).toBe(true);
          }
          expect(level.queued).toBeLessThanOrEqual(6);
        }
        while (scene.running.size > 0) scene.finish([...scene.running.keys()][0] as string);
        // Work conserving: nobody is left behind once nothing runs.
        expect(scene.level).toMatchObject({ seats: 0, bytes: 0, queued: 0 });
        for (const told of scene.told) decided.set(told.slice(1), (decided.get(told.slice(1)) ?? 0) + 1);
        expect([...decided.keys()].sort()).toEqual([...arrived].sort());
        expect([...decided.values()].every((times) => times === 1)).toBe(true);
        for (const flow of ['a', 'b', 'c', 'd']) {
          const admitted = scene.told
            .filter((told) => told.startsWith(`+${flow}`))
            .map((told) => Number(told.slice(2)));
          expect(admitted).toEqual([...admitted].sort((x, y) => x - y));
        }
      }),
    );
  });
});
