// The one suite that every implementation of the event log passes.

import { describe } from 'vitest';
import { compactionContract } from './compaction.contract.ts';
import { propertyContract } from './property.contract.ts';
import { storeContract } from './store.contract.ts';
import type { RunOnLog } from './harness.ts';
import { watchContract } from './watch.contract.ts';
import { watchPropertyContract } from './watch-property.contract.ts';

/** `runs`: how many random histories to try. */
export function eventLogContract(name: string, run: RunOnLog, runs: number): void {
  describe(name, () => {
    storeContract(run);
    compactionContract(run);
    watchContract(run);
    propertyContract(run, runs);
    watchPropertyContract(run, runs);
  });
}
