// The life of a container as a table of stages. Models kubernetes pkg/kubelet/kuberuntime (SyncPod, startContainer,
// doBackOff) and pkg/kubelet/images/image_manager.go: their reasons, messages and back-offs.

import { formatTime } from '../../lib/clock.ts';
import { goDuration } from './go-duration.ts';
import type { Image } from './images.ts';
import { resolveImage } from './images.ts';
import { isTurn, mayStart, shouldRestart } from './order.ts';
import type { ContainerRun } from './pod-run.ts';
import { FIRST_BACK_OFF, MAX_BACK_OFF } from './pod-run.ts';
import type { Stage, Subject } from './stage.ts';

/** A run that lasted longer than twice the longest back-off clears it. */
const CLEARS_BACK_OFF = 2 * MAX_BACK_OFF;

type ImageNeed = 'invalid' | 'absent' | 'present' | 'pull';

function imageOf(container: ContainerRun): Image | undefined {
  return resolveImage(container.spec.image ?? '');
}

function imageNeed({ container, context }: Subject): ImageNeed {
  const image = imageOf(container);
  if (image === undefined) return 'invalid';
  const present = context.images.has(image, context.at);
  switch (container.spec.imagePullPolicy) {
    case 'Never':
      return present ? 'present' : 'absent';
    case 'Always':
      return 'pull';
    default:
      return present ? 'present' : 'pull';
  }
}

function needs(need: ImageNeed): (subject: Subject) => boolean {
  return (subject) => isTurn(subject.container, subject.run) && imageNeed(subject) === need;
}

function wait(reason: string, message: (subject: Subject) => string): (subject: Subject) => void {
  return (subject) => {
    subject.container.waiting = { reason, message: message(subject) };
  };
}

const quoted = ({ container }: Subject): string => JSON.stringify(container.spec.image ?? '');
const unparsable = (subject: Subject): string =>
  `Failed to apply default image tag ${quoted(subject)}: couldn't parse image name ${quoted(subject)}: invalid reference format`;
const neverPulled = (subject: Subject): string =>
  `Container image ${quoted(subject)} is not present with pull policy of Never`;
const missing = ({ container }: Subject): string => imageOf(container)?.missing ?? '';
const podText = ({ run }: Subject): string =>
  `${run.pod.metadata.name}_${run.pod.metadata.namespace ?? ''}(${run.uid})`;

function beginPull({ container, context }: Subject): void {
  const image = imageOf(container);
  container.waiting = undefined;
  container.cached = image !== undefined && context.images.arrival(image) !== undefined;
  if (image === undefined || container.cached || image.missing !== undefined) return;
  context.images.pulling(image, context.at + 250 + Math.floor(context.random.next() * 100));
}

function beginRun(subject: Subject): void {
  const { container, context } = subject;
  if (container.terminated !== undefined) {
    container.last = { terminated: container.terminated };
    container.restarts += 1;
  }
  container.terminated = undefined;
  container.waiting = undefined;
  container.image = imageOf(container);
  container.id = `kubewisp://${(context.random.uuid() + context.random.uuid()).replaceAll('-', '')}`;
  container.startedAt = context.at;
  container.stopping = undefined;
  container.pullBackOff = 0;
}

/** Also ends a container from outside the table, when its node has lost power. */
export function endRun(container: ContainerRun, at: number, exitCode: number, reason: string): void {
  container.terminated = {
    exitCode,
    reason,
    startedAt: formatTime(container.startedAt),
    finishedAt: formatTime(at),
    containerID: container.id,
  };
  container.started = false;
  container.ready = false;
  container.stopping = undefined;
  if (at - container.startedAt > CLEARS_BACK_OFF) container.backOff = 0;
}

function end({ container, context }: Subject, exitCode: number): void {
  endRun(container, context.at, exitCode, exitCode === 0 ? 'Completed' : 'Error');
}

function double(backOff: number): number {
  return backOff === 0 ? FIRST_BACK_OFF : Math.min(2 * backOff, MAX_BACK_OFF);
}

