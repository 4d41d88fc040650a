// The requests and limits that a LimitRange gives to containers that name none, and the annotation that tells of them.
// Models mergePodResourceRequirements of kubernetes plugin/pkg/admission/limitranger.

import type { ResourceList } from '../../../api/core/v1/resource-lists.ts';
import type { Container, LimitRange, Pod } from '../../../api/types/core-v1.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

interface Defaults {
  readonly requests: ResourceList;
  readonly limits: ResourceList;
}

/** In place. */
export function defaultContainers(pod: Pod, { spec }: LimitRange): void {
  const defaults: Defaults = { requests: {}, limits: {} };
  for (const item of spec?.limits ?? []) {
    if (item.type !== 'Container') continue;
    Object.assign(defaults.requests, item.defaultRequest);
    Object.assign(defaults.limits, item.default);
  }
  const { containers = [], initContainers = [] } = pod.spec ?? { containers: [] };
  const set = [
    ...containers.flatMap((container) => defaultContainer(container, `container ${container.name}`, defaults)),
    ...initContainers.flatMap((container) => defaultContainer(container, `init container ${container.name}`, defaults)),
  ];
  if (set.length === 0) return;
  const text = `LimitRanger plugin set: ${set.join('; ')}`;
  pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: text };
}

function defaultContainer(container: Container, who: string, defaults: Defaults): string[] {
  return (['requests', 'limits'] as const).flatMap((which) => {
    const given = container.resources?.[which] ?? {};
    const missing = Object.keys(defaults[which]).filter((name) => !Object.hasOwn(given, name));
    if (missing.length === 0) return [];
    const added = Object.fromEntries(missing.map((name) => [name, defaults[which][name] ?? '0']));
    container.resources = { ...container.resources, [which]: { ...given, ...added } };
    return [`${missing.toSorted().join(', ')} ${which === 'requests' ? 'request' : 'limit'} for ${who}`];
  });
}
