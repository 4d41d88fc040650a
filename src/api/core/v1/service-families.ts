// Address families of a Service, on a cluster that has IPv4 alone.
// Models initIPFamilyFields of kubernetes pkg/registry/core/service/storage/alloc.go and
// ValidateServiceClusterIPsRelatedFields of pkg/apis/core/validation.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required } from '../../../schema/field-error.ts';
import type { ServiceSpec } from '../../types/core-v1.ts';
import { familyOf } from '../../networking/v1/service-range.ts';
import { validateLegacyIp } from '../../validation/ip.ts';
import { isHeadless } from './service-rules.ts';

const FAMILIES = ['IPv4', 'IPv6'] as const;
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy must fit each other. */
export function validateClusterIps(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const errors: FieldError[] = [];
  const ips = spec.clusterIPs ?? [];
  if ((spec.clusterIP ?? '') === '') {
    if (ips.length > 0) errors.push(invalid('spec.clusterIPs', ips, 'must be empty when `clusterIP` is not specified'));
  } else if (ips.length === 0) errors.push(required('spec.clusterIPs'));
  else if (ips[0] !== spec.clusterIP)
    errors.push(invalid('spec.clusterIPs', ips, 'first value must match `clusterIP`'));

  const seen = new Set<string>();
  (spec.ipFamilies ?? []).forEach((family, index) => {
    const field = `spec.ipFamilies[${index}]`;
    if (!(FAMILIES as readonly string[]).includes(family)) errors.push(notSupported(field, family, FAMILIES));
    if (seen.has(family)) errors.push(duplicate(field, family));
    seen.add(family);
  });
  if (spec.ipFamilyPolicy !== undefined && !POLICIES.includes(spec.ipFamilyPolicy)) {
    errors.push(notSupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, POLICIES));
  }
  const before = errors.length;
  ips.forEach((ip, index) => {
    if (index > 0 || ip !== 'None') append(errors, validateLegacyIp(ip, `spec.clusterIPs[${index}]`));
    else if (ips.length > 1) errors.push(invalid('spec.clusterIPs', ips, "'None' must be the first and only value"));
  });
  const malformed = errors.length > before;
  if (ips.length > 2) errors.push(invalid('spec.clusterIPs', ips, 'may only hold up to 2 values'));
  if (malformed) return errors;
  if (ips.length > 1 && new Set(ips.map(familyOf)).size < ips.length) {
    errors.push(invalid('spec.clusterIPs', ips, 'may specify no more than one IP for each IP family'));
  }
  if (errors.length > 0 || isHeadless(spec)) return errors;
  ips.forEach((ip, index) => {
    const family = spec.ipFamilies?.[index];
    if (family === undefined || family === familyOf(ip)) return;
    const article = family === 'IPv4' ? 'an IPv4' : 'an IPv6';
    errors.push(
      invalid(`spec.clusterIPs[${index}]`, ip, `expected ${article} value as indicated by \`ipFamilies[${index}]\``),
    );
  });
  return errors;
}

/** Fills in ipFamilies and ipFamilyPolicy, in place, or says why it cannot. `old` is the Service before the change, if any. */
export function resolveFamilies(spec: ServiceSpec, old: ServiceSpec | undefined): FieldError[] {
  if (spec.type === 'ExternalName' || staysAsItWas(spec, old)) return [];
  const free = isFree(spec);
  // Who leaves the policy out of an update means the old one. Else nothing becomes dual-stack that does not ask for it.
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (free ? 'RequireDualStack' : 'SingleStack');
  const malformed = validateClusterIps(spec);
  if (malformed.length > 0) return malformed;

  const errors = old === undefined ? [] : shrink(spec, old);
  append(errors, policyErrors(spec));
  const families = [...(spec.ipFamilies ?? [])];
  if (!isHeadless(spec)) append(errors, inferFamilies(spec.clusterIPs ?? [], families));
  if (errors.length > 0) return errors;
  if (free) {
    if (families.length === 0) families.push('IPv4');
    if (families.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
      families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
    }
    spec.ipFamilies = families;
    return [];
  }

  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    const why = 'this cluster is not configured for dual-stack services';
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, why));
  }
  families.forEach((family, index) => {
    if (family !== 'IPv4') errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  });
  if (errors.length === 0) spec.ipFamilies = families.length === 0 ? ['IPv4'] : families;
  return errors;
}

/** Without a selector nobody but the owner of its endpoints knows: such a headless Service may have both families anywhere. */
function isFree(spec: ServiceSpec): boolean {
  return spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
}

/** A Service that prefers both families neither gains nor loses one by a change of something else. */
function staysAsItWas(spec: ServiceSpec, old: ServiceSpec | undefined): boolean {
  if (old === undefined || old.type !== spec.type || spec.ipFamilyPolicy !== 'PreferDualStack') return false;
  if ((old.ipFamilyPolicy ?? 'PreferDualStack') !== 'PreferDualStack') return false;
  return sameTexts(spec.clusterIPs, old.clusterIPs) && sameTexts(spec.ipFamilies, old.ipFamilies);
}

/** What an update gives up: SingleStack cuts what it did not change; any other policy must keep what there was. */
function shrink(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const fewer = (now: readonly string[] = [], before: readonly string[] = []): boolean =>
    now.length > 0 && now.length < before.length;
  if (spec.ipFamilyPolicy === 'SingleStack') {
    const { clusterIPs = [], ipFamilies = [] } = spec;
    if (clusterIPs.length > 1 && sameTexts(clusterIPs, old.clusterIPs)) spec.clusterIPs = clusterIPs.slice(0, 1);
    if (ipFamilies.length > 1 && sameTexts(ipFamilies, old.ipFamilies)) spec.ipFamilies = ipFamilies.slice(0, 1);
    return [];
  }
  const refusal = (what: string): FieldError =>
    invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`);
  return [
    ...(fewer(spec.clusterIPs, old.clusterIPs) ? [refusal('cluster IP')] : []),
    ...(fewer(spec.ipFamilies, old.ipFamilies) ? [refusal('IP family')] : []),
  ];
}

function policyErrors({ ipFamilyPolicy, clusterIPs = [], ipFamilies = [] }: ServiceSpec): FieldError[] {
  if (ipFamilyPolicy !== 'SingleStack') return [];
  const refusal = (what: string): FieldError => {
    const why = `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
    return invalid('spec.ipFamilyPolicy', ipFamilyPolicy, why);
  };
  return [
    ...(clusterIPs.length === 2 ? [refusal('cluster IPs')] : []),
    ...(ipFamilies.length === 2 ? [refusal('IP families')] : []),
  ];
}

/** An address says its family where ipFamilies does not. */
function inferFamilies(ips: readonly string[], families: string[]): FieldError[] {
  const errors: FieldError[] = [];
  ips.forEach((ip, index) => {
    if (index < families.length) return;
    if (familyOf(ip) === 'IPv4') families.push('IPv4');
    else errors.push(invalid(`spec.clusterIPs[${index}]`, ips, 'IPv6 is not configured on this cluster'));
  });
  return errors;
}

function sameTexts(left: readonly string[] = [], right: readonly string[] = []): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}
