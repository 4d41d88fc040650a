// Probes: they pass once their initial delay is over, unless they run a command that plainly fails.
// Models kubernetes pkg/kubelet/prober: `started` by the startup probe, then `ready` by the readiness probe.

import type { Probe } from '../../api/types/core-v1.ts';
import { plainBehaviour } from './behaviour.ts';
import type { ContainerRun } from './pod-run.ts';

const DEFAULT_PERIOD_SECONDS = 10;

/** Milliseconds after the start; undefined: never. */
function passesAfter(probe: Probe | undefined): number | undefined {
  if (probe === undefined) return 0;
  const command = probe.exec?.command;
  if (command !== undefined && (plainBehaviour({ name: '', command }).exit?.code ?? 0) !== 0) return undefined;
  const repeats = (probe.successThreshold ?? 1) - 1;
  return ((probe.initialDelaySeconds ?? 0) + repeats * (probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS)) * 1000;
}

/** When the container's `started` or `ready` turns true (milliseconds). */
export function probeDue(container: ContainerRun): number | undefined {
  if (container.phase !== 'running' || (container.started && container.ready)) return undefined;
  const started = passesAfter(container.spec.startupProbe);
  if (started === undefined) return undefined;
  if (!container.started) return container.startedAt + started;
  const ready = passesAfter(container.spec.readinessProbe);
  return ready === undefined ? undefined : container.startedAt + Math.max(started, ready);
}

/** Sets what is due at `due`. */
export function applyProbes(container: ContainerRun, due: number): void {
  if (probeDue(container) !== due) return;
  if (container.started) container.ready = true;
  else container.started = true;
}
