// The table row of a pod: how many containers are ready, what the pod is doing in one word, and its restarts.
// Models kubernetes pkg/printers/internalversion/printers.go (printPod).

import type { Cell, Printer } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, translateTimestampSince, wide } from '../../printing.ts';
import type { Container, ContainerStateTerminated, ContainerStatus, Pod, PodStatus } from '../../types/core-v1.ts';

interface Restarts {
  count: number;
  /** Milliseconds since the epoch of the newest finished run; 0 where none is known. */
  last: number;
}

interface Summary {
  reason: string;
  ready: number;
  total: number;
  restarts: Restarts;
}

function isRestartable(container: Container | undefined): boolean {
  return container?.restartPolicy === 'Always';
}

function addRestarts(restarts: Restarts, status: ContainerStatus): void {
  restarts.count += status.restartCount;
  const finished = status.lastState?.terminated?.finishedAt;
  if (typeof finished === 'string') restarts.last = Math.max(restarts.last, Date.parse(finished));
}

function hasTrueCondition(status: PodStatus, type: string): boolean {
  return status.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}

function exitText(terminated: ContainerStateTerminated): string {
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

/** Reads the init containers up to the first that is not done; true when that one still runs or failed. */
function readInitContainers(pod: Pod, summary: Summary, sidecarRestarts: Restarts): boolean {
  const containers = pod.spec?.initContainers ?? [];
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [index, status] of statuses.entries()) {
    const restartable = isRestartable(containers.find((container) => container.name === status.name));
    addRestarts(summary.restarts, status);
    if (restartable) addRestarts(sidecarRestarts, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (restartable && status.started === true) {
      if (status.ready) summary.ready++;
      continue;
    }
    if (terminated !== undefined) summary.reason = `Init:${exitText(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') summary.reason = `Init:${waiting.reason}`;
    else summary.reason = `Init:${index}/${containers.length}`;
    return true;
  }
  return false;
}

function readContainers(pod: Pod, summary: Summary): void {
  const status = pod.status ?? {};
  let running = false;
  for (const container of [...(status.containerStatuses ?? [])].reverse()) {
    addRestarts(summary.restarts, container);
    const state = container.state;
    if (state?.waiting?.reason) summary.reason = state.waiting.reason;
    else if (state?.terminated !== undefined) summary.reason = exitText(state.terminated);
    else if (container.ready && state?.running !== undefined) {
      running = true;
      summary.ready++;
    }
  }
  if (summary.reason === 'Completed' && running) {
    summary.reason = hasTrueCondition(status, 'Ready') ? 'Running' : 'NotReady';
  }
}

function summarize(pod: Pod): Summary {
  const status = pod.status ?? {};
  const phase = status.phase ?? '';
  const summary: Summary = {
    reason: status.reason || phase,
    ready: 0,
    total: (pod.spec?.containers.length ?? 0) + (pod.spec?.initContainers?.filter(isRestartable).length ?? 0),
    restarts: { count: 0, last: 0 },
  };
  if (status.conditions?.some((item) => item.type === 'PodScheduled' && item.reason === 'SchedulingGated')) {
    summary.reason = 'SchedulingGated';
  }
  const sidecarRestarts: Restarts = { count: 0, last: 0 };
  const initializing = readInitContainers(pod, summary, sidecarRestarts);
  if (!initializing || hasTrueCondition(status, 'Initialized')) {
    summary.restarts = sidecarRestarts;
    readContainers(pod, summary);
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') summary.reason = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') summary.reason = 'Terminating';
  }
  return summary;
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const passed = gates.filter((gate) => hasTrueCondition(pod.status ?? {}, gate.conditionType));
  return `${passed.length}/${gates.length}`;
}

export const podPrinter: Printer<Pod> = {
  columns: [
    NAME_COLUMN,
    column('Ready'),
    column('Status'),
    column('Restarts'),
    AGE_COLUMN,
    wide('IP'),
    wide('Node'),
    wide('Nominated Node'),
    wide('Readiness Gates'),
  ],
  cells(pod, now): Cell[] {
    const { reason, ready, total, restarts } = summarize(pod);
    const since = translateTimestampSince(new Date(restarts.last).toISOString(), now);
    return [
      pod.metadata.name,
      `${ready}/${total}`,
      reason,
      restarts.count !== 0 && restarts.last !== 0 ? `${restarts.count} (${since} ago)` : String(restarts.count),
      age(pod, now),
      pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>',
      pod.spec?.nodeName || '<none>',
      pod.status?.nominatedNodeName || '<none>',
      readinessGates(pod),
    ];
  },
  conditions(pod) {
    const phase = pod.status?.phase;
    if (phase === 'Succeeded') {
      return [{ type: 'Completed', status: 'True', reason: phase, message: 'The pod has completed successfully.' }];
    }
    if (phase === 'Failed') return [{ type: 'Completed', status: 'True', reason: phase, message: 'The pod failed.' }];
    return [];
  },
};
