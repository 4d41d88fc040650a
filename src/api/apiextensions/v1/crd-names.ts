// The names of a custom resource and whether it is established: what the status of its definition says of both.
//
// Names are taken within a group, by the definitions that came before: plural, singular and short names share one set,
// kind and listKind another. A definition that has its names keeps them.
//
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/controller/{status,establish}.

import { formatTime } from '../../../lib/clock.ts';
import { deepEqual } from '../../../lib/json.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from '../../types/apiextensions-v1.ts';

export function conditionOf(
  { status }: CustomResourceDefinition,
  type: string,
): CustomResourceDefinitionCondition | undefined {
  return (status?.conditions ?? []).find((condition) => condition.type === type);
}

export function isEstablished(definition: CustomResourceDefinition): boolean {
  return conditionOf(definition, 'Established')?.status === 'True';
}

/** The status that a definition comes to, next to `others` (itself may be among them). `now` in milliseconds. */
export function settledStatus(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: number,
): CustomResourceDefinitionStatus {
  const { spec } = definition;
  const accepted = definition.status?.acceptedNames ?? { plural: '', kind: '' };
  const neighbours = others.filter(
    (other) => other.spec.group === spec.group && other.metadata.name !== definition.metadata.name,
  );
  const { names, conflict } = acceptNames(spec.names, accepted, neighbours);
  const at = formatTime(now);
  const namesAccepted =
    conflict === undefined
      ? condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found', at)
      : condition('NamesAccepted', 'False', conflict.reason, conflict.message, at);
  const established =
    conflict === undefined || isEstablished(definition)
      ? condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted', at)
      : condition('Established', 'False', 'NotAccepted', 'not all names are accepted', at);
  const conditions = [namesAccepted, established].map((next) => withTime(next, conditionOf(definition, next.type)));
  const rest = (definition.status?.conditions ?? []).filter(
    ({ type }) => type !== 'NamesAccepted' && type !== 'Established',
  );
  return { ...definition.status, conditions: [...conditions, ...rest], acceptedNames: names };
}

function condition(
  type: string,
  status: string,
  reason: string,
  message: string,
  lastTransitionTime: string,
): CustomResourceDefinitionCondition {
  return { type, status, lastTransitionTime, reason, message };
}

/** The time of the last change of status, not of words. */
function withTime(
  next: CustomResourceDefinitionCondition,
  old: CustomResourceDefinitionCondition | undefined,
): CustomResourceDefinitionCondition {
  return old?.status === next.status && old.lastTransitionTime !== undefined
    ? { ...next, lastTransitionTime: old.lastTransitionTime }
    : next;
}

interface Accepted {
  readonly names: CustomResourceDefinitionNames;
  /** The last that was found. */
  readonly conflict: { readonly reason: string; readonly message: string } | undefined;
}

function acceptNames(
  wanted: CustomResourceDefinitionNames,
  accepted: CustomResourceDefinitionNames,
  neighbours: readonly CustomResourceDefinition[],
): Accepted {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { status } of neighbours) {
    const { plural = '', singular = '', shortNames = [], kind = '', listKind = '' } = status?.acceptedNames ?? {};
    for (const name of [plural, singular, ...shortNames]) resources.add(name);
    for (const name of [kind, listKind]) kinds.add(name);
  }
  resources.delete('');
  kinds.delete('');
  const names: CustomResourceDefinitionNames = { ...accepted };
  let conflict: Accepted['conflict'];
  const inUse = (name: string): string => `${JSON.stringify(name)} is already in use`;
  const take = (key: 'plural' | 'singular' | 'kind' | 'listKind', used: ReadonlySet<string>, reason: string): void => {
    const name = wanted[key] ?? '';
    if (name !== (accepted[key] ?? '') && used.has(name)) conflict = { reason, message: inUse(name) };
    else names[key] = name;
  };
  take('plural', resources, 'PluralConflict');
  take('singular', resources, 'SingularConflict');
  const short = (wanted.shortNames ?? []).filter(
    (name) => resources.has(name) && !(accepted.shortNames ?? []).includes(name),
  );
  if (short.length > 0) {
    const texts = short.map(inUse);
    const message = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
    conflict = { reason: 'ShortNamesConflict', message };
  } else if (wanted.shortNames === undefined) delete names.shortNames;
  else names.shortNames = wanted.shortNames;
  take('kind', kinds, 'KindConflict');
  take('listKind', kinds, 'ListKindConflict');
  if (wanted.categories === undefined) delete names.categories;
  else names.categories = wanted.categories;
  return { names, conflict };
}

/** Of all definitions, those that are served: established, or about to be. In the order in which they were written. */
export function servedDefinitions(
  definitions: readonly CustomResourceDefinition[],
  now: number,
): CustomResourceDefinition[] {
  const settled: CustomResourceDefinition[] = [];
  const fresh = (one: CustomResourceDefinition) => !isEstablished(one);
  const order = [...definitions].sort(
    (a, b) =>
      Number(fresh(a)) - Number(fresh(b)) || Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion),
  );
  for (const definition of order) {
    const status = settledStatus(definition, settled, now);
    settled.push(deepEqual(status, definition.status) ? definition : { ...definition, status });
  }
  return settled.filter(isEstablished);
}
