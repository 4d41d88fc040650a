// Namespace. Models kubernetes pkg/registry/core/namespace/{strategy.go,storage/storage.go}.
//
//   Active ──delete──► Terminating ──the last name leaves spec.finalizers (finalize)──► gone
//
// 1. Every namespace is created with the finalizer `kubernetes` in its spec; the namespace controller takes it out when
//    nothing is left inside.
// 2. Only the finalize subresource changes spec.finalizers.
// 3. The label kubernetes.io/metadata.name is always the name.

import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import { labelNameErrors, qualifiedNameErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { Namespace } from '../../types/core-v1.ts';
import { addEach } from './pod-validation/scope.ts';

const FINALIZER = 'kubernetes';
const STANDARD_FINALIZERS = [FINALIZER, 'orphan', 'foregroundDeletion'];
const NAME_LABEL = 'kubernetes.io/metadata.name';

function setNameLabel(object: Namespace): void {
  const { name } = object.metadata;
  if (!name || object.metadata.labels?.[NAME_LABEL] === name) return;
  object.metadata.labels = { ...object.metadata.labels, [NAME_LABEL]: name };
}

function validate(object: Namespace): FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of object.spec?.finalizers ?? []) {
    addEach(errors, 'spec.finalizers', finalizer, qualifiedNameErrors(finalizer));
    if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) continue;
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalid('spec.finalizers', finalizer, why));
  }
  return errors;
}

export const namespace = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  resource: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  definition: 'io.k8s.api.core.v1.Namespace',

  validateName: labelNameErrors,
  setDefaults(object) {
    setNameLabel(object);
    object.spec ??= {};
    object.status ??= {};
    object.status.phase ||= 'Active';
  },
  // A generated name is known only now.
  canonicalize: setNameLabel,
  prepareForCreate(object) {
    const finalizers = object.spec?.finalizers ?? [];
    object.spec = { finalizers: finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER] };
    object.status = { phase: 'Active' };
  },
  prepareForUpdate(object, old) {
    const finalizers = old.spec?.finalizers;
    object.spec = finalizers === undefined ? {} : { finalizers };
  },
  validate,
  validateUpdate: () => [],

  status: {
    // Labels and annotations pass with a status.
    prepare() {},
    validate(object) {
      const phase = object.status?.phase ?? '';
      const deleted = object.metadata.deletionTimestamp !== undefined;
      if (phase === (deleted ? 'Terminating' : 'Active')) return [];
      const why = deleted
        ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
        : "may only be 'Active' if `deletionTimestamp` is empty";
      return [invalid('status.Phase', phase, why)];
    },
  },

  deletion: {
    finalize: true,
    begin(object) {
      object.status = { ...object.status, phase: 'Terminating' };
    },
    isHeldBack: ({ spec }) => (spec?.finalizers ?? []).length > 0,
  },
  deleteReturnsObject: true,

  fieldLabels: ['status.phase'],
  fields: ({ status }) => ({ 'status.phase': status?.phase ?? '' }),

  printer: {
    columns: [NAME_COLUMN, column('Status'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, object.status?.phase ?? '', age(object, now)],
  },
});
