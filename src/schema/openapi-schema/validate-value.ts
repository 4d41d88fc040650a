// Whether a value is what its schema says, in upstream's words.
//
// Every check of a schema runs, whatever the others found, and what is found twice is told once. Members are looked at
// in the order of their names: upstream's order is that of a Go map, which is none.
// On an update a part that is as it was is not judged again, so that a schema may become stricter (ratcheting).
//
// Models kube-openapi pkg/validation/validate and kubernetes
// staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/validation/{validation,ratcheting}.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { deepEqual, isObject } from '../../lib/json.ts';
import type { FieldError } from '../field-error.ts';
import { invalid, notSupported, required, tooLong, tooMany, typeInvalid } from '../field-error.ts';
import { hasFormat, isKnownFormat } from './formats.ts';
import type { JsonSchema } from './json-schema.ts';
import { itemsOf, propertyOf } from './json-schema.ts';
import type { Patterns } from './patterns.ts';

/** `path` is the root's: '' for an object. `old`: the value before, of an update. */
export function validateValue(
  value: JsonValue,
  schema: JsonSchema,
  patterns: Patterns,
  path = '',
  old?: JsonValue,
): FieldError[] {
  return new Validation(patterns).check(value, schema, path, old).errors;
}

/** What one schema made of one value. `matches` counts the checks that ran: the best of failed alternatives has most. */
class Outcome {
  readonly errors: FieldError[] = [];
  readonly #texts = new Set<string>();
  matches = 0;

  add(error: FieldError): void {
    const text = `${error.field}: ${error.message}`;
    if (this.#texts.has(text)) return;
    this.#texts.add(text);
    this.errors.push(error);
  }

  merge(other: Outcome): void {
    this.matches += other.matches;
    for (const error of other.errors) this.add(error);
  }
}

class Validation {
  readonly #patterns: Patterns;

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
  }

  check(value: JsonValue, schema: JsonSchema, path: string, old: JsonValue | undefined): Outcome {
    const outcome = new Outcome();
    if (old !== undefined && deepEqual(value, old)) return outcome;
    this.#type(value, schema, path, outcome);
    if (value === null) {
      this.#enum(value, schema, path, outcome);
      return outcome;
    }
    this.#combined(value, schema, path, outcome);
    if (typeof value === 'string') this.#string(value, schema, path, outcome);
    if (typeof value === 'number') this.#number(value, schema, path, outcome);
    if (Array.isArray(value)) this.#array(value, schema, path, old, outcome);
    this.#enum(value, schema, path, outcome);
    if (isObject(value)) this.#object(value, schema, path, old, outcome);
    return outcome;
  }

