// Stands for scheduler and kubelet in controller tests: binds pods, makes them ready, and lets terminating ones go.

import type { Node, Pod } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { quantityMilliValue } from '../../schema/quantity.ts';
import type { Controller } from '../runtime/component.ts';

export interface FakeKubeletOptions {
  /** Which pods become ready. Default: all. */
  readonly ready?: (pod: Pod) => boolean;
  /** Where pods go; undefined: nowhere. Default: to the node that their affinity names, or `node-1`. */
  readonly node?: (pod: Pod) => string | undefined;
  /** Which ready pods end by themselves, as pods of a Job do. Default: none. */
  readonly succeeds?: (pod: Pod) => boolean;
  /** Which terminating pods stay for now. Default: none. */
  readonly lingers?: (pod: Pod) => boolean;
}

export function fakeKubelet(options: FakeKubeletOptions = {}): Controller {
  return {
    name: 'fake-kubelet',
    watches: {
      pods: ({ verb, namespace, name }) => (verb === 'delete' ? [] : [`${namespace}/${name}`]),
    },
    reconcile(key, { client, now }) {
      const [namespace = '', name = ''] = key.split('/');
      const pod = client.get('pods', namespace, name);
      if (pod === undefined) return undefined;
      if (pod.metadata.deletionTimestamp !== undefined) {
        if (options.lingers?.(pod) !== true)
          client.delete('pods', namespace, name, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } });
        return undefined;
      }
      if (pod.spec?.nodeName === undefined) {
        const node = options.node === undefined ? namedNode(pod) : options.node(pod);
        if (node !== undefined && fits(pod, client.get('nodes', '', node)))
          client.bind(namespace, name, pod.metadata.uid, node);
        return undefined;
      }
      if (pod.status?.phase === 'Pending' && (options.ready?.(pod) ?? true))
        client.updateStatus('pods', readyPod(pod, now));
      else if (pod.status?.phase === 'Running' && options.succeeds?.(pod) === true)
        client.updateStatus('pods', endedPod(pod, 0, now));
      return undefined;
    },
  };
}

function namedNode({ spec }: Pod): string {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ?? 'node-1';
}

/** Of all resources only cpu counts here, and pods do not see each other. */
function fits({ spec }: Pod, node: Node | undefined): boolean {
  const cpu = node?.status?.allocatable?.['cpu'];
  const asked = spec?.containers.map(({ resources }) => quantityMilliValue(resources?.requests?.['cpu'] ?? 0)) ?? [];
  return cpu === undefined || asked.reduce((sum, amount) => sum + amount, 0) <= quantityMilliValue(cpu);
}

/** A copy of the pod as its kubelet reports it once it runs and is ready. */
export function readyPod(pod: Pod, now: number): Pod {
  const next = clone(pod);
  const at = formatTime(now);
  next.status = {
    ...next.status,
    phase: 'Running',
    podIP: '10.244.0.1',
    startTime: at,
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: at,
    })),
  };
  return next;
}

/** A copy of the pod as its kubelet reports it once all its containers have ended with that code. */
export function endedPod(pod: Pod, exitCode: number, now: number): Pod {
  const next = clone(pod);
  const finishedAt = formatTime(now);
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  next.status = {
    ...next.status,
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    conditions: (next.status?.conditions ?? []).map((condition) =>
      condition.type.endsWith('Ready') ? { ...condition, status: 'False', lastTransitionTime: finishedAt } : condition,
    ),
    containerStatuses: (next.spec?.containers ?? []).map(({ name, image = '' }) => ({
      name,
      image,
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode, reason, finishedAt } },
    })),
  };
  return next;
}
