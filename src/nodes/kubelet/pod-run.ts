// What the kubelet knows of one pod: plain data, all of it either from the Pod object or remade from its status.
//
// 1. A pod whose status says Running stays Running when the kubelet starts: no container is restarted.
// 2. `ending` once set stays: no container starts any more, the running ones stop, and then the pod is final.
// 3. A container has at most one stage under way; leaving its phase, or a pod that begins to end, cancels it.

import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
  PodCondition,
  PodStatus,
} from '../../api/types/core-v1.ts';
import type { Image } from './images.ts';
import type { Stage } from './stage.ts';

/**
 * `init` runs to its end before the next one; a `sidecar` is an init container that keeps running; an `ephemeral` one comes
 * later, to debug the others: it runs once, and nothing depends on it.
 */
export type Role = 'init' | 'sidecar' | 'main' | 'ephemeral';

export type ContainerPhase =
  /** It has yet to be its turn, or is to be started again. */
  | 'waiting'
  | 'pulling'
  | 'pull-failed'
  | 'pull-back-off'
  /** Its image can never be had: a bad name, or pull policy Never without the image. */
  | 'blocked'
  | 'creating'
  | 'running'
  | 'exited'
  | 'crash-back-off';

export interface ContainerRun {
  readonly role: Role;
  /** Its index within spec.initContainers, spec.containers or spec.ephemeralContainers. */
  readonly index: number;
  spec: Container;
  phase: ContainerPhase;
  /** Milliseconds: when the phase was entered. */
  since: number;
  stage: { readonly stage: Stage; readonly due: number } | undefined;
  image: Image | undefined;
  /** `kubewisp://…`; '' before the first start. */
  id: string;
  startedAt: number;
  started: boolean;
  ready: boolean;
  restarts: number;
  /** Shown instead of the phase's own state. */
  waiting: { readonly reason: string; readonly message: string } | undefined;
  /** How the run that ended last ended, as long as no new one has begun. */
  terminated: ContainerStateTerminated | undefined;
  /** How the run before the current one ended. */
  last: ContainerState;
  /** Milliseconds before the next restart; 0: at once. */
  backOff: number;
  pullBackOff: number;
  /** The image was on the node when the pull began. */
  cached: boolean;
  /** When it was told to stop. */
  stopping: number | undefined;
}

export interface Ending {
  readonly why: 'deleted' | 'finished' | 'deadline' | 'terminal';
  /** Milliseconds: what still runs then is killed. */
  killAt: number;
}

export interface PodRun {
  readonly uid: string;
  /** `namespace/name`. */
  readonly key: string;
  pod: Pod;
  readonly hasInit: boolean;
  /** Init containers, then the others, then the ephemeral ones, each in spec order. */
  readonly containers: ContainerRun[];
  /** Milliseconds: when this node took the pod. */
  readonly startTime: number;
  /** When the network was ready; undefined: not yet. */
  sandbox: number | undefined;
  sandboxDue: number | undefined;
  ip: string | undefined;
  ending: Ending | undefined;
  /** Why the pod failed as a whole. */
  failure: { readonly reason: string; readonly message: string } | undefined;
  /** Its containers have ended and it is deleted: the API may forget it. */
  removable: boolean;
  /** The status last worked out; it is what the API has, or is about to have. */
  status: PodStatus | undefined;
  /** Something visible changed since. */
  touched: boolean;
  /** The API's object is newer than `status`: compare with that. */
  seen: boolean;
}

export const FIRST_BACK_OFF = 10_000;
export const MAX_BACK_OFF = 300_000;

/** Milliseconds; `fallback` where the text is no time. */
export function parseTime(text: string | undefined, fallback: number): number {
  const value = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(value) ? fallback : value;
}

