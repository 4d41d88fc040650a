// Pods, and the resources that they ask for while they live.
// Models kubernetes pkg/quota/v1/evaluator/core/pods.go.

import { qosClass } from '../core/v1/pod-qos.ts';
import { podResources } from '../core/v1/pod-resources.ts';
import { isHugePages, isNativeResource } from '../core/v1/resource-lists.ts';
import type { KubeObject } from '../object.ts';
import type { Affinity, Container, Pod, PodAffinityTerm, ScopedResourceSelectorRequirement } from '../types/core-v1.ts';
import type { Quantity } from '../../schema/quantity.ts';
import type { Amounts } from './amounts.ts';
import { sameAmounts, sum, whole } from './amounts.ts';
import type { Evaluator } from './evaluator.ts';
import { fits } from './evaluator.ts';

const COUNT = 'count/pods';
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const NAMES = [COUNT, 'pods', ...COMPUTE, ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`])];
/** Each container must name these where a quota limits them. */
const NAMED_BY_EACH = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];
const REQUESTS = 'requests.';

function matching(given: readonly string[]): string[] {
  return given.filter(
    (name) => NAMES.includes(name) || isHugePages(name) || name.startsWith('requests.hugepages-') || isExtended(name),
  );
}

/** `requests.example.com/gpu` */
function isExtended(name: string): boolean {
  return name.startsWith(REQUESTS) && name.includes('/') && !isNativeResource(name.slice(REQUESTS.length));
}

/** Ended pods count as objects alone; so does one that should be gone. */
function isLive({ status }: Pod, end: number | undefined, now: number): boolean {
  return status?.phase !== 'Failed' && status?.phase !== 'Succeeded' && (end === undefined || now <= end);
}

function expires({ metadata }: KubeObject): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return undefined;
  return Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function charged(requests: Amounts, limits: Amounts): Amounts {
  const result = new Map<string, Quantity>([['pods', whole(1)]]);
  for (const [name, amount] of requests) {
    if (COMPUTE.includes(name) || isHugePages(name)) {
      result.set(name, amount);
      result.set(REQUESTS + name, amount);
    } else if (!isNativeResource(name)) result.set(REQUESTS + name, amount);
  }
  for (const name of COMPUTE) {
    const amount = limits.get(name);
    if (amount !== undefined) result.set(`limits.${name}`, amount);
  }
  return result;
}

function usage(object: KubeObject, now: number): Amounts {
  const pod = object as Pod;
  const count = new Map([[COUNT, whole(1)]]);
  if (!isLive(pod, expires(pod), now)) return count;
  return sum(count, charged(podResources(pod, 'requests'), podResources(pod, 'limits')));
}

function lacks(names: readonly string[], object: KubeObject): string | undefined {
  const { containers = [], initContainers = [], resources } = (object as Pod).spec ?? { containers: [] };
  const required = names.filter((name) => NAMED_BY_EACH.includes(name));
  const forAll = { ...resources?.requests, ...resources?.limits };
  if (required.length === 0 || Object.keys(forAll).length > 0) return undefined;
  const missing = required.toSorted().flatMap((name) => {
    const without = [...containers, ...initContainers].filter((container) => !namesIt(container, name));
    const containersText = [...new Set(without.map((container) => container.name))].toSorted().join(',');
    return without.length === 0 ? [] : [`${name} for: ${containersText}`];
  });
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`;
}

function namesIt({ resources }: Container, name: string): boolean {
  const [list, resource] = name.startsWith('limits.')
    ? [resources?.limits, name.slice('limits.'.length)]
    : [resources?.requests, name.replace(REQUESTS, '')];
  return list !== undefined && Object.hasOwn(list, resource);
}

function isInScope(scope: ScopedResourceSelectorRequirement, object: KubeObject): boolean {
  const { spec } = object as Pod;
  if (spec === undefined) return false;
  const { activeDeadlineSeconds, priorityClassName = '', affinity } = spec;
  switch (scope.scopeName) {
    case 'Terminating':
      return activeDeadlineSeconds !== undefined && activeDeadlineSeconds >= 0;
    case 'NotTerminating':
      return activeDeadlineSeconds === undefined || activeDeadlineSeconds < 0;
    case 'BestEffort':
      return qosClass(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(spec) !== 'BestEffort';
    case 'PriorityClass':
      return fits(scope, priorityClassName === '' ? [] : [priorityClassName]);
    case 'CrossNamespacePodAffinity':
      return affinityTerms(affinity).some(
        ({ namespaces, namespaceSelector }) => namespaces?.length || namespaceSelector,
      );
    default:
      return false;
  }
}

function affinityTerms(affinity: Affinity | undefined): PodAffinityTerm[] {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((side) => [
    ...(side?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
}

export const podEvaluator: Evaluator = {
  charges: (operation, subresource) =>
    subresource === '' ? operation === 'CREATE' : subresource === 'resize' && operation === 'UPDATE',
  matching,
  isInScope,
  lacks,
  usage,
  releases: (object, old, now) => !sameAmounts(usage(object, now), usage(old, now)),
  expires,
};
