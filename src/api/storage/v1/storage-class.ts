// StorageClass. Models kubernetes pkg/registry/storage/storageclass, pkg/apis/storage/{v1,validation} and the printer.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, notSupported, required } from '../../../schema/field-error.ts';
import { qualifiedNameErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { TopologySelectorTerm } from '../../types/core-v1.ts';
import type { StorageClass } from '../../types/storage-v1.ts';
import { invalidEach, validateImmutable } from '../../validation/fields.ts';
import { validateParameters, validateProvider } from './parameters.ts';

const RECLAIM_POLICIES = ['Delete', 'Retain'];
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer'];

/** Label keys and the values they may have. */
type Topology = Record<string, string[]>;

function validateTerm(term: TopologySelectorTerm, field: string, errors: FieldError[]): Topology {
  const topology: Topology = {};
  (term.matchLabelExpressions ?? []).forEach(({ key = '', values: given }, index) => {
    // Served as null where it is missing.
    const values = (given as string[] | null | undefined) ?? [];
    const at = `${field}[${index}]`;
    if (values.length === 0) errors.push(required(`${at}.values`));
    values.forEach((value, position) => {
      if (values.indexOf(value) < position) errors.push(duplicate(`${at}.values[${position}]`, value));
    });
    if (Object.hasOwn(topology, key)) errors.push(duplicate(`${at}.key`, key));
    topology[key] = [...new Set(values)].sort();
    append(errors, invalidEach(`${at}.key`, key, qualifiedNameErrors(key)));
  });
  return topology;
}

function validateTopologies(terms: readonly TopologySelectorTerm[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen: Topology[] = [];
  terms.forEach((term, index) => {
    const field = `allowedTopologies[${index}].matchLabelExpressions`;
    const topology = validateTerm(term, field, errors);
    // A term without expressions counts as a repetition.
    const repeats = Object.keys(topology).length === 0 || seen.some((other) => deepEqual(other, topology));
    if (repeats) errors.push(duplicate(field, ''));
    seen.push(topology);
  });
  return errors;
}

function validate(object: StorageClass): FieldError[] {
  const { reclaimPolicy: reclaim = '', volumeBindingMode: mode } = object;
  const errors = [
    ...validateProvider(object.provisioner, 'provisioner'),
    ...validateParameters(object.parameters, false),
  ];
  if (reclaim !== '' && !RECLAIM_POLICIES.includes(reclaim)) {
    errors.push(notSupported('reclaimPolicy', reclaim, RECLAIM_POLICIES));
  }
  if (mode === undefined) errors.push(required('volumeBindingMode'));
  else if (!BINDING_MODES.includes(mode)) errors.push(notSupported('volumeBindingMode', mode, BINDING_MODES));
  return [...errors, ...validateTopologies(object.allowedTopologies ?? [])];
}

/** Index term of classes that are the default. */
export const DEFAULT_STORAGE_CLASS_TERM = 'default:storageclass';

export function isDefaultStorageClass({ metadata: { annotations } }: StorageClass): boolean {
  return ['', 'beta.'].some(
    (prefix) => annotations?.[`storageclass.${prefix}kubernetes.io/is-default-class`] === 'true',
  );
}

export const storageClass = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  resource: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  namespaced: false,
  definition: 'io.k8s.api.storage.v1.StorageClass',

  setDefaults(object) {
    object.reclaimPolicy ??= 'Delete';
    object.volumeBindingMode ??= 'Immediate';
  },
  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...(['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const).flatMap((key) =>
      validateImmutable(object[key], old[key], key),
    ),
  ],
  deleteReturnsObject: true,
  terms: (object) => (isDefaultStorageClass(object) ? [DEFAULT_STORAGE_CLASS_TERM] : []),

  printer: {
    columns: [
      NAME_COLUMN,
      column('Provisioner'),
      column('ReclaimPolicy'),
      column('VolumeBindingMode'),
      column('AllowVolumeExpansion'),
      AGE_COLUMN,
    ],
    cells: (object, now) => [
      isDefaultStorageClass(object) ? `${object.metadata.name} (default)` : object.metadata.name,
      object.provisioner,
      object.reclaimPolicy ?? 'Delete',
      object.volumeBindingMode ?? 'Immediate',
      object.allowVolumeExpansion ?? false,
      age(object, now),
    ],
  },
});