export function conditionOf(conditions: readonly PodCondition[] | undefined, type: string): PodCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** A pod as the kubelet takes it up, be it new or already known to an earlier life of this kubelet. */
export function newPodRun(pod: Pod, now: number): PodRun {
  const spec = pod.spec;
  const status = pod.status;
  const containers = [
    ...(spec?.initContainers ?? []).map((container, index) => {
      const role = container.restartPolicy === 'Always' ? 'sidecar' : 'init';
      return newContainerRun(container, role, index, status?.initContainerStatuses, now);
    }),
    ...(spec?.containers ?? []).map((container, index) =>
      newContainerRun(container, 'main', index, status?.containerStatuses, now),
    ),
  ];
  containers.push(...newEphemeralRuns(pod, containers, now));
  const networked = conditionOf(status?.conditions, 'PodReadyToStartContainers')?.status === 'True';
  const failed = status?.phase === 'Failed' && status.reason !== undefined;
  return {
    uid: pod.metadata.uid,
    key: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`,
    pod,
    hasInit: (spec?.initContainers ?? []).length > 0,
    containers,
    startTime: parseTime(status?.startTime, now),
    sandbox: networked || containers.some((container) => container.phase === 'running') ? now : undefined,
    sandboxDue: undefined,
    ip: status?.podIP,
    ending: undefined,
    failure: failed ? { reason: status.reason ?? '', message: status.message ?? '' } : undefined,
    removable: false,
    status: undefined,
    touched: true,
    seen: true,
  };
}

/** Of the ephemeral containers that the pod has got and `known` lacks. */
export function newEphemeralRuns({ spec, status }: Pod, known: readonly ContainerRun[], now: number): ContainerRun[] {
  const names = new Set(known.map((container) => container.spec.name));
  return (spec?.ephemeralContainers ?? []).flatMap((container, index) =>
    names.has(container.name)
      ? []
      : [newContainerRun(container, 'ephemeral', index, status?.ephemeralContainerStatuses, now)],
  );
}

function newContainerRun(
  spec: Container,
  role: Role,
  index: number,
  statuses: readonly ContainerStatus[] | undefined,
  now: number,
): ContainerRun {
  const run: ContainerRun = {
    role,
    index,
    spec,
    phase: 'waiting',
    since: now,
    stage: undefined,
    image: undefined,
    id: '',
    startedAt: now,
    started: false,
    ready: false,
    restarts: 0,
    waiting: undefined,
    terminated: undefined,
    last: {},
    backOff: 0,
    pullBackOff: 0,
    cached: false,
    stopping: undefined,
  };
  const status = statuses?.find((candidate) => candidate.name === spec.name);
  if (status !== undefined) restore(run, status, now);
  return run;
}

function restore(run: ContainerRun, status: ContainerStatus, now: number): void {
  run.id = status.containerID ?? '';
  if (status.imageID !== '') run.image = { name: status.image, id: status.imageID, sizeBytes: 0 };
  run.restarts = status.restartCount;
  run.last = status.lastState ?? {};
  run.backOff = status.restartCount === 0 ? 0 : Math.min(FIRST_BACK_OFF * 2 ** (status.restartCount - 1), MAX_BACK_OFF);
  const { running, terminated, waiting } = status.state ?? {};
  if (running !== undefined) {
    run.phase = 'running';
    run.startedAt = parseTime(running.startedAt, now);
    run.since = run.startedAt;
    run.started = status.started === true;
    run.ready = status.ready;
    return;
  }
  if (terminated !== undefined) {
    run.phase = 'exited';
    run.terminated = terminated;
    return;
  }
  const before = run.last.terminated;
  if (waiting?.reason === 'CrashLoopBackOff' && before !== undefined) {
    run.phase = 'crash-back-off';
    run.terminated = before;
    run.waiting = { reason: waiting.reason, message: waiting.message ?? '' };
    run.since = parseTime(before.finishedAt, now);
    run.backOff = backOffOf(waiting.message) ?? run.backOff;
  } else if (waiting?.reason === 'ImagePullBackOff' || waiting?.reason === 'ErrImagePull') {
    run.phase = 'pull-back-off';
    run.waiting = { reason: waiting.reason, message: waiting.message ?? '' };
    run.pullBackOff = FIRST_BACK_OFF;
  }
}

/** `back-off 2m40s restarting failed container=…`: 160,000. */
function backOffOf(message: string | undefined): number | undefined {
  const match = /^back-off (?:(\d+)m)?(\d+)s /.exec(message ?? '');
  return match === null ? undefined : (Number(match[1] ?? 0) * 60 + Number(match[2])) * 1000;
}
