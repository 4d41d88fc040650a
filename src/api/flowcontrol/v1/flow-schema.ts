// FlowSchema. Models kubernetes pkg/registry/flowcontrol/flowschema, pkg/apis/flowcontrol/{v1,validation} and the printer.
// It is stored and checked; which requests wait is decided elsewhere.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { dns1123SubdomainErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { FlowSchema, FlowSchemaSpec, PolicyRulesWithSubjects, Subject } from '../../types/flowcontrol-v1.ts';
import { invalidEach } from '../../validation/fields.ts';
import { conditionRules, validateConditions } from './conditions.ts';
import { validateRules } from './rules.ts';

const METHODS = ['ByNamespace', 'ByUser'];
const MAX_PRECEDENCE = 10_000;
const EXEMPT = 'exempt';

function everything(...groups: string[]): PolicyRulesWithSubjects[] {
  return [
    {
      subjects: groups.map((name) => ({ kind: 'Group', group: { name } })),
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    },
  ];
}

/** Schemas that must be what they are. */
function fixedSpec(name: string): FlowSchemaSpec | undefined {
  if (name === EXEMPT) {
    return {
      priorityLevelConfiguration: { name: EXEMPT },
      matchingPrecedence: 1,
      rules: everything('system:masters'),
    };
  }
  if (name !== 'catch-all') return undefined;
  return {
    priorityLevelConfiguration: { name },
    matchingPrecedence: MAX_PRECEDENCE,
    distinguisherMethod: { type: 'ByUser' },
    rules: everything('system:unauthenticated', 'system:authenticated'),
  };
}

/** With the names of upstream's internal type. */
function internalSpec(spec: Partial<FlowSchemaSpec>): unknown {
  const named = (subject: { name: string } | undefined) => (subject === undefined ? null : { Name: subject.name });
  const subjectOf = ({ kind, user, group, serviceAccount }: Subject) => ({
    Kind: kind,
    User: named(user),
    Group: named(group),
    ServiceAccount:
      serviceAccount === undefined ? null : { Namespace: serviceAccount.namespace, Name: serviceAccount.name },
  });
  return {
    PriorityLevelConfiguration: { Name: spec.priorityLevelConfiguration?.name ?? '' },
    MatchingPrecedence: spec.matchingPrecedence ?? 0,
    DistinguisherMethod: spec.distinguisherMethod === undefined ? null : { Type: spec.distinguisherMethod.type },
    Rules:
      spec.rules?.map(({ subjects, resourceRules, nonResourceRules }) => ({
        Subjects: subjects.map(subjectOf),
        ResourceRules:
          resourceRules?.map((rule) => ({
            Verbs: rule.verbs,
            APIGroups: rule.apiGroups,
            Resources: rule.resources,
            ClusterScope: rule.clusterScope ?? false,
            Namespaces: rule.namespaces ?? null,
          })) ?? null,
        NonResourceRules:
          nonResourceRules?.map((rule) => ({ Verbs: rule.verbs, NonResourceURLs: rule.nonResourceURLs })) ?? null,
      })) ?? null,
  };
}

function validate(object: FlowSchema): FieldError[] {
  const spec: Partial<FlowSchemaSpec> = object.spec ?? {};
  const { matchingPrecedence: precedence = 0, distinguisherMethod: method } = spec;
  const { name } = object.metadata;
  const errors: FieldError[] = [];
  const at = 'spec.matchingPrecedence';
  if (precedence <= 0) errors.push(invalid(at, precedence, 'must be a positive value'));
  if (precedence > MAX_PRECEDENCE) errors.push(invalid(at, precedence, `must not be greater than ${MAX_PRECEDENCE}`));
  if (precedence === 1 && name !== EXEMPT) {
    errors.push(invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  }
  if (method !== undefined && !METHODS.includes(method.type)) {
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: method.type }, METHODS));
  }
  const level = spec.priorityLevelConfiguration?.name ?? '';
  const field = 'spec.priorityLevelConfiguration.name';
  if (level === '') errors.push(required(field, 'must reference a priority level'));
  else append(errors, invalidEach(field, level, dns1123SubdomainErrors(level)));
  (spec.rules ?? []).forEach((rule, index) => append(errors, validateRules(rule, `spec.rules[${index}]`)));
  const fixed = fixedSpec(name);
  if (fixed !== undefined && !deepEqual(spec, fixed)) {
    errors.push(invalid('spec', internalSpec(spec), `spec of '${name}' must equal the fixed value`));
  }
  return [...errors, ...validateConditions(object.status?.conditions)];
}

export const flowSchema = defineKind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  resource: 'flowschemas',
  singular: 'flowschema',
  namespaced: false,
  definition: 'io.k8s.api.flowcontrol.v1.FlowSchema',

  setDefaults(object) {
    const spec = (object.spec ??= {} as FlowSchemaSpec);
    spec.matchingPrecedence ||= 1000;
  },
  validate,
  validateUpdate: validate,
  ...conditionRules,

  printer: {
    columns: [
      NAME_COLUMN,
      column('PriorityLevel'),
      column('MatchingPrecedence'),
      column('DistinguisherMethod'),
      AGE_COLUMN,
      column('MissingPL'),
    ],
    cells: (object, now) => [
      object.metadata.name,
      object.spec?.priorityLevelConfiguration.name ?? '',
      object.spec?.matchingPrecedence ?? 0,
      object.spec?.distinguisherMethod?.type ?? '<none>',
      age(object, now),
      object.status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    ],
  },
});
