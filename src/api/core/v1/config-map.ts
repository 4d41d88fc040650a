// ConfigMap. Models kubernetes pkg/registry/core/configmap and pkg/apis/core/validation.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, tooLong } from '../../../schema/field-error.ts';
import { byteLength } from '../../../schema/go-text.ts';
import { configMapKeyErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { ConfigMap } from '../../types/core-v1.ts';
import { base64Bytes, invalidEach } from '../../validation/fields.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';
import { IMMUTABLE_TEXT } from './immutable.ts';

/** 1 MiB of values. */
const MAX_BYTES = 1024 * 1024;

function validate(object: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(object.data ?? {})) {
    const field = `data[${key}]`;
    append(errors, invalidEach(field, key, configMapKeyErrors(key)));
    if (Object.hasOwn(object.binaryData ?? {}, key)) {
      errors.push(invalid(field, key, 'duplicate of key present in binaryData'));
    }
    size += byteLength(value);
  }
  for (const [key, value] of Object.entries(object.binaryData ?? {})) {
    append(errors, invalidEach(`binaryData[${key}]`, key, configMapKeyErrors(key)));
    size += base64Bytes(value) ?? 0;
  }
  // Upstream reports the size at the path of the whole object, which prints as `[]`.
  if (size > MAX_BYTES) errors.push(tooLong('[]', MAX_BYTES));
  return errors;
}

export const configMap = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.ConfigMap',

  validate,

  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    if (old.immutable === true) {
      if (object.immutable !== true) errors.push(forbidden('immutable', IMMUTABLE_TEXT));
      if (!deepEqual(object.data ?? {}, old.data ?? {})) errors.push(forbidden('data', IMMUTABLE_TEXT));
      if (!deepEqual(object.binaryData ?? {}, old.binaryData ?? {}))
        errors.push(forbidden('binaryData', IMMUTABLE_TEXT));
    }
    return [...errors, ...validateObjectMeta(object.metadata, { namespaced: true }), ...validate(object)];
  },

  printer: {
    columns: [NAME_COLUMN, column('Data'), AGE_COLUMN],
    cells: (object, now) => [
      object.metadata.name,
      Object.keys(object.data ?? {}).length + Object.keys(object.binaryData ?? {}).length,
      age(object, now),
    ],
  },
});
