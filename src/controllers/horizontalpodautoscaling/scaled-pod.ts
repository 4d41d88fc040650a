// What the autoscaler looks at of a pod, remembered until the pod changes.

import type { View } from '../../api/client.ts';
import { standingUsage } from '../../api/metrics/v1beta1/usage.ts';
import type { ContainerMetrics } from '../../api/metrics/v1beta1/types.ts';
import type { Container, Pod } from '../../api/types/core-v1.ts';
import { podCondition } from '../common/pods.ts';

export interface ScaledPod {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** '' while it has none. */
  readonly node: string;
  readonly phase: string;
  readonly terminating: boolean;
  /** Milliseconds since the epoch. */
  readonly startTime?: number;
  /** Its condition Ready. */
  readonly ready?: { readonly status: string; readonly since: number };
  /** With its sidecars, after the others. */
  readonly containers: ReadonlyArray<{ readonly name: string; readonly requests: Requests }>;
  /** Of the pod as a whole, where it says so. */
  readonly requests?: Requests;
  readonly standing: readonly ContainerMetrics[];
}

type Requests = Readonly<Record<string, string | number>>;

export const scaledPod: View<'pods', ScaledPod> = { resource: 'pods', of: scaledPodOf };

export function scaledPodOf(pod: Pod): ScaledPod {
  const { metadata, spec, status } = pod;
  const ready = podCondition(pod, 'Ready');
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const own = spec?.resources?.requests;
  return {
    name: metadata.name,
    uid: metadata.uid,
    labels: metadata.labels ?? {},
    node: spec?.nodeName ?? '',
    phase: status?.phase ?? '',
    terminating: metadata.deletionTimestamp !== undefined,
    ...(status?.startTime === undefined ? {} : { startTime: Date.parse(status.startTime) }),
    ...(ready === undefined ? {} : { ready: { status: ready.status, since: timeOf(ready.lastTransitionTime) } }),
    containers: [...(spec?.containers ?? []), ...sidecars].map(requestsOf),
    ...(own === undefined ? {} : { requests: own }),
    standing: standingUsage(pod),
  };
}

function requestsOf({ name, resources }: Container) {
  return { name, requests: resources?.requests ?? {} };
}

/** Nobody said when: long ago. */
function timeOf(text: string | undefined): number {
  return text === undefined ? 0 : Date.parse(text);
}
