// The body of an apply patch: a configuration as YAML, of which JSON is a part.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go (applyPatcher).

import type { Result } from '../api/status.ts';
import { badRequest, fail, ok } from '../api/status.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { decodeJson } from '../schema/decode/json.ts';
import { yamlErrors } from '../schema/decode/source.ts';
import { decodeYaml } from '../schema/decode/yaml.ts';

export interface Configuration {
  readonly value: JsonObject;
  /** What it says twice: `line 7: key "a" already set in map`. */
  readonly duplicates: readonly string[];
}

export function readConfiguration(text: string): Result<Configuration> {
  const json = text.startsWith('{') ? decodeJson(text) : undefined;
  // A member that is there twice is told as one of YAML.
  if (json?.ok === true && isObject(json.value) && json.members === membersOf(json.value)) {
    return ok({ value: json.value, duplicates: [] });
  }
  const decoded = decodeYaml(text);
  if (!decoded.ok) return fail(badRequest(`error decoding YAML: error converting YAML to JSON: ${decoded.error}`));
  const value = decoded.value ?? {};
  if (isObject(value)) return ok({ value, duplicates: decoded.duplicates });
  const why = `json: cannot unmarshal ${goTypeOf(value)} into Go value of type map[string]interface {}`;
  return fail(badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${why}`));
}

/** What strict validation says of duplicates. */
export function duplicatesText(duplicates: readonly string[]): string {
  return `error strict decoding YAML: error converting YAML to JSON: ${yamlErrors(duplicates)}`;
}

function membersOf(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const item of value) count += membersOf(item);
  else for (const key of Object.keys(value)) count += 1 + membersOf(value[key] ?? null);
  return count;
}

function goTypeOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
