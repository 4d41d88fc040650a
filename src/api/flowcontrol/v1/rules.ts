// Which requests a FlowSchema means: who sends them, and what they ask for.
// Models kubernetes pkg/apis/flowcontrol/validation.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../schema/names.ts';
import type {
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  ServiceAccountSubject,
  Subject,
} from '../../types/flowcontrol-v1.ts';
import { invalidEach } from '../../validation/fields.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const KINDS = ['Group', 'ServiceAccount', 'User'] as const;
const MEMBERS = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;
/** In this order the members of other kinds are refused. */
const REFUSED = ['ServiceAccount', 'User', 'Group'] as const;

/** Lists are served as null where they are missing. */
function listOf(list: readonly string[] | null | undefined): readonly string[] {
  return list ?? [];
}

function validateServiceAccount({ name, namespace }: ServiceAccountSubject, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${field}.name`));
  else if (name !== '*') append(errors, invalidEach(`${field}.name`, name, dns1123SubdomainErrors(name)));
  if (!namespace) errors.push(required(`${field}.namespace`, 'must specify namespace for service account'));
  else append(errors, invalidEach(`${field}.namespace`, namespace, dns1123LabelErrors(namespace)));
  return errors;
}

function validateSubject(subject: Subject, field: string): FieldError[] {
  const kind = KINDS.find((item) => item === subject.kind);
  if (kind === undefined) return [notSupported(`${field}.kind`, subject.kind ?? '', KINDS)];
  const member = MEMBERS[kind];
  const at = `${field}.${member}`;
  const errors: FieldError[] = [];
  const value = subject[member];
  if (value === undefined) errors.push(required(at, `${member} is required when subject kind is '${kind}'`));
  else if (kind === 'ServiceAccount') append(errors, validateServiceAccount(value as ServiceAccountSubject, at));
  else if (!value.name) errors.push(required(`${at}.name`));
  for (const other of REFUSED) {
    const name = MEMBERS[other];
    if (other === kind || subject[name] === undefined) continue;
    errors.push(forbidden(`${field}.${name}`, `${name} is forbidden when subject kind is not '${other}'`));
  }
  return errors;
}

/** `*` stands alone. `what`: `verbs`, `api groups`. */
function validateWildcard(list: readonly string[], field: string, what: string): FieldError[] {
  if (!list.includes('*') || list.length === 1) return [];
  return [invalid(field, list, `if '*' is present, must not specify other ${what}`)];
}

function validateVerbs(given: readonly string[] | null | undefined, field: string): FieldError[] {
  const verbs = listOf(given);
  if (verbs.length === 0) return [required(field, 'verbs must contain at least one value')];
  if (verbs.includes('*')) return validateWildcard(verbs, field, 'verbs');
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(field, verbs, VERBS)];
}

function validateResourceRule(rule: ResourcePolicyRule, field: string): FieldError[] {
  const errors = validateVerbs(rule.verbs, `${field}.verbs`);
  for (const [key, what] of [
    ['apiGroups', 'api group'],
    ['resources', 'resource'],
  ] as const) {
    const list = listOf(rule[key]);
    if (list.length === 0) errors.push(required(`${field}.${key}`, `resource rules must supply at least one ${what}`));
    else append(errors, validateWildcard(list, `${field}.${key}`, `${what}s`));
  }
  const namespaces = listOf(rule.namespaces);
  const at = `${field}.namespaces`;
  if (namespaces.length === 0 && rule.clusterScope !== true) {
    const why = 'resource rules that are not cluster scoped must supply at least one namespace';
    errors.push(required(at, why));
  } else if (namespaces.includes('*')) append(errors, validateWildcard(namespaces, at, 'namespaces'));
  else {
    namespaces.forEach((namespace, index) => {
      const texts = dns1123LabelErrors(namespace).map(
        (text) => `each member of this list must be '*' or a DNS-1123 label; ${text}`,
      );
      append(errors, invalidEach(`${at}[${index}]`, namespace, texts));
    });
  }
  return errors;
}

/** What is wrong with a path that may end in `/*`; undefined if nothing is. */
function pathError(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return 'must start with slash';
  if (path.includes(' ')) return 'must not contain white-space';
  if (path.includes('//')) return 'must not contain double slash';
  const stars = path.split('*').length - 1;
  return stars > 1 || (stars === 1 && !path.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}

function validateNonResourceRule(rule: NonResourcePolicyRule, field: string): FieldError[] {
  const errors = validateVerbs(rule.verbs, `${field}.verbs`);
  const at = `${field}.nonResourceURLs`;
  const urls = listOf(rule.nonResourceURLs);
  if (urls.length === 0) errors.push(required(at, 'nonResourceURLs must contain at least one value'));
  else if (urls.includes('*')) append(errors, validateWildcard(urls, at, 'non-resource URLs'));
  else {
    urls.forEach((url, index) => {
      const error = pathError(url);
      if (error !== undefined) errors.push(invalid(`${at}[${index}]`, url, error));
    });
  }
  return errors;
}

export function validateRules(rules: PolicyRulesWithSubjects, field: string): FieldError[] {
  const { resourceRules = [], nonResourceRules = [] } = rules;
  // Served as null where it is missing.
  const subjects = (rules.subjects as Subject[] | null | undefined) ?? [];
  const errors = subjects.flatMap((subject, index) => validateSubject(subject, `${field}.subjects[${index}]`));
  if (subjects.length === 0) errors.push(required(`${field}.subjects`, 'subjects must contain at least one value'));
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    errors.push(required(field, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  resourceRules.forEach((rule, index) => {
    append(errors, validateResourceRule(rule, `${field}.resourceRules[${index}]`));
  });
  nonResourceRules.forEach((rule, index) => {
    append(errors, validateNonResourceRule(rule, `${field}.nonResourceRules[${index}]`));
  });
  return errors;
}
