import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DueQueue } from './due-queue.ts';

describe('due queue', () => {
  it('gives keys in the order of their last times, each once', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const command = fc.record({ key, at: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), fc.integer({ min: 0, max: 20 }), (commands, now) => {
        const queue = new DueQueue();
        const model = new Map<string, number>();
        for (const { key: name, at } of commands) {
          queue.set(name, at);
          if (at === undefined) model.delete(name);
          else model.set(name, at);
        }
        expect(queue.next()).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
        const taken: string[] = [];
        for (let name = queue.takeDue(now); name !== undefined; name = queue.takeDue(now)) taken.push(name);
        const times = taken.map((name) => model.get(name) ?? -1);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(new Set(taken)).toEqual(new Set([...model].filter(([, at]) => at <= now).map(([name]) => name)));
        expect(taken.length).toBe(new Set(taken).size);
        expect(queue.next()).toBe([...model.values()].filter((at) => at > now).sort((a, b) => a - b)[0]);
      }),
    );
  });
});
