// Who may run when: init containers one after the other, sidecars before what follows them, restarts by policy.
// Models kubernetes pkg/kubelet/kuberuntime computePodActions and pkg/kubelet/container/helpers.go.

import type { ContainerRun, PodRun } from './pod-run.ts';

/** Containers may start: the network is ready and the pod is not about to end. */
export function mayStart(run: PodRun): boolean {
  return run.sandbox !== undefined && run.ending === undefined;
}

/** One of spec.initContainers. */
export function isInit({ role }: ContainerRun): boolean {
  return role === 'init' || role === 'sidecar';
}

/** An init container that the ones behind it need not wait for. */
export function isInitialized(container: ContainerRun): boolean {
  if (container.role === 'sidecar') return container.started || container.restarts > 0;
  return container.phase === 'exited' && container.terminated?.exitCode === 0;
}

/** It is a waiting container's turn to start. */
export function isTurn(container: ContainerRun, run: PodRun): boolean {
  if (!mayStart(run)) return false;
  if (container.role === 'ephemeral') return true;
  for (const before of run.containers) {
    if (before === container) return true;
    if (before.role === 'main') {
      // One call starts a pod's containers in order; one that fails lets the next one go on.
      const starting = before.phase === 'waiting' || before.phase === 'pulling' || before.phase === 'creating';
      if (starting && before.restarts === 0 && before.terminated === undefined) return false;
    } else if (!isInitialized(before)) {
      // A main container that ran before is restarted although a sidecar of it is down.
      if (before.role === 'init' || container.terminated === undefined) return false;
    }
  }
  return true;
}

function restartsAfter(container: ContainerRun, run: PodRun, exitCode: number): boolean {
  if (container.role === 'sidecar') return true;
  if (container.role === 'ephemeral') return false;
  const policy = container.spec.restartPolicy ?? run.pod.spec?.restartPolicy ?? 'Always';
  if (policy === 'Never') return false;
  return exitCode !== 0 || (policy === 'Always' && container.role === 'main');
}

/** By the policy alone, whatever else happens to the pod. */
export function isRestartable(container: ContainerRun, run: PodRun): boolean {
  const ended = container.terminated ?? container.last.terminated;
  return restartsAfter(container, run, ended?.exitCode ?? 0);
}

export function shouldRestart(container: ContainerRun, run: PodRun): boolean {
  return run.ending === undefined && container.terminated !== undefined && isRestartable(container, run);
}

/** All main containers have ended for good, or an init container failed for good: nothing is left to do. */
export function isFinished(run: PodRun): boolean {
  const over = (container: ContainerRun): boolean => container.phase === 'exited' && !isRestartable(container, run);
  const failedInit = run.containers.some(
    (container) => container.role === 'init' && over(container) && container.terminated?.exitCode !== 0,
  );
  return failedInit || run.containers.every((container) => container.role !== 'main' || over(container));
}
