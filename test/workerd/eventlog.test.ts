// The contract suite on a real Durable Object's SQLite.

import { env, runInDurableObject } from 'cloudflare:test';
import { SqliteLog } from '../../src/eventlog/sqlite-log.ts';
import { eventLogContract } from '../../src/eventlog/testing/event-log.contract.ts';
import type { RunOnLog } from '../../src/eventlog/testing/harness.ts';

const run: RunOnLog = (body) => {
  const objects = (env as unknown as { BARE: DurableObjectNamespace }).BARE;
  return runInDurableObject(objects.get(objects.newUniqueId()), (_object, { storage }) => {
    body({ log: new SqliteLog(storage), reopen: () => new SqliteLog(storage) });
  });
};

eventLogContract('SQLite log', run, 40);