export const CONTAINER_STAGES: readonly Stage[] = [
  {
    name: 'image-name-invalid',
    from: 'waiting',
    selector: needs('invalid'),
    delay: { ms: 0 },
    to: 'blocked',
    next: wait('InvalidImageName', unparsable),
    events: (subject) => [
      { type: 'Warning', reason: 'InspectFailed', message: unparsable(subject) },
      { type: 'Warning', reason: 'Failed', message: 'Error: InvalidImageName' },
    ],
  },
  {
    name: 'image-absent',
    from: 'waiting',
    selector: needs('absent'),
    delay: { ms: 0 },
    to: 'blocked',
    next: wait('ErrImageNeverPull', neverPulled),
    events: (subject) => [
      { type: 'Warning', reason: 'ErrImageNeverPull', message: neverPulled(subject) },
      { type: 'Warning', reason: 'Failed', message: 'Error: ErrImageNeverPull' },
    ],
  },
  {
    name: 'image-present',
    from: 'waiting',
    selector: needs('present'),
    delay: { ms: 0 },
    to: 'creating',
    silent: true,
    events: (subject) => [
      {
        type: 'Normal',
        reason: 'Pulled',
        message: `Container image ${quoted(subject)} already present on machine and can be accessed by the pod`,
      },
    ],
  },
  {
    name: 'pull',
    from: 'waiting',
    selector: needs('pull'),
    delay: { ms: 0 },
    to: 'pulling',
    silent: true,
    next: beginPull,
    events: (subject) => [{ type: 'Normal', reason: 'Pulling', message: `Pulling image ${quoted(subject)}` }],
  },
  {
    name: 'pulled',
    from: 'pulling',
    selector: (subject) => mayStart(subject.run) && missing(subject) === '',
    delay: ({ container, context }) => {
      const image = imageOf(container);
      const arrival = (image === undefined ? undefined : context.images.arrival(image)) ?? context.at;
      // An image that is there already, or whose pull another container has begun, only needs a look at the registry.
      return Math.max(arrival, context.at) + (container.cached ? 20 + Math.floor(context.random.next() * 30) : 0);
    },
    to: 'creating',
    silent: true,
    next: ({ container, context }) => {
      const image = imageOf(container);
      if (image !== undefined) context.images.pulled(image);
    },
    events: ({ container, context }) => {
      const took = context.at - container.since;
      const own = container.cached ? Math.min(took, 20 + (took % 30)) : took;
      const size = imageOf(container)?.sizeBytes ?? 0;
      return [
        {
          type: 'Normal',
          reason: 'Pulled',
          message:
            `Successfully pulled image ${JSON.stringify(container.spec.image ?? '')} in ${goDuration(own)} ` +
            `(${goDuration(took)} including waiting). Image size: ${size} bytes.`,
        },
      ];
    },
  },
  {
    name: 'pull-failed',
    from: 'pulling',
    selector: (subject) => mayStart(subject.run) && missing(subject) !== '',
    delay: { ms: 250, jitter: 100 },
    to: 'pull-failed',
    next: wait('ErrImagePull', missing),
    events: (subject) => [
      { type: 'Warning', reason: 'Failed', message: `Failed to pull image ${quoted(subject)}: ${missing(subject)}` },
      { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' },
    ],
  },
  {
    name: 'pull-back-off',
    from: 'pull-failed',
    selector: ({ run }) => mayStart(run),
    delay: { ms: 2000, jitter: 500 },
    to: 'pull-back-off',
    next: (subject) => {
      subject.container.pullBackOff = double(subject.container.pullBackOff);
      wait('ImagePullBackOff', (of) => `Back-off pulling image ${quoted(of)}: ErrImagePull: ${missing(of)}`)(subject);
    },
    events: (subject) => [
      { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image ${quoted(subject)}` },
      { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' },
    ],
  },
  {
    name: 'pull-again',
    from: 'pull-back-off',
    selector: ({ run }) => mayStart(run),
    delay: ({ container }) => container.since + container.pullBackOff,
    to: 'waiting',
    silent: true,
  },
  {
    name: 'start',
    from: 'creating',
    selector: ({ run }) => mayStart(run),
    delay: { ms: 30, jitter: 30 },
    to: 'running',
    next: beginRun,
    events: () => [
      { type: 'Normal', reason: 'Created', message: 'Container created' },
      { type: 'Normal', reason: 'Started', message: 'Container started' },
    ],
  },
  {
    name: 'exit',
    from: 'running',
    selector: ({ container, context }) =>
      container.stopping === undefined && context.behaviour(container.spec).exit !== undefined,
    delay: ({ container, context }) => container.startedAt + (context.behaviour(container.spec).exit?.afterMs ?? 0),
    to: 'exited',
    next: (subject) => end(subject, subject.context.behaviour(subject.container.spec).exit?.code ?? 0),
  },
  {
    name: 'stop',
    from: 'running',
    selector: ({ container }) => container.stopping !== undefined,
    delay: (subject) => stopTime(subject).at,
    to: 'exited',
    next: (subject) => end(subject, stopTime(subject).code),
  },
  {
    name: 'restart',
    from: 'exited',
    selector: ({ container, run }) => container.backOff === 0 && shouldRestart(container, run),
    delay: { ms: 500, jitter: 500 },
    to: 'waiting',
    silent: true,
    next: ({ container }) => {
      container.backOff = FIRST_BACK_OFF;
    },
  },
  {
    name: 'back-off',
    from: 'exited',
    selector: ({ container, run }) => container.backOff > 0 && shouldRestart(container, run),
    delay: { ms: 500, jitter: 500 },
    to: 'crash-back-off',
    next: wait(
      'CrashLoopBackOff',
      (subject) =>
        `back-off ${goDuration(subject.container.backOff)} restarting failed container=${subject.container.spec.name} pod=${podText(subject)}`,
    ),
    events: (subject) => [
      {
        type: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container ${subject.container.spec.name} in pod ${podText(subject)}`,
      },
    ],
  },
  {
    name: 'restart-after-back-off',
    from: 'crash-back-off',
    selector: ({ run }) => mayStart(run),
    delay: ({ container }) => container.since + container.backOff,
    to: 'waiting',
    silent: true,
    next: ({ container }) => {
      container.backOff = double(container.backOff);
    },
  },
];

/** When and how a container that was told to stop ends: by itself, or killed when the grace is over. */
function stopTime({ container, run, context }: Subject): { at: number; code: number } {
  const stopping = container.stopping ?? context.at;
  const grace = (run.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
  const killAt = Math.max(run.ending?.killAt ?? stopping + grace, stopping);
  const { exit, onTerm } = context.behaviour(container.spec);
  const own = exit === undefined ? undefined : { at: container.startedAt + exit.afterMs, code: exit.code };
  const told = onTerm === undefined ? undefined : { at: stopping + onTerm.afterMs, code: onTerm.code };
  const first = own !== undefined && (told === undefined || own.at < told.at) ? own : told;
  if (first === undefined || first.at > killAt) return { at: killAt, code: 137 };
  return { at: Math.max(first.at, stopping), code: first.code };
}
