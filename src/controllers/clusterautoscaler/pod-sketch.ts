// What the autoscaler looks at of all pods: of one that waits for a node the whole, of the others what they take from their
// nodes and whether they may be moved. It is remembered until the pod changes (Reader.view).

import type { View } from '../../api/client.ts';
import type { Container, Pod, PodSpec } from '../../api/types/core-v1.ts';
import { isTerminal, podCondition } from '../common/pods.ts';

export const podSketch: View<'pods', Pod> = { resource: 'pods', of: sketchOf };

function sketchOf(pod: Pod): Pod {
  const { apiVersion, kind, spec, status } = pod;
  const { managedFields: _, ...metadata } = pod.metadata;
  const scheduled = podCondition(pod, 'PodScheduled');
  const conditions = scheduled === undefined ? {} : { conditions: [scheduled] };
  const phase = status?.phase === undefined ? {} : { phase: status.phase };
  const whole: Pod = { apiVersion, kind, metadata, status: { ...phase, ...conditions } };
  if (spec === undefined || isTerminal(pod)) return whole;
  return { ...whole, spec: (spec.nodeName ?? '') === '' ? spec : takenBy(spec) };
}

/** What is counted of a pod that has a node (src/scheduler/pod-info.ts), and what holds it there (movable.ts). */
function takenBy(spec: PodSpec): PodSpec {
  const { nodeName, priority, resources, overhead, terminationGracePeriodSeconds, initContainers, volumes } = spec;
  const local = (volumes ?? []).filter(({ emptyDir, hostPath }) => emptyDir !== undefined || hostPath !== undefined);
  return {
    containers: spec.containers.map(requestsOf),
    ...some('nodeName', nodeName),
    ...some('priority', priority),
    ...some('resources', resources),
    ...some('overhead', overhead),
    ...some('terminationGracePeriodSeconds', terminationGracePeriodSeconds),
    ...some('initContainers', initContainers?.map(requestsOf)),
    ...(local.length === 0 ? {} : { volumes: local }),
  };
}

function requestsOf({ name, ports, resources, restartPolicy }: Container): Container {
  const used = (ports ?? []).filter(({ hostPort = 0 }) => hostPort > 0);
  return {
    name,
    ...(used.length === 0 ? {} : { ports: used }),
    ...(resources?.requests === undefined ? {} : { resources: { requests: resources.requests } }),
    ...some('restartPolicy', restartPolicy),
  };
}

function some<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: T });
}
