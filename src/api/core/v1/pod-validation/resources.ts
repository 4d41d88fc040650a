// Requests and limits of containers and of whole pods, and claims of devices.
// Models kubernetes pkg/apis/core/validation (validateResourceRequirements, validatePodResources, …).

import { own } from '../../../../lib/json.ts';
import type { FieldError } from '../../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notFound, notSupported, required } from '../../../../schema/field-error.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors, qualifiedNameErrors } from '../../../../schema/names.ts';
import { compareQuantity, formatQuantity, parseQuantity } from '../../../../schema/quantity.ts';
import type { PodResourceClaim, ResourceClaim, ResourceRequirements } from '../../../types/core-v1.ts';
import type { ResourceList } from '../resource-lists.ts';
import {
  aggregateContainers,
  isHugePages,
  isNativeResource,
  isOvercommitAllowed,
  isPlainlyWhole,
  isPodLevelResource,
  quantityIn,
} from '../resource-lists.ts';
import type { Scope } from './scope.ts';
import { addEach } from './scope.ts';

const CONTAINER_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const COUNTED: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);
const STANDARD: ReadonlySet<string> = new Set([
  ...CONTAINER_RESOURCES,
  ...COUNTED,
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]);
const POD_RESOURCES = ['cpu', 'hugepages-', 'memory'];
const CPU_OR_MEMORY = ['cpu', 'memory'];

function isExtended(name: string): boolean {
  return (
    !isNativeResource(name) && !name.startsWith('requests.') && qualifiedNameErrors(`requests.${name}`).length === 0
  );
}

/** A name that is well-formed and, without a domain, one that is known. */
export function validateResourceName(name: string, field: string, errors: FieldError[]): void {
  const texts = qualifiedNameErrors(name);
  addEach(errors, field, name, texts);
  if (texts.length === 0 && !name.includes('/') && !STANDARD.has(name) && !isQuotaHugePages(name)) {
    errors.push(invalid(field, name, 'must be a standard resource type or fully qualified'));
  }
}

function isQuotaHugePages(name: string): boolean {
  return isHugePages(name) || name.startsWith('requests.hugepages-');
}

/** A resource that a quota may count, without a domain. */
export function isQuotaResource(name: string): boolean {
  return (STANDARD.has(name) && name !== 'storage') || isQuotaHugePages(name);
}

export function validateContainerResourceName(name: string, field: string, errors: FieldError[]): void {
  if (CONTAINER_RESOURCES.has(name)) return;
  const texts = qualifiedNameErrors(name);
  addEach(errors, field, name, texts);
  if (name.includes('/')) {
    if (!isNativeResource(name) && !isExtended(name)) {
      errors.push(invalid(field, name, "doesn't follow extended resource name standard"));
    }
    return;
  }
  if (isHugePages(name)) return;
  if (texts.length === 0 && !STANDARD.has(name)) {
    errors.push(invalid(field, name, 'must be a standard resource type or fully qualified'));
  }
  errors.push(invalid(field, name, 'must be a standard resource for containers'));
}

function validatePodResourceName(name: string, field: string, errors: FieldError[]): void {
  if (!isPodLevelResource(name)) errors.push(notSupported(field, name, POD_RESOURCES));
}

/** Not negative, and whole where parts make no sense. */
export function validateResourceValue(name: string, value: string | number, field: string, errors: FieldError[]): void {
  if (isPlainlyWhole(value)) return;
  const { nano } = quantityIn(value);
  if (nano < 0n) errors.push(invalid(field, String(value), 'must be greater than or equal to 0'));
  if (nano % 1_000_000_000n !== 0n && (COUNTED.has(name) || isExtended(name))) {
    errors.push(invalid(field, String(value), 'must be an integer'));
  }
}

function validateHugePages(name: string, value: string | number, field: string, errors: FieldError[]): void {
  const size = parseQuantity(name.slice('hugepages-'.length));
  if (!size.ok || size.quantity.nano <= 0n) return;
  if (quantityIn(value).nano % size.quantity.nano === 0n) return;
  errors.push(invalid(field, String(value), `${value} is not positive integer multiple of ${name}`));
}

function validateAgainstLimit(
  name: string,
  value: string | number,
  limits: ResourceList,
  path: string,
  errors: FieldError[],
): void {
  const limit = own(limits, name);
  if (limit === undefined) {
    if (isOvercommitAllowed(name)) return;
    errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    return;
  }
  if (value === limit) return;
  const order = compareQuantity(quantityIn(value), quantityIn(limit));
  const field = `${path}.requests`;
  if (order !== 0 && !isOvercommitAllowed(name)) {
    errors.push(invalid(field, String(value), `must be equal to ${name} limit of ${limit}`));
  } else if (order > 0) {
    errors.push(invalid(field, String(value), `must be less than or equal to ${name} limit of ${limit}`));
  }
}

