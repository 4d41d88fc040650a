// The status of a pod out of what the kubelet knows of it. Models generateAPIPodStatus and convertToAPIContainerStatuses
// of kubernetes pkg/kubelet/kubelet_pods.go.

import type { ContainerState, ContainerStatus, PodCondition, PodStatus } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { deepEqual } from '../../lib/json.ts';
import { podConditions } from './conditions.ts';
import { isInit } from './order.ts';
import { phaseOf } from './phase.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';
import { conditionOf } from './pod-run.ts';

/** Holds the members that the kubelet owns and no others. */
export function podStatus(run: PodRun, hostIp: string, now: number): PodStatus {
  const phase = phaseOf(run);
  const { generation } = run.pod.metadata;
  const ip = run.sandbox === undefined ? run.pod.status?.podIP : run.ip;
  const inits = run.containers.filter(isInit);
  const mains = run.containers.filter((container) => container.role === 'main');
  const ephemerals = run.containers.filter((container) => container.role === 'ephemeral');
  const qos = run.pod.status?.qosClass;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: podConditions(run, phase, now),
    ...(run.failure === undefined ? {} : { message: run.failure.message, reason: run.failure.reason }),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
    startTime: formatTime(run.startTime),
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits.map((container) => containerStatus(container, run)) }),
    containerStatuses: mains
      .map((container) => containerStatus(container, run))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    ...(ephemerals.length === 0
      ? {}
      : { ephemeralContainerStatuses: ephemerals.map((container) => containerStatus(container, run)) }),
    ...(qos === undefined ? {} : { qosClass: qos }),
  };
}

function containerStatus(container: ContainerRun, run: PodRun): ContainerStatus {
  const { spec } = container;
  const exists = container.id !== '';
  const requests = spec.resources?.requests;
  const mounts = (spec.volumeMounts ?? []).map((mount) => ({
    name: mount.name,
    mountPath: mount.mountPath,
    ...(mount.readOnly === true
      ? { readOnly: true, recursiveReadOnly: mount.recursiveReadOnly === 'Enabled' ? 'Enabled' : 'Disabled' }
      : {}),
  }));
  return {
    name: spec.name,
    state: stateOf(container, run),
    lastState:
      container.waiting !== undefined && container.terminated !== undefined
        ? { terminated: container.terminated }
        : container.last,
    ready: isContainerReady(container),
    restartCount: container.restarts,
    image: container.image?.name ?? spec.image ?? '',
    imageID: container.image?.id ?? '',
    ...(exists ? { containerID: container.id } : {}),
    ...(container.role === 'ephemeral' ? {} : { started: container.started }),
    ...(exists && requests !== undefined ? { allocatedResources: requests } : {}),
    ...(exists ? { resources: spec.resources ?? {} } : {}),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

/** Nobody probes an ephemeral container. */
function isContainerReady({ role, phase, terminated, ready }: ContainerRun): boolean {
  if (role === 'ephemeral') return false;
  return role === 'init' ? phase === 'exited' && terminated?.exitCode === 0 : ready;
}

function stateOf(container: ContainerRun, run: PodRun): ContainerState {
  if (container.phase === 'running') return { running: { startedAt: formatTime(container.startedAt) } };
  if (container.waiting !== undefined) {
    const { reason, message } = container.waiting;
    return { waiting: { reason, message } };
  }
  if (container.terminated !== undefined) return { terminated: container.terminated };
  return { waiting: { reason: run.hasInit ? 'PodInitializing' : 'ContainerCreating' } };
}

/** Laying `update` over `stored` as the API server does would change nothing. */
export function statusCovers(stored: PodStatus | undefined, update: PodStatus): boolean {
  if (stored === undefined) return false;
  const { conditions = [], ...rest } = update;
  for (const [name, value] of Object.entries(rest)) {
    if (!deepEqual((stored as Record<string, unknown>)[name], value)) return false;
  }
  // How null times are served is not the kubelet's to say.
  const plain = (condition: PodCondition | undefined): object => ({ ...condition, lastProbeTime: undefined });
  return conditions.every((condition) =>
    deepEqual(plain(conditionOf(stored.conditions, condition.type)), plain(condition)),
  );
}
