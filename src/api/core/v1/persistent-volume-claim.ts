// PersistentVolumeClaim. Models kubernetes pkg/registry/core/persistentvolumeclaim, pkg/api/persistentvolumeclaim,
// ValidatePersistentVolumeClaim… of pkg/apis/core/validation and the printer.
//
// 1. A claim's spec stays as it was, but for volumeName, which is set once, and a class of storage where it had none.
// 2. Of a bound claim the requested storage and the class of attributes may change; storage does not shrink below what is there.

import { append } from '../../../lib/append.ts';
import { clone, deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden } from '../../../schema/field-error.ts';
import { compareQuantity } from '../../../schema/quantity.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, wide } from '../../printing.ts';
import { attributesClassesOfClaim, attributesClassTerm } from '../../storage/v1/attributes-class-users.ts';
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  TypedLocalObjectReference,
} from '../../types/core-v1.ts';
import { validateImmutable } from '../../validation/fields.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';
import { setClaimSpecDefaults, validateClaimSpec } from './claim-spec.ts';
import { accessModesCell } from './persistent-volume-printer.ts';
import { canonicalResources, quantityIn } from './resource-lists.ts';
import { textDiff } from './text-diff.ts';
import { validateResourceValue } from './pod-validation/resources.ts';
import { bindingTermsOfClaim } from './volume-binding.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const IMMUTABLE =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

function setDefaults(object: PersistentVolumeClaim): void {
  setClaimSpecDefaults((object.spec ??= {}));
  const status = (object.status ??= {});
  status.phase ||= 'Pending';
  if (status.capacity !== undefined) canonicalResources(status.capacity);
}

function isSnapshotOrClaim({ apiGroup, kind }: TypedLocalObjectReference): boolean {
  return (apiGroup ?? '') === ''
    ? kind === 'PersistentVolumeClaim'
    : apiGroup === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot';
}

/** dataSource and dataSourceRef say the same; the first may name less. A source in another namespace is not offered. */
function settleSources(spec: PersistentVolumeClaimSpec, old?: PersistentVolumeClaimSpec): void {
  if (spec.dataSourceRef?.namespace && old?.dataSourceRef === undefined) delete spec.dataSourceRef;
  if (spec.dataSource !== undefined && old?.dataSource === undefined && !isSnapshotOrClaim(spec.dataSource)) {
    delete spec.dataSource;
  }
  if (spec.dataSource !== undefined && spec.dataSourceRef === undefined) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSource === undefined && spec.dataSourceRef !== undefined && !spec.dataSourceRef.namespace) {
    if (isSnapshotOrClaim(spec.dataSourceRef)) spec.dataSource = { ...spec.dataSourceRef };
  }
}

/** The new spec with everything that may change set back. */
function unchangeable(object: PersistentVolumeClaim, old: PersistentVolumeClaim): PersistentVolumeClaimSpec {
  const spec = clone(object.spec ?? {});
  const before = old.spec ?? {};
  if (!before.volumeName) {
    if (before.volumeName === undefined) delete spec.volumeName;
    else spec.volumeName = before.volumeName;
  }
  const hadClass = before.storageClassName !== undefined || old.metadata.annotations?.[CLASS_ANNOTATION] !== undefined;
  if (!hadClass) delete spec.storageClassName;
  if (object.status?.phase !== 'Bound') return spec;
  const storage = before.resources?.requests?.['storage'];
  if (spec.resources?.requests !== undefined && storage !== undefined) spec.resources.requests['storage'] = storage;
  if (before.volumeAttributesClassName === undefined) delete spec.volumeAttributesClassName;
  else spec.volumeAttributesClassName = before.volumeAttributesClassName;
  return spec;
}

function validateUpdate(object: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const spec = object.spec ?? {};
  const before = old.spec ?? {};
  const errors = [...validateObjectMeta(object.metadata, { namespaced: true }), ...validateClaimSpec(spec, 'spec')];
  const rest = unchangeable(object, old);
  if (!deepEqual(rest, before))
    errors.push(forbidden('spec', `${IMMUTABLE}\n${textDiff('PersistentVolumeClaimSpec', before, spec)}`));
  else {
    const size = quantityIn(spec.resources?.requests?.['storage']);
    const there = old.status?.capacity?.['storage'];
    const shrinks = compareQuantity(size, quantityIn(before.resources?.requests?.['storage'])) < 0;
    if (shrinks && (there === undefined || compareQuantity(size, quantityIn(there)) < 0)) {
      errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
    }
  }
  // The path lacks its beginning upstream.
  append(errors, validateImmutable(spec.volumeMode, before.volumeMode, 'volumeMode'));
  if (before.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

function validateStatus({ status }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries(status?.capacity ?? {})) {
    validateResourceValue(name, value, `status.capacity[${name}]`, errors);
  }
  return errors;
}

function warnings({ metadata, spec }: PersistentVolumeClaim): string[] {
  const texts: string[] = [];
  if (metadata.annotations?.[CLASS_ANNOTATION] !== undefined) {
    const what = 'deprecated since v1.8; use "storageClassName" attribute instead';
    texts.push(`metadata.annotations[${CLASS_ANNOTATION}]: ${what}`);
  }
  const storage = spec?.resources?.requests?.['storage'];
  if (storage !== undefined && quantityIn(storage).nano % 1_000_000_000n !== 0n) {
    const what = `fractional byte value ${JSON.stringify(String(storage))} is invalid, must be an integer`;
    texts.push(`spec.resources.requests[storage]: ${what}`);
  }
  return texts;
}

export const persistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  resource: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.PersistentVolumeClaim',

  setDefaults,
  prepareForCreate(object) {
    object.status = { phase: 'Pending' };
    if (object.spec !== undefined) settleSources(object.spec);
  },
  prepareForUpdate(object, old) {
    if (object.spec !== undefined) settleSources(object.spec, old.spec);
  },
  validate: ({ spec = {} }) => validateClaimSpec(spec, 'spec'),
  validateUpdate,
  warnings,
  deleteReturnsObject: true,
  terms: (object) => [...attributesClassesOfClaim(object).map(attributesClassTerm), ...bindingTermsOfClaim(object)],

  status: {
    prepare(object) {
      object.status ??= {};
    },
    validate: validateStatus,
  },

  printer: {
    columns: [
      NAME_COLUMN,
      column('Status'),
      column('Volume'),
      column('Capacity'),
      column('Access Modes'),
      column('StorageClass'),
      column('VolumeAttributesClass'),
      AGE_COLUMN,
      wide('VolumeMode'),
    ],
    cells: ({ metadata, spec = {}, status = {} }, now) => {
      const bound = (spec.volumeName ?? '') !== '';
      return [
        metadata.name,
        metadata.deletionTimestamp === undefined ? (status.phase ?? '') : 'Terminating',
        spec.volumeName ?? '',
        bound ? String(status.capacity?.['storage'] ?? '0') : '',
        bound ? accessModesCell(status.accessModes) : '',
        metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName ?? '',
        spec.volumeAttributesClassName ?? '<unset>',
        age({ metadata }, now),
        spec.volumeMode ?? '<unset>',
      ];
    },
  },
});
