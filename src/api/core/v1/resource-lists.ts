// Lists of resources (`cpu`, `memory`, …): their canonical texts and their sums over the containers of a pod.
// Models kubernetes staging/src/k8s.io/component-helpers/resource/helpers.go and pkg/apis/core/helper.

import type { Quantity } from '../../../schema/quantity.ts';
import {
  addQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  roundUpQuantity,
} from '../../../schema/quantity.ts';
import type { Container, PodSpec } from '../../types/core-v1.ts';

export type ResourceList = Record<string, string | number>;
type Sums = Map<string, Quantity>;

/** Texts that are canonical and positive as they stand; most are. */
const CANONICAL = /^[1-9][0-9]{0,9}(?:m|[kMGT]|[KMGT]i)?$/;

/** A positive whole number of units; false may also mean that only parsing can tell. */
export function isPlainlyWhole(value: string | number): boolean {
  return typeof value === 'string' && CANONICAL.test(value) && !value.endsWith('m');
}

/** Quantities as they are served, rounded up to thousandths. What is no quantity is left for validation. */
export function canonicalResources(list: ResourceList): void {
  for (const name of Object.keys(list)) {
    const value = list[name];
    if (value === undefined || (typeof value === 'string' && CANONICAL.test(value))) continue;
    const parsed = parseQuantity(value);
    if (!parsed.ok) continue;
    const rounded = roundUpQuantity(parsed.quantity, -3);
    list[name] = rounded === parsed.quantity ? parsed.text : formatQuantity(rounded);
  }
}

/** The quantity of a value that decoding has accepted; zero for one that is not well-formed. */
export function quantityIn(value: string | number | undefined): Quantity {
  const parsed = parseQuantity(value ?? '0');
  return parsed.ok ? parsed.quantity : { nano: 0n, format: 'DecimalSI' };
}

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** Unprefixed, or in a domain of Kubernetes. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Whether a limit may be above the request. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

/** The resources that a pod may name for all its containers together. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name);
}

function add(sums: Sums, list: ResourceList | undefined): void {
  for (const name in list) {
    const old = sums.get(name);
    const value = quantityIn(list[name]);
    sums.set(name, old === undefined ? value : addQuantity(old, value));
  }
}

function raise(sums: Sums, other: Sums): void {
  for (const [name, value] of other) {
    const old = sums.get(name);
    if (old === undefined || compareQuantity(value, old) > 0) sums.set(name, value);
  }
}

/**
 * What the containers need together: the sum of all that run at once, or the most that initialisation needs.
 * Sidecars (init containers that restart always) run beside both.
 */
export function aggregateContainers(spec: PodSpec, which: 'requests' | 'limits'): Sums {
  const total: Sums = new Map();
  for (const container of spec.containers ?? []) add(total, container.resources?.[which]);
  const sidecars: Sums = new Map();
  const most: Sums = new Map();
  for (const container of spec.initContainers ?? []) {
    const list = container.resources?.[which];
    const now: Sums = new Map();
    if (container.restartPolicy === 'Always') {
      add(total, list);
      add(sidecars, list);
    } else {
      add(now, list);
    }
    for (const [name, value] of sidecars) {
      const old = now.get(name);
      now.set(name, old === undefined ? value : addQuantity(old, value));
    }
    raise(most, now);
  }
  raise(total, most);
  return total;
}

/** A request that is not named is the limit. */
export function defaultContainerRequests(container: Container): void {
  const limits = container.resources?.limits;
  if (limits === undefined || container.resources === undefined) return;
  const requests = (container.resources.requests ??= {});
  for (const [name, value] of Object.entries(limits)) if (!Object.hasOwn(requests, name)) requests[name] = value;
}

/** Fills in the pod's own resources from those of its containers, where the pod names some. */
export function defaultPodResources(spec: PodSpec): void {
  const resources = spec.resources;
  if (resources === undefined) return;
  const { requests = {}, limits = {} } = resources;
  if (Object.keys(requests).length === 0 && Object.keys(limits).length === 0) return;

  const containerLimits = aggregateContainers(spec, 'limits');
  for (const [name, value] of containerLimits) {
    if (isHugePages(name) && requests[name] === undefined) limits[name] ??= formatQuantity(value);
  }
  if (Object.keys(limits).length > 0) {
    for (const [name, value] of aggregateContainers(spec, 'requests')) {
      if (isPodLevelResource(name) && isOvercommitAllowed(name)) requests[name] ??= formatQuantity(value);
    }
    for (const [name, value] of Object.entries(limits)) if (isPodLevelResource(name)) requests[name] ??= value;
  }
  if (Object.keys(requests).length > 0) resources.requests = requests;
  if (Object.keys(limits).length > 0) resources.limits = limits;
}
