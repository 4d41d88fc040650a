// What a node may be. Models kubernetes pkg/apis/core/validation (ValidateNode, ValidateNodeUpdate).

import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { CIDR_TEXT, parseCidr } from '../../../schema/ip.ts';
import { labelValueErrors, qualifiedNameErrors } from '../../../schema/names.ts';
import type { Node, Taint } from '../../types/core-v1.ts';
import { validateResourceValue } from './pod-validation/resources.ts';
import { TAINT_EFFECTS } from './pod-validation/scheduling.ts';
import { addEach } from './pod-validation/scope.ts';

/** Upstream tells errors of taints at this path, though they are in the spec. */
const TAINTS_PATH = 'metadata.taints';

function validateTaints(taints: readonly Taint[] | undefined, errors: FieldError[]): void {
  const seen = new Set<string>();
  (taints ?? []).forEach((taint, index) => {
    const at = `${TAINTS_PATH}[${index}]`;
    const { key = '', value = '', effect = '' } = taint;
    addEach(errors, `${at}.key`, key, qualifiedNameErrors(key));
    const texts = labelValueErrors(value);
    if (texts.length > 0) errors.push(invalid(`${at}.value`, value, texts.join(';')));
    if (effect === '') errors.push(required(`${at}.effect`));
    else if (!TAINT_EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, TAINT_EFFECTS));
    const pair = `${effect}/${key}`;
    if (seen.has(pair)) {
      // The value is printed with the names of upstream's internal type.
      const error = duplicate(at, { Key: key, Value: value, Effect: effect, TimeAdded: taint.timeAdded ?? null });
      errors.push({ ...error, message: `${error.message}: taints must be unique by key and effect pair` });
    }
    seen.add(pair);
  });
}

function validateResources({ status }: Node, errors: FieldError[]): void {
  for (const key of ['capacity', 'allocatable'] as const) {
    for (const [name, value] of Object.entries(status?.[key] ?? {})) {
      validateResourceValue(name, value, `status.${key}.${name}`, errors);
    }
  }
}

function validatePodCidrs(ranges: readonly string[] | undefined, errors: FieldError[]): void {
  if (ranges === undefined || ranges.length === 0) return;
  const families = new Set<number>();
  ranges.forEach((range, index) => {
    const parsed = parseCidr(range);
    if (parsed === undefined) errors.push(invalid(`spec.podCIDRs[${index}]`, range, CIDR_TEXT));
    else families.add(parsed.ip.family);
  });
  if (ranges.length > 1 && (families.size !== 2 || ranges.length > 2)) {
    errors.push(invalid('spec.podCIDRs', ranges, 'may specify no more than one CIDR for each IP family'));
  }
}

export function validateNode(node: Node): FieldError[] {
  const errors: FieldError[] = [];
  validateTaints(node.spec?.taints, errors);
  validateResources(node, errors);
  validatePodCidrs(node.spec?.podCIDRs, errors);
  return errors;
}

/** What may change, in the node itself and through its status. */
export function validateNodeChange(node: Node, old: Node): FieldError[] {
  const errors: FieldError[] = [];
  validateResources(node, errors);
  const seen = new Set<string>();
  (node.status?.addresses ?? []).forEach(({ type = '', address = '' }, index) => {
    const key = `${type}/${address}`;
    if (seen.has(key)) errors.push(duplicate(`status.addresses[${index}]`, { Type: type, Address: address }));
    seen.add(key);
  });
  const ranges = node.spec?.podCIDRs ?? [];
  const before = old.spec?.podCIDRs ?? [];
  if (before.length > 0) {
    const changed = before.filter((range, index) => range !== ranges[index]).length;
    const count = before.length === ranges.length ? changed : 1;
    for (let i = 0; i < count; i++) {
      errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
    }
  }
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID) {
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  validateTaints(node.spec?.taints, errors);
  if ((old.spec?.externalID ?? '') !== (node.spec?.externalID ?? '')) {
    errors.push(forbidden('spec.externalID', 'may not be updated'));
  }
  return errors;
}
