// The conditions of a pod that its kubelet owns. Models kubernetes pkg/kubelet/status/generate.go.

import type { PodCondition } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { isInit, isInitialized } from './order.ts';
import type { PodPhase } from './phase.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';
import { conditionOf } from './pod-run.ts';

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

/** metav1.Time without a value is served as null. */
const NO_TIME = null as unknown as string;

const TRUE: Verdict = { status: 'True' };

/** In upstream's order. lastTransitionTime stays where the status of a condition does. */
export function podConditions(run: PodRun, phase: PodPhase, now: number): PodCondition[] {
  const containersReady = containersReadyVerdict(run, phase);
  const verdicts: ReadonlyArray<readonly [string, Verdict]> = [
    ['PodReadyToStartContainers', { status: hasSandbox(run) ? 'True' : 'False' }],
    ['Initialized', initializedVerdict(run, phase)],
    ['Ready', containersReady.status === 'True' ? gatesVerdict(run) : containersReady],
    ['ContainersReady', containersReady],
    ['PodScheduled', TRUE],
  ];
  const before = run.status?.conditions ?? run.pod.status?.conditions;
  const generation = run.pod.metadata.generation;
  return verdicts.map(([type, verdict]) => {
    const old = conditionOf(before, type);
    return {
      type,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      status: verdict.status,
      lastProbeTime: NO_TIME,
      lastTransitionTime:
        old?.status === verdict.status ? (old.lastTransitionTime ?? formatTime(now)) : formatTime(now),
      ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
      ...(verdict.message === undefined ? {} : { message: verdict.message }),
    };
  });
}

/** The sandbox of a pod whose containers have all ended for good is gone. */
function hasSandbox(run: PodRun): boolean {
  if (run.sandbox === undefined) return false;
  return run.ending === undefined || run.containers.some((container) => container.phase === 'running');
}

function names(containers: readonly ContainerRun[]): string {
  return `[${containers.map((container) => container.spec.name).join(' ')}]`;
}

function initializedVerdict(run: PodRun, phase: PodPhase): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (run.containers.some((container) => container.role === 'main' && container.id !== '')) return TRUE;
  const incomplete = run.containers.filter((container) => isInit(container) && !isInitialized(container));
  if (incomplete.length === 0) return TRUE;
  const message = `containers with incomplete status: ${names(incomplete)}`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersReadyVerdict(run: PodRun, phase: PodPhase): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = run.containers.filter(
    (container) => (container.role === 'main' || container.role === 'sidecar') && !container.ready,
  );
  if (unready.length === 0) return TRUE;
  const message = `containers with unready status: ${names(unready)}`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

function gatesVerdict(run: PodRun): Verdict {
  const texts: string[] = [];
  for (const gate of run.pod.spec?.readinessGates ?? []) {
    const type = gate.conditionType;
    const condition = conditionOf(run.pod.status?.conditions, type);
    if (condition === undefined)
      texts.push(`corresponding condition of pod readiness gate ${JSON.stringify(type)} does not exist.`);
    else if (condition.status !== 'True') {
      texts.push(`the status of pod readiness gate ${JSON.stringify(type)} is not "True", but ${condition.status}`);
    }
  }
  return texts.length === 0 ? TRUE : { status: 'False', reason: 'ReadinessGatesNotReady', message: texts.join(', ') };
}
