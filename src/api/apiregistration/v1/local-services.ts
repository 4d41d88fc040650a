// The APIServices of what the cluster itself answers: the groups that are built in, and those of custom resources.
// Models kubernetes pkg/controlplane/apiserver/aggregator.go and pkg/controlplane/controller/crdregistration.

import type { Draft } from '../../object.ts';
import type { CustomResourceDefinition } from '../../types/apiextensions-v1.ts';
import type { APIService } from '../../types/apiregistration-v1.ts';

/** A label: `onstart` for what is made once, `true` for what is kept. */
export const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';

type Row = readonly [group: string, groupPriority: number, version: string, versionPriority: number];

const BUILT_IN: readonly Row[] = [
  ['', 18_000, 'v1', 1],
  ['apps', 17_800, 'v1', 15],
  ['events.k8s.io', 17_750, 'v1', 15],
  ['authentication.k8s.io', 17_700, 'v1', 15],
  ['authorization.k8s.io', 17_600, 'v1', 15],
  ['autoscaling', 17_500, 'v1', 15],
  ['autoscaling', 17_500, 'v2', 30],
  ['batch', 17_400, 'v1', 15],
  ['certificates.k8s.io', 17_300, 'v1', 15],
  ['networking.k8s.io', 17_200, 'v1', 15],
  ['policy', 17_100, 'v1', 15],
  ['rbac.authorization.k8s.io', 17_000, 'v1', 15],
  ['storage.k8s.io', 16_800, 'v1', 15],
  ['admissionregistration.k8s.io', 16_700, 'v1', 15],
  ['apiextensions.k8s.io', 16_700, 'v1', 15],
  ['scheduling.k8s.io', 16_600, 'v1', 15],
  ['coordination.k8s.io', 16_500, 'v1', 15],
  ['node.k8s.io', 16_300, 'v1', 15],
  ['discovery.k8s.io', 16_200, 'v1', 15],
  ['flowcontrol.apiserver.k8s.io', 16_100, 'v1', 21],
  ['resource.k8s.io', 15_900, 'v1', 15],
];
const CUSTOM_PRIORITIES = [1000, 100] as const;

export function builtInServices(): Array<Draft<APIService>> {
  return BUILT_IN.map(([group, groupPriority, version, versionPriority]) =>
    service(group, version, groupPriority, versionPriority, 'onstart'),
  );
}

/** Names of the APIServices of a definition's served versions. */
export function namesOf({ spec }: CustomResourceDefinition): string[] {
  return spec.versions.map(({ name }) => `${name}.${spec.group}`);
}

/** Undefined: no definition serves this. */
export function customService(
  name: string,
  definitions: readonly CustomResourceDefinition[],
): Draft<APIService> | undefined {
  const [version = '', group = ''] = split(name);
  const serves = definitions.some(
    ({ spec, metadata }) =>
      metadata.deletionTimestamp === undefined &&
      spec.group === group &&
      spec.versions.some((one) => one.name === version && one.served),
  );
  const [groupPriority, versionPriority] = CUSTOM_PRIORITIES;
  return serves ? service(group, version, groupPriority, versionPriority, 'true') : undefined;
}

function split(name: string): [version: string, group: string] {
  const dot = name.indexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function service(
  group: string,
  version: string,
  groupPriorityMinimum: number,
  versionPriority: number,
  managed: string,
): Draft<APIService> {
  return {
    kind: 'APIService',
    apiVersion: 'apiregistration.k8s.io/v1',
    metadata: { name: `${version}.${group}`, labels: { [MANAGED]: managed } },
    spec: { ...(group === '' ? {} : { group }), version, groupPriorityMinimum, versionPriority },
  };
}
