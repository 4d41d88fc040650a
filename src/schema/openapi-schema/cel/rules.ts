// The rules of a schema (x-kubernetes-validations), compiled once and asked of every object: those of an object before
// those of its members, members in the order of their names.
//
// 1. A rule that speaks of oldSelf is asked only where there is an old value that corresponds to the new one: of the same
//    property, of the same key of a map or of a list that is a map. One with optionalOldSelf is always asked.
// 2. A rule that does not speak of oldSelf, and whose value did not change, refuses nothing.
// 3. null is not asked about.
//
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.

import type { JsonValue } from '../../../lib/json.ts';
import { deepEqual, isObject } from '../../../lib/json.ts';
import type { FieldError } from '../../field-error.ts';
import { duplicate, forbidden, invalid, required } from '../../field-error.ts';
import type { JsonSchema, ValidationRule } from '../json-schema.ts';
import { additionalOf, itemsOf, propertyOf } from '../json-schema.ts';
import type { Compiled } from './environment.ts';
import { Compiler, errorSummary, visit } from './environment.ts';
import { celValue, withResourceFields } from './values.ts';

interface CompiledRule {
  readonly rule: ValidationRule;
  readonly compiled: Compiled;
  readonly message: Compiled | undefined;
  readonly usesOldSelf: boolean;
}

/** A schema with rules, or with such schemas below it. */
interface Node {
  readonly schema: JsonSchema;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, Node>;
  readonly additional: Node | undefined;
  readonly items: Node | undefined;
}

export class Rules {
  readonly #root: Node | undefined;
  readonly #compiler: Compiler | undefined;

  constructor(schema: JsonSchema) {
    if (!hasRules(schema)) return;
    this.#compiler = new Compiler();
    this.#root = nodeOf(schema, this.#compiler, true);
  }

  get none(): boolean {
    return this.#root === undefined;
  }

  /** `old` undefined: the object is new. */
  check(value: JsonValue, old: JsonValue | undefined): FieldError[] {
    const errors: FieldError[] = [];
    if (this.#root !== undefined) this.#check(this.#root, value, old, '', errors);
    return errors;
  }

  #check(node: Node, value: JsonValue, old: JsonValue | undefined, path: string, errors: FieldError[]): void {
    if (value === null) return;
    this.#ask(node, value, old ?? undefined, path, errors);
    if (Array.isArray(value)) this.#items(node, value, old, path, errors);
    if (!isObject(value)) return;
    const before = isObject(old) ? old : undefined;
    for (const name of Object.keys(value).sort()) {
      const member =
        node.properties.get(name) ?? (propertyOf(node.schema, name) === undefined ? node.additional : undefined);
      if (member === undefined) continue;
      const was = before !== undefined && Object.hasOwn(before, name) ? before[name] : undefined;
      this.#check(member, value[name] ?? null, was, path === '' ? name : `${path}.${name}`, errors);
    }
  }

  #items(
    { items, schema }: Node,
    value: readonly JsonValue[],
    old: JsonValue | undefined,
    path: string,
    errors: FieldError[],
  ): void {
    if (items === undefined) return;
    const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [];
    value.forEach((item, index) => {
      const was =
        keys.length > 0 && Array.isArray(old) && isObject(item)
          ? old.find(
              (other) => isObject(other) && keys.every((key) => deepEqual(other[key] ?? null, item[key] ?? null)),
            )
          : undefined;
      this.#check(items, item, was, `${path}[${index}]`, errors);
    });
  }

  #ask(node: Node, value: JsonValue, old: JsonValue | undefined, path: string, errors: FieldError[]): void {
    if (node.rules.length === 0) return;
    const { schema } = node;
    const self = celValue(value, schema);
    const before = old === undefined ? undefined : celValue(old, schema);
    const unchanged = old !== undefined && deepEqual(value, old);
    const field = path === '' ? '<nil>' : path;
    const type = schema.type ?? '';
    for (const { rule, compiled, message, usesOldSelf } of node.rules) {
      if (!compiled.ok) {
        errors.push(invalid(field, type, `rule compile error: ${compiled.error}`));
        continue;
      }
      const optional = rule.optionalOldSelf === true;
      if (usesOldSelf && before === undefined && !optional) continue;
      const oldSelf = optional ? this.#compiler?.optional(before) : before;
      let held: unknown;
      try {
        held = compiled.program.evaluate({ self, oldSelf });
      } catch (error) {
        errors.push(invalid(field, type, evaluationError(error, rule)));
        continue;
      }
      if (held === true || (!usesOldSelf && unchanged)) continue;
      const detail = messageOf(rule, message, { self, oldSelf });
      errors.push(failed(withFieldPath(path, rule), shown(value, type), detail, rule));
    }
  }
}

