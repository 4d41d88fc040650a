// VolumeAttributesClass. Models kubernetes pkg/registry/storage/volumeattributesclass.

import { deepEqual } from '../../../lib/json.ts';
import { forbidden } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { VolumeAttributesClass } from '../../types/storage-v1.ts';
import { validateParameters, validateProvider } from './parameters.ts';

export const volumeAttributesClass = defineKind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  resource: 'volumeattributesclasses',
  singular: 'volumeattributesclass',
  shortNames: ['vac'],
  namespaced: false,
  definition: 'io.k8s.api.storage.v1.VolumeAttributesClass',
  deleteReturnsObject: true,

  validate: (object) => [
    ...validateProvider(object.driverName, 'driverName'),
    ...validateParameters(object.parameters, true),
  ],
  validateUpdate: (object, old) =>
    (['driverName', 'parameters'] as const).flatMap((key) =>
      deepEqual(object[key], old[key]) ? [] : [forbidden(key, `updates to ${key} are forbidden.`)],
    ),

  printer: {
    columns: [NAME_COLUMN, column('DriverName'), AGE_COLUMN],
    cells: (object, now) => {
      const isDefault =
        object.metadata.annotations?.['volumeattributesclass.kubernetes.io/is-default-class'] === 'true';
      const { name } = object.metadata;
      return [isDefault ? `${name} (default)` : name, object.driverName, age(object, now)];
    },
  },
});
