// Secret. Models kubernetes pkg/registry/core/secret and ValidateSecret of pkg/apis/core/validation.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import { TreeNumber, TreeObject, parseTree } from '../../../schema/decode/json-tree.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, required, tooLong } from '../../../schema/field-error.ts';
import { configMapKeyErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { Secret } from '../../types/core-v1.ts';
import { base64Bytes, invalidEach, validateImmutable } from '../../validation/fields.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';
import { IMMUTABLE_TEXT } from './immutable.ts';

/** 1 MiB of values. */
const MAX_BYTES = 1024 * 1024;
const REDACTED = '<secret contents redacted>';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
/** The one key of the types that hold a JSON document. */
const JSON_KEYS: Readonly<Record<string, string>> = {
  'kubernetes.io/dockercfg': '.dockercfg',
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
};

function toBase64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fromBase64(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
}

/** stringData is a way to write data; it is never stored. */
function setDefaults(object: Secret): void {
  if (object.stringData !== undefined) {
    const data = { ...object.data };
    for (const [key, value] of Object.entries(object.stringData)) data[key] = toBase64(value);
    if (Object.keys(data).length > 0) object.data = data;
    delete object.stringData;
  }
  object.type ||= 'Opaque';
}

function validate(object: Secret): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(object.data ?? {})) {
    append(errors, invalidEach(`data[${key}]`, key, configMapKeyErrors(key)));
    size += base64Bytes(value) ?? 0;
  }
  if (size > MAX_BYTES) errors.push(tooLong('data', MAX_BYTES));
  return [...errors, ...validateType(object)];
}

function validateType(object: Secret): FieldError[] {
  const data = object.data ?? {};
  const missing = (key: string): FieldError[] => (Object.hasOwn(data, key) ? [] : [required(`data[${key}]`)]);
  switch (object.type) {
    case 'kubernetes.io/service-account-token':
      // The token itself is filled in by a controller.
      if ((object.metadata.annotations?.[ACCOUNT_NAME] ?? '') !== '') return [];
      return [required(`metadata.annotations[${ACCOUNT_NAME}]`)];
    case 'kubernetes.io/dockercfg':
    case 'kubernetes.io/dockerconfigjson': {
      const key = JSON_KEYS[object.type] ?? '';
      const value = data[key];
      return value === undefined ? missing(key) : validateJson(`data[${key}]`, fromBase64(value));
    }
    case 'kubernetes.io/basic-auth': {
      // Either may be left out, not both.
      const errors = [...missing('username'), ...missing('password')];
      return errors.length === 2 ? errors : [];
    }
    case 'kubernetes.io/ssh-auth':
      return (data['ssh-privatekey'] ?? '') === '' ? [required('data[ssh-privatekey]')] : [];
    case 'kubernetes.io/tls':
      return [...missing('tls.crt'), ...missing('tls.key')];
    default:
      return [];
  }
}

/** Any JSON object will do. */
function validateJson(field: string, text: string): FieldError[] {
  const parsed = parseTree(text);
  if (!parsed.ok) return [invalid(field, REDACTED, parsed.error)];
  if (parsed.tree === null || parsed.tree instanceof TreeObject) return [];
  const what = Array.isArray(parsed.tree) ? 'array' : parsed.tree instanceof TreeNumber ? 'number' : typeof parsed.tree;
  const goType = what === 'boolean' ? 'bool' : what;
  return [invalid(field, REDACTED, `json: cannot unmarshal ${goType} into Go value of type map[string]interface {}`)];
}

export const secret = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  resource: 'secrets',
  singular: 'secret',
  namespaced: true,
  definition: 'io.k8s.api.core.v1.Secret',

  setDefaults,
  validate,

  validateUpdate(object, old) {
    const errors = validateImmutable(object.type, old.type, 'type');
    if (old.immutable === true) {
      if (object.immutable !== true) errors.push(forbidden('immutable', IMMUTABLE_TEXT));
      if (!deepEqual(object.data ?? {}, old.data ?? {})) errors.push(forbidden('data', IMMUTABLE_TEXT));
    }
    return [...errors, ...validateObjectMeta(object.metadata, { namespaced: true }), ...validate(object)];
  },

  // Upstream parses the pair; here only what a user most often gets wrong is seen: text that is no PEM at all.
  warnings(object) {
    if (object.type !== 'kubernetes.io/tls') return [];
    for (const [key, name] of [
      ['tls.crt', 'certificate'],
      ['tls.key', 'key'],
    ] as const) {
      if (!fromBase64(object.data?.[key] ?? '').includes('-----BEGIN ')) {
        return [`tls: failed to find any PEM data in ${name} input`];
      }
    }
    return [];
  },

  fields: (object) => ({ type: object.type ?? '' }),
  fieldLabels: ['type'],

  printer: {
    columns: [NAME_COLUMN, column('Type'), column('Data'), AGE_COLUMN],
    cells: (object, now) => [
      object.metadata.name,
      object.type ?? '',
      Object.keys(object.data ?? {}).length,
      age(object, now),
    ],
  },
});
