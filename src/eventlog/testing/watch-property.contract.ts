import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunOnLog } from './harness.ts';
import { playWatches, watchHistory } from './watch-play.ts';

export function watchPropertyContract(run: RunOnLog, runs: number): void {
  describe('any watchers', () => {
    it('are told in order, once, all and only what is theirs, or are ended', { timeout: 60_000 }, async () => {
      const holds = fc.asyncProperty(watchHistory, (steps) =>
        run(({ log }) => {
          expect(playWatches(log, steps)).toEqual([]);
        }),
      );
      await fc.assert(holds, { numRuns: runs });
    });
  });
}
