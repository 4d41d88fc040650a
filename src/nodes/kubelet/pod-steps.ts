// The steps of one pod: everything that is due is done, in the order of its times, and the next due time comes out.
// Pure but for the run it is given and for the context's events, images and addresses.

import { CONTAINER_STAGES } from './container-stages.ts';
import type { Context } from './context.ts';
import { isFinished } from './order.ts';
import type { PodRun } from './pod-run.ts';
import { parseTime } from './pod-run.ts';
import { applyProbes, probeDue } from './probes.ts';
import { chooseStage } from './stage.ts';

const SANDBOX_MS = 10;
const DEFAULT_GRACE_SECONDS = 30;

/** Brings the pod up to `now` and says when it is due next (milliseconds; undefined: not before something changes). */
export function stepPod(run: PodRun, context: Context, now: number): number | undefined {
  context.at = now;
  for (;;) {
    beginEnding(run, context);
    stopContainers(run, context);
    prepare(run, context);
    const due = nextDue(run);
    if (due === undefined || due > now) {
      run.removable =
        run.ending?.why === 'deleted' && !run.containers.some((container) => container.phase === 'running');
      return due;
    }
    // What is late is dated when it was due, so that lateness does not add up from stage to stage.
    context.at = Math.max(due, context.bootTime);
    perform(run, context, due);
  }
}

/** Finds out that the pod has to end, and why; cancels what was under way. */
function beginEnding(run: PodRun, context: Context): void {
  const { metadata, spec, status } = run.pod;
  const deletedAt = metadata.deletionTimestamp;
  if (deletedAt !== undefined) {
    const killAt = parseTime(deletedAt, context.at);
    if (run.ending?.why === 'deleted' && run.ending.killAt === killAt) return;
    setEnding(run, 'deleted', Math.min(killAt, run.ending?.killAt ?? killAt));
    return;
  }
  if (run.ending !== undefined) return;
  const killAt = context.at + (spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000;
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') setEnding(run, 'terminal', killAt);
  else if (isFinished(run)) setEnding(run, 'finished', killAt);
}

function setEnding(run: PodRun, why: NonNullable<PodRun['ending']>['why'], killAt: number): void {
  run.ending = { why, killAt };
  run.touched = true;
  for (const container of run.containers) container.stage = undefined;
}

/** Main containers stop together; then the sidecars, the last one first. */
function stopContainers(run: PodRun, context: Context): void {
  if (run.ending === undefined) return;
  const running = run.containers.filter((container) => container.phase === 'running');
  const others = running.filter((container) => container.role !== 'sidecar');
  for (const container of others.length > 0 ? others : running.slice(-1)) {
    if (container.stopping !== undefined) continue;
    container.stopping = context.at;
    container.stage = undefined;
    const message = `Stopping container ${container.spec.name}`;
    context.emit(run, container, { type: 'Normal', reason: 'Killing', message });
  }
}

function prepare(run: PodRun, context: Context): void {
  if (run.sandbox === undefined && run.sandboxDue === undefined && run.ending === undefined) {
    run.ip ??= run.pod.spec?.hostNetwork === true ? context.hostIp : context.ips.allocate();
    if (run.ip !== undefined) run.sandboxDue = context.at + SANDBOX_MS;
  }
  for (const container of run.containers) {
    container.stage ??= chooseStage(CONTAINER_STAGES, { container, run, context });
  }
}

/** When spec.activeDeadlineSeconds is over. */
function deadline(run: PodRun): number | undefined {
  const seconds = run.pod.spec?.activeDeadlineSeconds;
  return seconds === undefined || run.ending !== undefined ? undefined : run.startTime + seconds * 1000;
}

function sandboxDue(run: PodRun): number | undefined {
  return run.sandbox === undefined && run.ending === undefined ? run.sandboxDue : undefined;
}

function nextDue(run: PodRun): number | undefined {
  let least = earlier(sandboxDue(run), deadline(run));
  for (const container of run.containers) {
    least = earlier(least, container.stage?.due);
    least = earlier(least, probeDue(container));
  }
  return least;
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined || a <= b ? a : b;
}

/** Does the one thing that is due at `due`. */
function perform(run: PodRun, context: Context, due: number): void {
  if (deadline(run) === due) {
    const message = 'Pod was active on the node longer than the specified deadline';
    run.failure = { reason: 'DeadlineExceeded', message };
    setEnding(
      run,
      'deadline',
      context.at + (run.pod.spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000,
    );
    context.emit(run, undefined, { type: 'Normal', reason: 'DeadlineExceeded', message });
    return;
  }
  if (sandboxDue(run) === due) {
    run.sandbox = context.at;
    return;
  }
  for (const container of run.containers) {
    if (probeDue(container) === due) {
      applyProbes(container, due);
      run.touched = true;
      return;
    }
    if (container.stage?.due !== due) continue;
    const { stage } = container.stage;
    const subject = { container, run, context };
    container.stage = undefined;
    stage.next?.(subject);
    for (const event of stage.events?.(subject) ?? []) context.emit(run, container, event);
    container.phase = stage.to;
    container.since = context.at;
    if (stage.silent !== true) run.touched = true;
    return;
  }
}
