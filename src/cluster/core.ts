// A cluster that is open: its log, its server, its components and its watches, put together over one object's storage.

import { createApiServer } from '../apiserver/server.ts';
import type { ApiServer } from '../apiserver/server.ts';
import { internalError } from '../api/status.ts';
import { statusAnswer } from '../apiserver/answer.ts';
import { Fairness } from '../apiserver/fairness/fairness.ts';
import type { ApiResponse, WatchSpec } from '../apiserver/http.ts';
import { Runtime } from '../controllers/runtime/runtime.ts';
import type { RuntimePorts } from '../controllers/runtime/ports.ts';
import type { RunResult } from '../controllers/runtime/runtime.ts';
import { compactionTarget } from '../eventlog/compaction.ts';
import type { LogEvent } from '../eventlog/log.ts';
import { SqliteLog } from '../eventlog/sqlite-log.ts';
import { systemClock } from '../lib/clock.ts';
import type { LogFields, Logger } from '../lib/log.ts';
import { errorText } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { seededRandom, systemRandom } from '../lib/random.ts';
import { AlarmClock } from './alarm-clock.ts';
import { createComponents } from './components.ts';
import { Driver } from './driver.ts';
import { createFeed, noticeOf } from './feed.ts';
import { FanOut } from './fan-out.ts';
import { createFigures } from './figures.ts';
import type { Figures } from './figures.ts';
import { Gate } from './gate.ts';
import { GroupCommit } from './group-commit.ts';
import { createRuntimeStore } from './runtime-store.ts';
import type { ClusterSettings } from './settings.ts';
import { readTokenKey, tokenSigner } from './token-key.ts';
import { POOL_USER, tokensOf } from './tokens.ts';
import { WatchSockets } from './watch-sockets.ts';

export interface CoreOptions {
  readonly context: DurableObjectState;
  readonly settings: ClusterSettings;
  /** How long a node may be silent until it is NotReady. */
  readonly nodeGraceSeconds: number;
  /** PEM of what signs the API's certificate; empty where that is publicly trusted. */
  readonly authority: string;
  readonly logger: Logger;
  /** Tells the node pool to fetch what is new. */
  readonly poke: () => Promise<void>;
}

export interface Core {
  readonly server: ApiServer;
  readonly gate: Gate;
  readonly commits: GroupCommit<ApiResponse>;
  readonly sockets: WatchSockets;
  readonly driver: Driver;
  readonly figures: Figures;
  /** Brings the default roles up to date. Answers what could not be done, and why. */
  updatePolicy(): string[];
  /** Text before and after the revision in a bookmark's frame. */
  bookmark(spec: WatchSpec): readonly [head: string, tail: string];
}

const RUNTIME_CURSOR = 'components';

export function openCore(options: CoreOptions): Core {
  const { context, settings, logger } = options;
  const clock = systemClock;
  const figures = createFigures();
  const store = figures.counting(context.storage);
  const log = new SqliteLog(store);
  const random = randomOf(settings, log.head);
  const signer = tokenSigner(readTokenKey(context.storage.kv));
  const fanOut = new FanOut({
    now: () => clock.now(),
    defer: (then, ms) => void setTimeout(then, ms),
    told: () => sockets.publish(),
  });
  const server = createApiServer({
    log,
    clock,
    random,
    tokens: tokensOf(settings),
    signer,
    metrics: figures.text,
    tellLater: (telling) => fanOut.later(telling),
  });
  const alarm = new AlarmClock(context.storage, clock);
  const sockets = new WatchSockets({ context, server, compacted: () => log.compacted });
  const runtimeStore = createRuntimeStore(store, log);
  const ports: RuntimePorts = {
    store: runtimeStore,
    feed: createFeed(log, (row) => server.parse(row)),
    clock,
    monotonic: () => performance.now(),
    spent: () => server.spent,
    random,
    log: (level, message, fields) => logger[level](message, fields as LogFields),
    metrics: figures,
    clientFor: (identity, cause) => server.clientFor(identity, cause),
  };
  const pool = {
    clock,
    logger,
    poke: options.poke,
    reported: (rev: number) => log.event(rev)?.actor === POOL_USER,
    wakeBy: (time: number) => alarm.by(time),
  };
  const runtime = new Runtime(
    createComponents(ports, { nodeGracePeriodMs: options.nodeGraceSeconds * 1000, authority: options.authority }, pool),
    ports,
  );

  const run = (budget: number): RunResult => {
    const result = runtime.run(budget);
    const target = result.more ? log.compacted : compactionTarget(log, clock.now());
    if (target <= log.compacted) return result;
    log.compact(target);
    return { ...result, more: true };
  };
  const driver = new Driver({ run, alarm, clock, logger, pause: () => scheduler.wait(0) });
  const concerns = (event: LogEvent): boolean => runtime.interested(noticeOf(log, event));
  log.subscribe((events) => {
    sockets.publish();
    if (events.some(concerns)) driver.wake();
  });

  const commits = new GroupCommit<ApiResponse>({
    transaction: (body) => log.transaction(body),
    failed: (error) => {
      logger.error('a write threw', { error: errorText(error) });
      return statusAnswer(internalError('the request could not be carried out'));
    },
  });
  const fairness = new Fairness();
  const gate = new Gate({ fairness, now: () => clock.now() });
  figures.observe({
    head: () => log.head,
    bytes: () => log.bytes(),
    watchers: () => sockets.count,
    alarms: () => driver.runs,
    fairness,
  });

  sockets.resume();
  // An alarm that was armed is still armed, unless a crash came between a write and its alarm.
  if ((runtimeStore.cursor(RUNTIME_CURSOR) ?? 0) < log.head) driver.wake();
  const bookmark = (spec: WatchSpec) => bookmarkOf(server.typeOf(spec));
  const updatePolicy = () => log.transaction(() => server.reconcilePolicy());
  return { server, gate, commits, sockets, driver, figures, bookmark, updatePolicy };
}

/** The seed alone would give the same numbers again after each start. */
function randomOf({ seed }: ClusterSettings, head: number): Random {
  return seed === undefined ? systemRandom : seededRandom((seed ^ Math.imul(head, 0x9e3779b1)) >>> 0);
}

function bookmarkOf(type: ReturnType<ApiServer['typeOf']>): readonly [head: string, tail: string] {
  const frame = JSON.stringify({ type: 'BOOKMARK', object: { ...type, metadata: { resourceVersion: '' } } });
  const at = frame.lastIndexOf('""') + 1;
  return [frame.slice(0, at), `${frame.slice(at)}\n`];
}
