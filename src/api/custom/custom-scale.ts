// The scale of a custom resource: where its definition says that its replicas are counted.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/{etcd,validator}.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { ScaleStrategy } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import { internalError } from '../status.ts';
import type { CustomResourceSubresourceScale } from '../types/apiextensions-v1.ts';

const MAX_INT32 = 2 ** 31 - 1;

export function customScale(scale: CustomResourceSubresourceScale): ScaleStrategy<KubeObject> {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = scale;
  return {
    get(object) {
      const spec = read(object, specReplicasPath, 'int64');
      const status = read(object, statusReplicasPath, 'int64');
      const selector = labelSelectorPath === '' ? undefined : read(object, labelSelectorPath, 'string');
      const replicas = typeof spec.value === 'number' ? spec.value : 0;
      return {
        // Upstream's Scale leaves a zero out.
        spec: replicas === 0 ? {} : { replicas },
        status: {
          replicas: typeof status.value === 'number' ? status.value : 0,
          ...(typeof selector?.value === 'string' && selector.value !== '' ? { selector: selector.value } : {}),
        },
      };
    },
    set: (object, replicas) => write(object, specReplicasPath, replicas),
    path: namesOf(specReplicasPath).map((name) => `f:${name}`),
    unreadable(object) {
      const { value, error } = read(object, specReplicasPath, 'int64');
      if (error !== undefined) return internalError(error);
      return value === undefined
        ? internalError(`the spec replicas field "${specReplicasPath}" does not exist`)
        : undefined;
    },
  };
}

/** Replicas that are no numbers of pods, and a selector that is no text. */
export function validateSpecReplicas(object: KubeObject, scale: CustomResourceSubresourceScale): FieldError[] {
  return replicaErrors(object, scale.specReplicasPath);
}

export function validateStatusReplicas(object: KubeObject, scale: CustomResourceSubresourceScale): FieldError[] {
  const errors = replicaErrors(object, scale.statusReplicasPath);
  const { labelSelectorPath = '' } = scale;
  if (labelSelectorPath === '') return errors;
  const { error } = read(object, labelSelectorPath, 'string');
  return error === undefined ? errors : [...errors, invalid(labelSelectorPath, '', error)];
}

function replicaErrors(object: KubeObject, path: string): FieldError[] {
  const { value, error } = read(object, path, 'int64');
  if (error !== undefined) return [invalid(path, 0, error)];
  const replicas = typeof value === 'number' ? value : 0;
  if (replicas < 0) return [invalid(path, replicas, 'should be a non-negative integer')];
  return replicas > MAX_INT32 ? [invalid(path, replicas, `should be less than or equal to ${MAX_INT32}`)] : [];
}

/** `.spec.replicas` */
function namesOf(path: string): string[] {
  return path.replace(/^\./, '').split('.');
}

interface Found {
  /** Undefined: there is none. */
  readonly value?: JsonValue;
  /** `.spec.replicas accessor error: x is of the type string, expected int64` */
  readonly error?: string;
}

/** Models apimachinery pkg/apis/meta/v1/unstructured/helpers.go (NestedInt64, NestedString). */
function read(object: KubeObject, path: string, type: 'int64' | 'string'): Found {
  let value: JsonValue | undefined = object as unknown as JsonObject;
  const names = namesOf(path);
  const refused = (at: number, is: JsonValue, wanted: string): Found => ({
    error: `.${names.slice(0, at).join('.')} accessor error: ${goText(is)} is of the type ${goType(is)}, expected ${wanted}`,
  });
  for (const [at, name] of names.entries()) {
    if (!isObject(value)) return refused(at, value ?? null, 'map[string]interface{}');
    if (!Object.hasOwn(value, name) || value[name] === undefined) return {};
    value = value[name];
  }
  const fits = type === 'string' ? typeof value === 'string' : Number.isInteger(value);
  return fits ? { value } : refused(names.length, value ?? null, type);
}

function write(object: KubeObject, path: string, replicas: number): void {
  const names = namesOf(path);
  let at = object as unknown as JsonObject;
  for (const name of names.slice(0, -1)) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined;
    const inner: JsonObject = isObject(next) ? next : {};
    at[name] = inner;
    at = inner;
  }
  at[names.at(-1) ?? ''] = replicas;
}

function goText(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) {
    const members = Object.keys(value).sort();
    return `map[${members.map((name) => `${name}:${goText(value[name] ?? null)}`).join(' ')}]`;
  }
  return String(value);
}

function goType(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}
