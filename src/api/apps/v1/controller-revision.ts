// ControllerRevision. Models kubernetes pkg/registry/apps/controllerrevision and pkg/apis/apps/validation.

import { isObject } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { required } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { ControllerRevision } from '../../types/apps-v1.ts';
import { validateImmutable, validateNonnegative } from '../../validation/fields.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';

function validate(object: ControllerRevision): FieldError[] {
  const errors: FieldError[] = [];
  const data: unknown = object.data;
  if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
  else if (!isObject(data)) errors.push(required('data', 'data must be a valid JSON object'));
  return [...errors, ...validateNonnegative(object.revision, 'revision')];
}

/** `statefulset.apps/web` of the owner that controls it. */
function controllerCell(object: ControllerRevision): string {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (owner === undefined) return '<none>';
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0] ?? ''}` : '';
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

export const controllerRevision = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  resource: 'controllerrevisions',
  singular: 'controllerrevision',
  namespaced: true,
  definition: 'io.k8s.api.apps.v1.ControllerRevision',

  setDefaults(object) {
    object.revision ??= 0;
  },
  validate,
  validateUpdate: (object, old) => [
    ...validateObjectMeta(object.metadata, { namespaced: true }),
    ...validate(object),
    ...validateImmutable(object.data, old.data, 'data'),
  ],

  printer: {
    columns: [NAME_COLUMN, column('Controller'), column('Revision'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, controllerCell(object), object.revision, age(object, now)],
  },
});
