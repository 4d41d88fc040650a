import { MemoryLog } from './memory-log.ts';
import { eventLogContract } from './testing/event-log.contract.ts';
import type { RunOnLog } from './testing/harness.ts';

/** Memory is not stored: a restart finds the same log. */
const run: RunOnLog = async (body) => {
  const log = new MemoryLog();
  body({ log, reopen: () => log });
};

eventLogContract('memory log', run, 300);