  #type(value: JsonValue, schema: JsonSchema, path: string, outcome: Outcome): void {
    const types = typesOf(schema);
    const format = schema.format !== undefined && isKnownFormat(schema.format) ? schema.format : '';
    if (types.length === 0 && format === '') return;
    outcome.matches++;
    const is = typeName(value);
    const wrong = (wanted: string, got: string) =>
      outcome.add(typeInvalid(fieldOf(path), got, `${path} in body must be of type ${wanted}: "${got}"`));
    if (value === null) {
      if (types.length > 0 && schema.nullable !== true) wrong(types.join(','), 'null');
      return;
    }
    const fits =
      types.includes(is) ||
      (is === 'integer' && types.includes('number')) ||
      (is === 'number' && types.includes('integer') && Number.isInteger(value));
    const listy = typeof value === 'string' || Array.isArray(value);
    if (!listy && format !== '' && !fits) wrong(format, '');
    // A format says more than a type.
    else if (listy && format !== '' && !types.includes('number') && !types.includes('integer')) return;
    else if (!fits) wrong(types.join(','), is);
  }

  #combined(value: JsonValue, schema: JsonSchema, path: string, outcome: Outcome): void {
    const { anyOf = [], oneOf = [], allOf = [], not } = schema;
    if (anyOf.length + oneOf.length + allOf.length > 0 || not !== undefined) outcome.matches++;
    const all = (schemas: readonly JsonSchema[]) => schemas.map((one) => this.check(value, one, path, undefined));
    const fail = (why: string) => outcome.add(invalid('<nil>', '', `"${path}" must ${why}`));
    if (anyOf.length > 0) {
      const outcomes = all(anyOf);
      if (!outcomes.some(isGood)) {
        fail('validate at least one schema (anyOf)');
        outcome.merge(best(outcomes));
      }
    }
    if (oneOf.length > 0) {
      const outcomes = all(oneOf);
      const good = outcomes.filter(isGood);
      if (good.length !== 1) {
        const found = good.length === 0 ? 'Found none valid' : `Found ${good.length} valid alternatives`;
        fail(`validate one and only one schema (oneOf). ${found}`);
        if (good.length === 0) outcome.merge(best(outcomes));
      }
    }
    if (allOf.length > 0) {
      const outcomes = all(allOf);
      for (const one of outcomes) outcome.merge(one);
      const good = outcomes.filter(isGood).length;
      if (good < allOf.length) fail(`validate all the schemas (allOf)${good === 0 ? '. None validated' : ''}`);
    }
    if (not !== undefined && isGood(this.check(value, not, path, undefined))) fail('not validate the schema (not)');
  }

  #string(value: string, schema: JsonSchema, path: string, outcome: Outcome): void {
    const { maxLength, minLength, pattern, format } = schema;
    if (maxLength !== undefined || minLength !== undefined || pattern !== undefined) {
      outcome.matches++;
      const length = [...value].length;
      if (maxLength !== undefined && length > maxLength) outcome.add(tooLong(fieldOf(path), maxLength));
      else if (minLength !== undefined && length < minLength) {
        outcome.add(invalid(fieldOf(path), value, `${path} in body should be at least ${minLength} chars long`));
      } else if (pattern !== undefined && pattern !== '' && !this.#patterns.test(pattern, value)) {
        outcome.add(invalid(fieldOf(path), value, `${path} in body should match '${pattern}'`));
      }
    }
    if (format === undefined || !isKnownFormat(format)) return;
    outcome.matches++;
    if (hasFormat(format, value)) return;
    outcome.add(
      typeInvalid(fieldOf(path), value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`),
    );
  }

  #number(value: number, schema: JsonSchema, path: string, outcome: Outcome): void {
    const { multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum } = schema;
    outcome.matches++;
    const fail = (why: string) => outcome.add(invalid(fieldOf(path), value, `${path} in body should be ${why}`));
    if (multipleOf !== undefined && !isMultiple(value, multipleOf)) fail(`a multiple of ${multipleOf}`);
    if (maximum !== undefined) {
      if (exclusiveMaximum === true && value >= maximum) fail(`less than ${maximum}`);
      else if (exclusiveMaximum !== true && value > maximum) fail(`less than or equal to ${maximum}`);
    }
    if (minimum !== undefined) {
      if (exclusiveMinimum === true && value <= minimum) fail(`greater than ${minimum}`);
      else if (exclusiveMinimum !== true && value < minimum) fail(`greater than or equal to ${minimum}`);
    }
  }

  #array(
    value: readonly JsonValue[],
    schema: JsonSchema,
    path: string,
    old: JsonValue | undefined,
    outcome: Outcome,
  ): void {
    const items = itemsOf(schema);
    outcome.matches++;
    if (items !== undefined) {
      const before = Array.isArray(old) ? correlated(old, schema) : undefined;
      value.forEach((item, index) => {
        outcome.merge(this.check(item, items, `${path}[${index}]`, before?.(item)));
      });
    }
    const { maxItems, minItems, uniqueItems } = schema;
    if (minItems !== undefined && value.length < minItems) {
      const why = `${path} in body should have at least ${minItems} items`;
      outcome.add(invalid(fieldOf(path), value.length, why));
    }
    if (maxItems !== undefined && value.length > maxItems) {
      outcome.add(tooMany(fieldOf(path), value.length, maxItems));
    }
    if (uniqueItems === true && value.some((item, at) => value.slice(0, at).some((other) => deepEqual(item, other)))) {
      outcome.add(invalid(fieldOf(path), '', `${path} in body shouldn't contain duplicates`));
    }
  }

  #enum(value: JsonValue, schema: JsonSchema, path: string, outcome: Outcome): void {
    if (schema.enum === undefined || schema.enum.length === 0) return;
    outcome.matches++;
    if (schema.enum.some((one) => deepEqual(one, value))) return;
    const values = schema.enum.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
    outcome.add(notSupported(fieldOf(path), value, values));
  }

  #object(value: JsonObject, schema: JsonSchema, path: string, old: JsonValue | undefined, outcome: Outcome): void {
    outcome.matches++;
    const names = Object.keys(value).sort();
    const { minProperties, maxProperties, additionalProperties } = schema;
    if (minProperties !== undefined && names.length < minProperties) {
      const why = `${path} in body should have at least ${minProperties} properties`;
      outcome.add(invalid(fieldOf(path), names.length, why));
      return;
    }
    if (maxProperties !== undefined && names.length > maxProperties) {
      outcome.add(tooMany(fieldOf(path), names.length, maxProperties));
      return;
    }
    const before = isObject(old) ? old : undefined;
    const inside = (name: string) => (path === '' ? name : `${path}.${name}`);
    for (const name of names) {
      if (propertyOf(schema, name) !== undefined || !isObject(additionalProperties)) continue;
      const at = `${path}.${name}`;
      outcome.merge(this.check(value[name] ?? null, additionalProperties, at, memberOf(before, name)));
    }
    for (const name of Object.keys(schema.properties ?? {}).sort()) {
      const property = propertyOf(schema, name);
      const member = memberOf(value, name);
      if (property === undefined || member === undefined) continue;
      outcome.merge(this.check(member, property, inside(name), memberOf(before, name)));
    }
    for (const name of schema.required ?? []) {
      const byDefault = propertyOf(schema, name)?.default;
      if (Object.hasOwn(value, name) || (byDefault !== undefined && byDefault !== null)) continue;
      outcome.add(required(inside(name)));
    }
  }
}

function isGood({ errors }: Outcome): boolean {
  return errors.length === 0;
}

/** Of alternatives that all failed, the first with the most checks. */
function best(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((most, one) => (one.matches > most.matches ? one : most));
}

function typesOf(schema: JsonSchema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
}

function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** The path as field errors bear it; the root has none. */
function fieldOf(path: string): string {
  return path === '' ? '<nil>' : path.replace(/^\./, '');
}

function memberOf(object: JsonObject | undefined, name: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Which old item an item of a list was: told by the keys of lists that are maps, and nowhere else. */
function correlated(old: readonly JsonValue[], schema: JsonSchema): (item: JsonValue) => JsonValue | undefined {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || keys.length === 0) return () => undefined;
  return (item) =>
    isObject(item)
      ? old.find((other) => isObject(other) && keys.every((key) => deepEqual(other[key] ?? null, item[key] ?? null)))
      : undefined;
}

function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}
