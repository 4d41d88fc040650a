// Which requests a webhook or a policy is asked about: rules, selectors, conditions.
// Models kubernetes pkg/apis/admissionregistration/{v1,validation}.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required, tooMany } from '../../../schema/field-error.ts';
import { AdmissionCompiler } from '../../../schema/openapi-schema/cel/admission.ts';
import { qualifiedNameErrors } from '../../../schema/names.ts';
import type { MatchCondition, MatchResources } from '../../types/admissionregistration-v1.ts';
import { invalidEach, validateLabelSelector } from '../../validation/fields.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];
const MAX_CONDITIONS = 64;

/** The members of a rule; lists may be null. */
export interface AnyRule {
  readonly operations?: readonly string[] | null;
  readonly apiGroups?: readonly string[] | null;
  readonly apiVersions?: readonly string[] | null;
  readonly resources?: readonly string[] | null;
  readonly resourceNames?: readonly string[];
  scope?: string;
}

/** A value that must be there and be one of `choices`. */
export function validateChoice(value: string | undefined, choices: readonly string[], field: string): FieldError[] {
  if (value === undefined) return [required(field)];
  return choices.includes(value) ? [] : [notSupported(field, value, choices)];
}

function validateList(given: readonly string[] | null | undefined, field: string, what: string): FieldError[] {
  const list = given ?? [];
  if (list.length === 0) return [required(field)];
  if (list.length === 1 || !list.includes('*')) return [];
  return [invalid(field, list, `if '*' is present, must not specify other ${what}`)];
}

function validateResources(given: readonly string[] | null | undefined, field: string): FieldError[] {
  const list = given ?? [];
  if (list.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  /** Resources all of whose subresources are meant, and subresources that are meant of all resources. */
  const resources = new Set<string>();
  const subresources = new Set<string>();
  let plain = false;
  list.forEach((item, index) => {
    if (item === '') errors.push(required(`${field}[${index}]`));
    const slash = item.indexOf('/');
    if (slash < 0) {
      plain ||= item !== '*';
      return;
    }
    const resource = item.slice(0, slash);
    const subresource = item.slice(slash + 1);
    const clash = (other: string): void => {
      errors.push(invalid(`${field}[${index}]`, item, `if '${other}' is present, must not specify ${item}`));
    };
    if (resources.has(resource)) clash(`${resource}/*`);
    if (subresources.has(subresource)) clash(`*/${subresource}`);
    if (subresource === '*') resources.add(resource);
    if (resource === '*') subresources.add(subresource);
  });
  if (list.length > 1 && list.includes('*/*')) {
    errors.push(invalid(field, list, "if '*/*' is present, must not specify other resources"));
  }
  if (list.includes('*') && plain) {
    const why = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalid(field, list, why));
  }
  return errors;
}

export function validateRule(rule: AnyRule, field: string): FieldError[] {
  const { operations, apiVersions, scope } = rule;
  const errors = validateList(operations, `${field}.operations`, 'operations');
  (operations ?? []).forEach((operation, index) => {
    if (OPERATIONS.includes(operation)) return;
    errors.push(notSupported(`${field}.operations[${index}]`, operation, OPERATIONS));
  });
  append(errors, validateList(rule.apiGroups, `${field}.apiGroups`, 'API groups'));
  append(errors, validateList(apiVersions, `${field}.apiVersions`, 'API versions'));
  (apiVersions ?? []).forEach((version, index) => {
    if (version === '') errors.push(required(`${field}.apiVersions[${index}]`));
  });
  append(errors, validateResources(rule.resources, `${field}.resources`));
  if (scope !== undefined && !SCOPES.includes(scope)) errors.push(notSupported(`${field}.scope`, scope, SCOPES));
  (rule.resourceNames ?? []).forEach((name, index, all) => {
    if (all.indexOf(name) < index) errors.push(duplicate(`${field}.resourceNames[${index}]`, name));
  });
  return errors;
}

export function validateMatchPolicy(policy: string | undefined, field: string): FieldError[] {
  return policy === undefined || MATCH_POLICIES.includes(policy) ? [] : [notSupported(field, policy, MATCH_POLICIES)];
}

export function setMatchDefaults(match: MatchResources): void {
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*';
}

export function validateMatchResources(match: MatchResources, field: string): FieldError[] {
  const errors = [
    ...validateLabelSelector(match.namespaceSelector, `${field}.namespaceSelector`),
    ...validateLabelSelector(match.objectSelector, `${field}.objectSelector`),
  ];
  for (const key of ['resourceRules', 'excludeResourceRules'] as const) {
    (match[key] ?? []).forEach((rule, index) => append(errors, validateRule(rule, `${field}.${key}[${index}]`)));
  }
  return [...errors, ...validateMatchPolicy(match.matchPolicy, `${field}.matchPolicy`)];
}

/** The resources that a policy is about, which it must name. */
export function validateMatchConstraints(match: MatchResources | undefined): FieldError[] {
  const field = 'spec.matchConstraints';
  if (match === undefined) return [required(field)];
  const errors = validateMatchResources(match, field);
  return (match.resourceRules ?? []).length > 0 ? errors : [...errors, required(`${field}.resourceRules`)];
}

/** `params`: the object with a policy's parameters can be spoken of. */
export function validateMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  field: string,
  params: boolean,
): FieldError[] {
  const list = conditions ?? [];
  if (list.length > MAX_CONDITIONS) return [tooMany(field, list.length, MAX_CONDITIONS)];
  if (list.length === 0) return [];
  const compiler = new AdmissionCompiler({ params, variables: false });
  const seen = new Set<string>();
  return list.flatMap(({ name = '', expression = '' }, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = [];
    if (expression.trim() === '') errors.push(required(`${at}.expression`));
    else {
      const error = compiler.errorOf(expression, ['bool']);
      if (error !== undefined) errors.push(invalid(`${at}.expression`, expression, error));
    }
    if (name === '') return [...errors, required(`${at}.name`)];
    append(errors, invalidEach(`${at}.name`, name, qualifiedNameErrors(name)));
    if (seen.has(name)) errors.push(duplicate(`${at}.name`, name));
    seen.add(name);
    return errors;
  });
}
