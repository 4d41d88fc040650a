// Whether an object of a custom resource is what its schema says, in upstream's order: values, then what the caller found
// of its own (scale), embedded resources, lists that are sets or maps, and last the rules in CEL, unless the object is
// too wrong for them.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/{strategy,validator}.go.

import { append } from '../../lib/append.ts';
import type { JsonValue } from '../../lib/json.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import { Rules } from '../../schema/openapi-schema/cel/rules.ts';
import { validateEmbedded } from '../../schema/openapi-schema/embedded.ts';
import type { JsonSchema } from '../../schema/openapi-schema/json-schema.ts';
import { repeatedItems } from '../../schema/openapi-schema/list-items.ts';
import { Patterns } from '../../schema/openapi-schema/patterns.ts';
import { validateValue } from '../../schema/openapi-schema/validate-value.ts';
import type { KubeObject } from '../object.ts';

const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

export class CustomValidator {
  readonly #schema: JsonSchema;
  readonly #patterns = new Patterns();
  #rules: Rules | undefined;

  constructor(schema: JsonSchema) {
    this.#schema = schema;
  }

  /** `own`: what was found of the scale. */
  create(object: KubeObject, own: readonly FieldError[]): FieldError[] {
    const value = object as unknown as JsonValue;
    const errors = [
      ...validateValue(value, this.#schema, this.#patterns),
      ...own,
      ...validateEmbedded(value, this.#schema),
      ...repeatedItems(value, this.#schema),
    ];
    return [...errors, ...this.#byRules(errors, value, undefined)];
  }

  /** `whole`: not of the status alone, which upstream does not ask for embedded resources. */
  update(object: KubeObject, old: KubeObject, own: readonly FieldError[], whole: boolean): FieldError[] {
    const value = object as unknown as JsonValue;
    const before = old as unknown as JsonValue;
    const errors = [
      ...validateValue(value, this.#schema, this.#patterns, '', before),
      ...own,
      ...(whole ? validateEmbedded(value, this.#schema) : []),
    ];
    // What held something twice already may go on so.
    const repeated = repeatedItems(value, this.#schema);
    if (repeated.length > 0 && repeatedItems(before, this.#schema).length === 0) append(errors, repeated);
    return [...errors, ...this.#byRules(errors, value, before)];
  }

  #byRules(errors: readonly FieldError[], value: JsonValue, old: JsonValue | undefined): FieldError[] {
    this.#rules ??= new Rules(this.#schema);
    if (this.#rules.none) return [];
    if (errors.some(({ type }) => BLOCKING.has(type))) return [invalid('<nil>', null, UNCHECKED)];
    return this.#rules.check(value, old);
  }
}
