// The priority levels: what each may have of the cluster's attention, in seats and in bytes of request bodies.
// Models the default configuration of kubernetes staging/src/k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap.

export type LevelName =
  | 'exempt'
  | 'leader-election'
  | 'node-high'
  | 'system'
  | 'workload-high'
  | 'workload-low'
  | 'global-default'
  | 'catch-all';

export interface LevelLimits {
  readonly name: LevelName;
  /** Requests at once, each as wide as its body is long (see widthOf). */
  readonly seats: number;
  /** Of request bodies held at once. One body always fits where there is none. */
  readonly bytes: number;
  /** Requests of one flow that may wait; 0: none waits. */
  readonly queueLength: number;
  /** Requests that may wait in all. */
  readonly queueTotal: number;
}

/** Reads in flight and writes in flight, of which the levels have their shares. */
const SEATS = 400 + 200;
/** Of bodies held at once, in all levels but the exempt one; an isolate has 128 MB for everything. */
const BYTES = 16 << 20;
const LARGEST_BODY = 3 << 20;
const QUEUE_LENGTH = 50;
const QUEUE_TOTAL = 500;

const SHARES: ReadonlyArray<readonly [LevelName, number]> = [
  ['leader-election', 10],
  ['node-high', 40],
  ['system', 30],
  ['workload-high', 40],
  ['workload-low', 100],
  ['global-default', 20],
  ['catch-all', 5],
];

export function priorityLevels(): LevelLimits[] {
  const all = SHARES.reduce((sum, [, share]) => sum + share, 0);
  const limited = SHARES.map(([name, share]): LevelLimits => {
    const waits = name !== 'catch-all';
    return {
      name,
      seats: Math.ceil((SEATS * share) / all),
      bytes: Math.max(Math.floor((BYTES * share) / all), LARGEST_BODY),
      queueLength: waits ? QUEUE_LENGTH : 0,
      queueTotal: waits ? QUEUE_TOTAL : 0,
    };
  });
  // The cluster's masters wait for nobody, but memory is finite for them too.
  const exempt: LevelLimits = {
    name: 'exempt',
    seats: Infinity,
    bytes: 16 << 20,
    queueLength: 2 * QUEUE_TOTAL,
    queueTotal: 2 * QUEUE_TOTAL,
  };
  return [exempt, ...limited];
}

const WIDTH_UNIT = 512 << 10;

/** A request's seats: a large body costs more of everyone's time than a small one. */
export function widthOf(bytes: number): number {
  return 1 + Math.floor(bytes / WIDTH_UNIT);
}
