// A cluster that is open: its log, its server, its components and its watches, put together over one object's storage.

import type { ApiServer } from '../apiserver/server.ts';
import { internalError } from '../api/status.ts';
import { statusAnswer } from '../apiserver/answer.ts';
import { Fairness } from '../apiserver/fairness/fairness.ts';
import type { ApiResponse, WatchSpec } from '../apiserver/http.ts';
import type { RunResult } from '../controllers/runtime/runtime.ts';
import { systemClock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { errorText } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { seededRandom, systemRandom } from '../lib/random.ts';
import { AlarmClock } from './alarm-clock.ts';
import { certificateAuthority } from './certificate-authority.ts';
import { Driver } from './driver.ts';
import { openEngine } from './engine.ts';
import { FanOut } from './fan-out.ts';
import { createFigures } from './figures.ts';
import type { Figures } from './figures.ts';
import { Gate } from './gate.ts';
import { GroupCommit } from './group-commit.ts';
import type { ClusterSettings } from './settings.ts';
import { readTokenKey, tokenSigner } from './token-key.ts';
import { tokensOf } from './tokens.ts';
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

export function openCore(options: CoreOptions): Core {
  const { context, settings, logger } = options;
  const clock = systemClock;
  const figures = createFigures();
  const store = figures.counting(context.storage);
  const signer = tokenSigner(readTokenKey(context.storage.kv));
  const fanOut = new FanOut({
    now: () => clock.now(),
    defer: (then, ms) => void setTimeout(then, ms),
    told: () => sockets.publish(),
  });
  const alarm = new AlarmClock(context.storage, clock);
  const engine = openEngine({
    store,
    clock,
    randomAt: (head) => randomOf(settings, head),
    monotonic: () => performance.now(),
    tokens: tokensOf(settings),
    signer,
    authority: certificateAuthority(context.storage.kv, clock),
    metrics: figures.text,
    tellLater: (telling) => fanOut.later(telling),
    logger,
    runtimeMetrics: figures,
    controllers: { nodeGracePeriodMs: options.nodeGraceSeconds * 1000, authority: options.authority },
    poke: options.poke,
    wakeBy: (time) => alarm.by(time),
  });
  const { log, server } = engine;
  const sockets = new WatchSockets({ context, server, compacted: () => log.compacted });
  const run = (budget: number): RunResult => engine.run(budget);
  // A watch that is behind gets a second turn: each brings it on by as much as a socket takes at once.
  const pause = async () => {
    await scheduler.wait(0);
    if (sockets.behind) await scheduler.wait(0);
  };
  const driver = new Driver({ run, alarm, clock, logger, pause });
  log.subscribe((events) => {
    sockets.publish();
    if (events.some((event) => engine.concerns(event))) driver.wake();
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
  if (engine.behind) driver.wake();
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
