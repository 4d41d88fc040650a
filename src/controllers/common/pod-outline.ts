// What the owners of many pods, and Services, look at: a small part of each, which is remembered until the pod changes.
// A whole Pod can stand in its place.

import type { View } from '../../api/client.ts';
import type { Container, ContainerStatus, Pod, PodCondition, PodSpec, PodStatus } from '../../api/types/core-v1.ts';

export interface PodOutline {
  readonly metadata: Pick<
    Pod['metadata'],
    | 'name'
    | 'namespace'
    | 'uid'
    | 'labels'
    | 'annotations'
    | 'ownerReferences'
    | 'creationTimestamp'
    | 'deletionTimestamp'
  >;
  readonly spec?: Pick<PodSpec, 'nodeName' | 'hostname' | 'subdomain'> & {
    /** Those with ports. */
    readonly containers: ReadonlyArray<Pick<Container, 'name' | 'ports'>>;
    /** The sidecars. */
    readonly initContainers?: ReadonlyArray<Pick<Container, 'name' | 'ports' | 'restartPolicy'>>;
  };
  readonly status?: Pick<PodStatus, 'phase' | 'podIP' | 'podIPs'> & {
    /** `Ready` alone. */
    readonly conditions?: readonly PodCondition[];
    /** Those of containers that have been restarted. */
    readonly containerStatuses?: ReadonlyArray<Pick<ContainerStatus, 'name' | 'restartCount'>>;
    readonly initContainerStatuses?: ReadonlyArray<Pick<ContainerStatus, 'name' | 'restartCount'>>;
  };
}

/** The one annotation that an owner looks at. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

export const podOutline: View<'pods', PodOutline> = { resource: 'pods', of: outlineOf };

function outlineOf({ metadata, spec, status }: Pod): PodOutline {
  const { name, namespace, uid, labels, ownerReferences, creationTimestamp, deletionTimestamp } = metadata;
  const cost = metadata.annotations?.[DELETION_COST];
  return {
    metadata: {
      name,
      uid,
      creationTimestamp,
      ...some('namespace', namespace),
      ...some('labels', labels),
      ...(cost === undefined ? {} : { annotations: { [DELETION_COST]: cost } }),
      ...some('ownerReferences', ownerReferences),
      ...some('deletionTimestamp', deletionTimestamp),
    },
    ...(spec === undefined ? {} : { spec: specOf(spec) }),
    ...(status === undefined ? {} : { status: statusOf(status) }),
  };
}

function specOf({ nodeName, hostname, subdomain, containers, initContainers = [] }: PodSpec) {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return {
    containers: containers
      .filter(({ ports }) => ports !== undefined)
      .map(({ name, ports }) => ({ name, ...some('ports', ports) })),
    ...some('nodeName', nodeName),
    ...some('hostname', hostname),
    ...some('subdomain', subdomain),
    ...filled(
      'initContainers',
      sidecars.map(({ name, ports }) => ({ name, restartPolicy: 'Always', ...some('ports', ports) })),
    ),
  };
}

function statusOf({
  phase,
  podIP,
  podIPs,
  conditions = [],
  containerStatuses = [],
  initContainerStatuses = [],
}: PodStatus) {
  return {
    ...some('phase', phase),
    ...some('podIP', podIP),
    ...some('podIPs', podIPs),
    ...filled(
      'conditions',
      conditions.filter(({ type }) => type === 'Ready'),
    ),
    ...filled('containerStatuses', restarted(containerStatuses)),
    ...filled('initContainerStatuses', restarted(initContainerStatuses)),
  };
}

function restarted(statuses: readonly ContainerStatus[]) {
  return statuses
    .filter(({ restartCount }) => restartCount > 0)
    .map(({ name, restartCount }) => ({ name, restartCount }));
}

function some<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function filled<K extends string, V>(key: K, list: readonly V[]): { [P in K]?: readonly V[] } {
  return some(key, list.length === 0 ? undefined : list);
}