function validateRequirements(
  { requests = {}, limits = {} }: ResourceRequirements,
  checkName: (name: string, field: string, errors: FieldError[]) => void,
  path: string,
  errors: FieldError[],
): void {
  for (const [key, list] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const name in list) {
      const value = list[name] ?? '0';
      const field = `${path}.${key}[${name}]`;
      checkName(name, field, errors);
      validateResourceValue(name, value, field, errors);
      if (key === 'requests') validateAgainstLimit(name, value, limits, path, errors);
      if (isHugePages(name)) validateHugePages(name, value, field, errors);
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some((name) => CPU_OR_MEMORY.includes(name))) {
    errors.push(forbidden(path, 'HugePages require cpu or memory'));
  }
}

function validateClaims(claims: readonly ResourceClaim[], path: string, { claimNames, errors }: Scope): void {
  const seen = new Set<string>();
  claims.forEach((claim, index) => {
    const name = claim.name ?? '';
    if (name === '') return void errors.push(required(`${path}[${index}]`));
    const key = claim.request ? `${name}/${claim.request}` : name;
    if (seen.has(key)) errors.push(duplicate(`${path}[${index}]`, key));
    seen.add(key);
    if (claimNames.has(name)) return;
    const known = claimNames.size === 0 ? ' which is empty' : `: ${[...claimNames].sort().join(', ')}`;
    const error = notFound(`${path}[${index}]`, name);
    errors.push({ ...error, message: `${error.message}: must be one of the names in pod.spec.resourceClaims${known}` });
  });
}

export function validateContainerResources(
  resources: ResourceRequirements | undefined,
  path: string,
  scope: Scope,
): void {
  if (resources === undefined) return;
  if (resources.limits !== undefined || resources.requests !== undefined) {
    validateRequirements(resources, validateContainerResourceName, path, scope.errors);
  }
  if (resources.claims !== undefined) validateClaims(resources.claims, `${path}.claims`, scope);
}

export function validateOverhead(overhead: ResourceList | undefined, path: string, { errors }: Scope): void {
  if (overhead !== undefined) validateOverheadList(overhead, path, errors);
}

/** What a pod costs beyond its containers, in a pod and in its class of runtime. */
export function validateOverheadList(overhead: ResourceList, path: string, errors: FieldError[]): void {
  validateRequirements({ limits: overhead }, validateContainerResourceName, path, errors);
}

/** Resources of the pod as a whole: no less than its containers ask for together. */
export function validatePodResources(path: string, { spec, errors }: Scope): void {
  const resources = spec.resources;
  if (resources === undefined) return;
  if (resources.claims !== undefined) {
    errors.push(forbidden(`${path}.claims`, 'claims cannot be set for Resources at pod-level'));
  }
  validateRequirements(resources, validatePodResourceName, path, errors);
  const { requests = {}, limits = {} } = resources;
  for (const [name, sum] of aggregateContainers(spec, 'requests')) {
    const value = requests[name] ?? '0';
    if (!isPodLevelResource(name) || compareQuantity(sum, quantityIn(value)) <= 0) continue;
    const why = `must be greater than or equal to aggregate container requests of ${formatQuantity(sum)}`;
    errors.push(invalid(`${path}.requests[${name}]`, String(value), why));
  }
  (spec.containers ?? []).forEach((container, index) => {
    for (const [name, value] of Object.entries(container.resources?.limits ?? {})) {
      const limit = own(limits, name);
      if (limit === undefined || compareQuantity(quantityIn(value), quantityIn(limit)) <= 0) continue;
      const field = `${path}.containers[${index}][${name}].limits`;
      errors.push(invalid(field, String(value), `must be less than or equal to pod limits of ${limit}`));
    }
  });
}

export function validatePodClaims(claims: readonly PodResourceClaim[], path: string, { errors }: Scope): void {
  const seen = new Set<string>();
  claims.forEach((claim, index) => {
    const at = `${path}[${index}]`;
    const { name = '', resourceClaimName, resourceClaimTemplateName } = claim;
    if (name === '') errors.push(required(`${at}.name`));
    else if (seen.has(name)) errors.push(duplicate(`${at}.name`, name));
    else addEach(errors, `${at}.name`, name, dns1123LabelErrors(name));
    seen.add(name);
    // The value is printed with the names of upstream's internal type.
    const value = {
      Name: name,
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    const count = (resourceClaimName === undefined ? 0 : 1) + (resourceClaimTemplateName === undefined ? 0 : 1);
    if (count === 2) {
      errors.push(
        invalid(at, value, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'),
      );
    }
    if (count === 0) {
      errors.push(invalid(at, value, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    }
    for (const key of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const text = claim[key];
      if (text !== undefined) addEach(errors, `${at}.${key}`, text, dns1123SubdomainErrors(text));
    }
  });
}
