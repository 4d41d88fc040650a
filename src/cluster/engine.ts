// The part of an open cluster that is synchronous: its log, its server and its components over one store. The object's
// shell (core.ts) drives it with its alarm; the simulation drives it with a clock of its own.

import type { CertificateAuthority } from '../api/certificates/v1/certificate-authority.ts';
import { createApiServer } from '../apiserver/server.ts';
import type { ApiServer, ApiServerOptions } from '../apiserver/server.ts';
import type { RuntimeMetrics, RuntimePorts } from '../controllers/runtime/ports.ts';
import { Runtime } from '../controllers/runtime/runtime.ts';
import type { RunResult } from '../controllers/runtime/runtime.ts';
import type { ControllerSettings } from '../controllers/table.ts';
import { compactionTarget } from '../eventlog/compaction.ts';
import type { LogEvent } from '../eventlog/log.ts';
import type { SqlStore } from '../eventlog/sql-store.ts';
import { SqliteLog } from '../eventlog/sqlite-log.ts';
import type { LogFields, Logger } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { createComponents } from './components.ts';
import { createFeed, noticeOf } from './feed.ts';
import { createRuntimeStore } from './runtime-store.ts';
import { POOL_USER } from './tokens.ts';

export interface EngineOptions extends Omit<ApiServerOptions, 'log' | 'random'> {
  readonly store: SqlStore;
  /** Given the log's head, so that a seed need not give the same numbers again after each start. */
  readonly randomAt: (head: number) => Random;
  readonly monotonic: () => number;
  /** Signs what certificate requests ask for. */
  readonly authority: CertificateAuthority;
  readonly logger: Logger;
  readonly runtimeMetrics: RuntimeMetrics;
  readonly controllers: ControllerSettings;
  /** Tells the node pool to fetch what is new. */
  readonly poke: () => Promise<void>;
  /** Asks for a run at `time` at the latest, in milliseconds since the epoch. */
  readonly wakeBy: (time: number) => void;
}

export interface Engine {
  readonly log: SqliteLog;
  readonly server: ApiServer;
  /** One slice of the components, then compaction where it is time. */
  run(budget: number): RunResult;
  /** Whether the event concerns some component, so that a run is needed. */
  concerns(event: LogEvent): boolean;
  /** The log holds what the components have not answered. */
  readonly behind: boolean;
}

const RUNTIME_CURSOR = 'components';

export function openEngine(options: EngineOptions): Engine {
  const { store, clock, logger } = options;
  const log = new SqliteLog(store);
  const random = options.randomAt(log.head);
  const server = createApiServer({ ...options, log, random });
  const runtimeStore = createRuntimeStore(store, log);
  const ports: RuntimePorts = {
    store: runtimeStore,
    feed: createFeed(log, (row) => server.parse(row)),
    clock,
    monotonic: options.monotonic,
    spent: () => server.spent,
    random,
    log: (level, message, fields) => logger[level](message, fields as LogFields),
    metrics: options.runtimeMetrics,
    clientFor: (identity, cause) => server.clientFor(identity, cause),
  };
  const { poke, wakeBy } = options;
  const reported = (rev: number): boolean => log.event(rev)?.actor === POOL_USER;
  const trust = { tokens: server.legacyTokens, authorizer: server.authorizer, authority: options.authority };
  const components = createComponents(ports, options.controllers, trust, { clock, logger, poke, reported, wakeBy });
  const runtime = new Runtime(components, ports);
  return {
    log,
    server,
    run(budget) {
      const result = runtime.run(budget);
      const target = result.more ? log.compacted : compactionTarget(log, clock.now());
      if (target <= log.compacted) return result;
      log.compact(target);
      return { ...result, more: true };
    },
    concerns: (event) => runtime.interested(noticeOf(log, event)),
    get behind() {
      return (runtimeStore.cursor(RUNTIME_CURSOR) ?? 0) < log.head;
    },
  };
}