function hasRules(schema: JsonSchema): boolean {
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) return true;
  const items = itemsOf(schema);
  const additional = additionalOf(schema);
  return (
    (items !== undefined && hasRules(items)) ||
    (additional !== undefined && additional !== true && hasRules(additional)) ||
    Object.values(schema.properties ?? {}).some(hasRules) ||
    (schema.allOf ?? []).some(hasRules)
  );
}

function nodeOf(given: JsonSchema, compiler: Compiler, resource: boolean): Node | undefined {
  if (!hasRules(given)) return undefined;
  const schema = resource || given['x-kubernetes-embedded-resource'] === true ? withResourceFields(given) : given;
  const properties = new Map<string, Node>();
  for (const [name, property] of Object.entries(given.properties ?? {})) {
    const node = nodeOf(property, compiler, false);
    if (node !== undefined) properties.set(name, node);
  }
  const items = itemsOf(given);
  const additional = additionalOf(given);
  const rules = [given, ...(given.allOf ?? [])].flatMap((one) => one['x-kubernetes-validations'] ?? []);
  return {
    schema,
    rules: rules.map((rule) => compileRule(rule, compiler)),
    properties,
    additional: additional === undefined || additional === true ? undefined : nodeOf(additional, compiler, false),
    items: items === undefined ? undefined : nodeOf(items, compiler, false),
  };
}

function compileRule(rule: ValidationRule, compiler: Compiler): CompiledRule {
  const compiled = compiler.compile(rule.rule, rule);
  const { messageExpression = '' } = rule;
  const message = messageExpression === '' ? undefined : compiler.compile(messageExpression, rule);
  return { rule, compiled, message, usesOldSelf: compiled.ok && usesOldSelf(compiled) };
}

export function usesOldSelf({ program }: Compiled & { readonly ok: true }): boolean {
  let found = false;
  visit(program.ast, (node) => {
    if (node.op === 'id' && node.args === 'oldSelf') found = true;
  });
  return found;
}

function evaluationError(error: unknown, rule: ValidationRule): string {
  const summary = errorSummary(error).replace(/^No such key: /, 'no such key: ');
  const what = ruleText(rule);
  return summary.startsWith('no such overload')
    ? `'${summary}': call arguments did not match a supported operator, function or macro signature for rule: ${what}`
    : `${summary} evaluating rule: ${what}`;
}

function ruleText({ message = '', rule }: ValidationRule): string {
  return message === '' ? rule.trim() : message.trim();
}

function messageOf(
  rule: ValidationRule,
  expression: Compiled | undefined,
  variables: { self: unknown; oldSelf: unknown },
): string {
  if (expression?.ok === true) {
    try {
      const text = expression.program.evaluate(variables);
      // An expression that gives no usable text counts as none.
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text;
    } catch {
      // Likewise.
    }
  }
  const { message = '' } = rule;
  return message === '' ? `failed rule: ${rule.rule.trim()}` : message.trim();
}

/** Scalars are quoted as they are, others by their type. */
function shown(value: JsonValue, type: string): JsonValue {
  return typeof value === 'object' ? type : value;
}

function withFieldPath(path: string, { fieldPath = '' }: ValidationRule): string {
  const inner = fieldPath.replace(/^\./, '').replaceAll(/\['((?:\\.|[^'\\])*)'\]/g, (_, name: string) => {
    const plain = name.replaceAll(/\\(.)/g, '$1');
    return `[${plain}]`;
  });
  if (inner === '') return path === '' ? '<nil>' : path;
  if (path === '') return inner;
  return inner.startsWith('[') ? `${path}${inner}` : `${path}.${inner}`;
}

function failed(field: string, value: JsonValue, detail: string, { reason }: ValidationRule): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return duplicate(field, value);
    default:
      return invalid(field, value, detail);
  }
}
