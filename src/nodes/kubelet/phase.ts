// The phase of a pod out of its containers' states. Models getPhase of kubernetes pkg/kubelet/kubelet_pods.go.

import { isInitialized, isRestartable } from './order.ts';
import type { PodRun } from './pod-run.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export function phaseOf(run: PodRun): PodPhase {
  const given = run.pod.status?.phase;
  // A pod never leaves a final phase, whoever has set it.
  if (given === 'Succeeded') return 'Succeeded';
  if (given === 'Failed') return 'Failed';
  if (run.failure !== undefined) return 'Failed';

  const mains = run.containers.filter((container) => container.role === 'main');
  const ever = (container: PodRun['containers'][number]): boolean =>
    container.id !== '' || container.terminated !== undefined;
  const begun = mains.some(ever);
  let running = 0;
  for (const container of run.containers) {
    if (container.phase === 'running' && container.role !== 'ephemeral') running += 1;
    if (container.role !== 'init' || isInitialized(container)) continue;
    const ended = container.phase === 'running' ? undefined : container.terminated;
    const failed = ended !== undefined && ended.exitCode !== 0;
    if (failed && !isRestartable(container, run)) return 'Failed';
    // An init container that failed and waits for its restart is not counted as pending upstream: the next rules are.
    if (!failed) return 'Pending';
  }
  if (!begun && run.containers.some((container) => container.role === 'sidecar' && !isInitialized(container)))
    return 'Pending';
  if (!mains.every(ever)) return 'Pending';
  if (running > 0) return 'Running';
  const ended = mains.map((container) => container.terminated?.exitCode ?? 0);
  const succeeded = ended.every((code) => code === 0);
  if (run.ending === undefined && mains.some((container) => isRestartable(container, run))) return 'Running';
  return succeeded ? 'Succeeded' : 'Failed';
}
