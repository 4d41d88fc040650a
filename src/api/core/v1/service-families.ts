// Address families of a Service, on a cluster that has IPv4 alone.
// Models initIPFamilyFields of kubernetes pkg/registry/core/service/storage/alloc.go and
// ValidateServiceClusterIPsRelatedFields of pkg/apis/core/validation.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required } from '../../../schema/field-error.ts';
import type { ServiceSpec } from '../../types/core-v1.ts';
import { validateLegacyIp } from '../../validation/ip.ts';
import { isHeadless } from './service-rules.ts';

const FAMILIES = ['IPv4', 'IPv6'] as const;
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

function familyOf(ip: string): 'IPv4' | 'IPv6' {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}

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

/** Fills in ipFamilies and ipFamilyPolicy, in place, or says why it cannot. Running it again changes nothing. */
export function resolveFamilies(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const errors = validateClusterIps(spec);
  if (errors.length > 0) return errors;

  const ips = spec.clusterIPs ?? [];
  if (spec.ipFamilyPolicy === 'SingleStack') {
    const why = (what: string): string =>
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
    if (ips.length === 2) errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, why('cluster IPs')));
    if (spec.ipFamilies?.length === 2)
      errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, why('IP families')));
  }
  const families = [...(spec.ipFamilies ?? [])];
  if (!isHeadless(spec)) {
    ips.slice(families.length).forEach((ip) => {
      if (familyOf(ip) === 'IPv4') families.push('IPv4');
      else {
        const index = ips.indexOf(ip);
        errors.push(invalid(`spec.clusterIPs[${index}]`, ips, 'IPv6 is not configured on this cluster'));
      }
    });
  }
  if (errors.length > 0) return errors;

  // Without a selector nobody but the owner of its endpoints knows: such a Service may have both families anywhere.
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0) {
    spec.ipFamilyPolicy ??= 'RequireDualStack';
    if (families.length === 0) families.push('IPv4');
    if (families.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
      families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
    }
    spec.ipFamilies = families;
    return [];
  }

  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    const why = 'this cluster is not configured for dual-stack services';
    return [invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, why)];
  }
  families.forEach((family, index) => {
    if (family !== 'IPv4') errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  });
  if (errors.length > 0) return errors;
  spec.ipFamilyPolicy ??= 'SingleStack';
  spec.ipFamilies = families.length === 0 ? ['IPv4'] : families;
  return [];
}
