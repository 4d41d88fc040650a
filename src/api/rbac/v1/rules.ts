// What roles and their bindings have in common. Models kubernetes pkg/apis/rbac/{v1,validation}.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { pathSegmentNameErrors, subdomainNameErrors } from '../../../schema/names.ts';
import type { Kind } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, wide } from '../../printing.ts';
import type { PolicyRule, RoleRef, Subject } from '../../types/rbac-v1.ts';
import { invalidEach } from '../../validation/fields.ts';

export const RBAC = 'rbac.authorization.k8s.io';

/** Upstream stores an empty list as none, and serves null for it. */
export function dropEmptyRules(object: { rules?: PolicyRule[] | null }): void {
  if ((object.rules ?? []).length === 0) object.rules = null;
}

export function validateRule(rule: PolicyRule, namespaced: boolean, field: string): FieldError[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs: urls = [] } = rule;
  const errors: FieldError[] = [];
  if (((verbs as string[] | null | undefined) ?? []).length === 0) {
    errors.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  }
  if (urls.length > 0) {
    const at = `${field}.nonResourceURLs`;
    if (namespaced) errors.push(invalid(at, urls, 'namespaced rules cannot apply to non-resource URLs'));
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      errors.push(invalid(at, urls, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

interface Binding extends KubeObject {
  roleRef: RoleRef;
  subjects?: Subject[];
}

function setDefaults(object: Binding): void {
  for (const subject of object.subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC;
  }
  const reference = ((object as Partial<Binding>).roleRef ??= {} as RoleRef);
  reference.apiGroup ||= RBAC;
}

function validateSubject(subject: Subject, namespaced: boolean, field: string): FieldError[] {
  const { kind = '', name = '', namespace = '', apiGroup = '' } = subject as Partial<Subject>;
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.name`));
  const group = (expected: string): void => {
    if (apiGroup !== expected) errors.push(notSupported(`${field}.apiGroup`, apiGroup, [expected]));
  };
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') append(errors, invalidEach(`${field}.name`, name, subdomainNameErrors(name, false)));
      group('');
      if (!namespaced && namespace === '') errors.push(required(`${field}.namespace`));
      break;
    case 'User':
    case 'Group':
      group(RBAC);
      break;
    default:
      errors.push(notSupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

function validateBinding(object: Binding, namespaced: boolean): FieldError[] {
  const { apiGroup = '', kind = '', name = '' } = object.roleRef ?? {};
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const errors: FieldError[] = [];
  if (apiGroup !== RBAC) errors.push(notSupported('roleRef.apiGroup', apiGroup, [RBAC]));
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') errors.push(required('roleRef.name'));
  else append(errors, invalidEach('roleRef.name', name, pathSegmentNameErrors(name)));
  (object.subjects ?? []).forEach((subject, index) => {
    append(errors, validateSubject(subject, namespaced, `subjects[${index}]`));
  });
  return errors;
}

function validateReferenceChange({ roleRef }: Binding, { roleRef: old }: Binding): FieldError[] {
  if (roleRef.apiGroup === old.apiGroup && roleRef.kind === old.kind && roleRef.name === old.name) return [];
  // With the names of upstream's internal type.
  const shown = { APIGroup: roleRef.apiGroup, Kind: roleRef.kind, Name: roleRef.name };
  return [invalid('roleRef', shown, 'cannot change roleRef')];
}

function subjectCells(subjects: readonly Subject[] = []): string[] {
  const names = (kind: string) =>
    subjects
      .filter((subject) => subject.kind === kind)
      .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name));
  return ['User', 'Group', 'ServiceAccount'].map((kind) => names(kind).join(', '));
}

/** What RoleBinding and ClusterRoleBinding share. */
export function bindingRules<T extends Binding>(
  namespaced: boolean,
): Pick<Kind<T>, 'allowCreateOnUpdate' | 'setDefaults' | 'validate' | 'validateUpdate' | 'validateName' | 'printer'> {
  return {
    allowCreateOnUpdate: true,
    validateName: pathSegmentNameErrors,
    setDefaults,
    validate: (object) => validateBinding(object, namespaced),
    validateUpdate: (object, old) => [...validateBinding(object, namespaced), ...validateReferenceChange(object, old)],
    printer: {
      columns: [NAME_COLUMN, column('Role'), AGE_COLUMN, wide('Users'), wide('Groups'), wide('ServiceAccounts')],
      cells: (object, now) => [
        object.metadata.name,
        `${object.roleRef.kind}/${object.roleRef.name}`,
        age(object, now),
        ...subjectCells(object.subjects),
      ],
    },
  };
}
