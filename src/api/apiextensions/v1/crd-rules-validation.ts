// The rules in the schema of a custom resource must compile, and speak of fields that there are.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Program } from '../../../schema/openapi-schema/cel/environment.ts';
import { Compiler, errorAt, visit } from '../../../schema/openapi-schema/cel/environment.ts';
import { usesOldSelf } from '../../../schema/openapi-schema/cel/rules.ts';
import { propertyByCelName, withResourceFields } from '../../../schema/openapi-schema/cel/values.ts';
import type { JsonSchema, ValidationRule } from '../../../schema/openapi-schema/json-schema.ts';
import { additionalOf, itemsOf } from '../../../schema/openapi-schema/json-schema.ts';
import { fieldAt } from './crd-parts-validation.ts';
import { quotedRule } from './internal-form.ts';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** `compile`: the schema holds, and rules can be compiled against it. */
export function validateRules(schema: JsonSchema, path: string, compile: boolean): FieldError[] {
  let compiler: Compiler | undefined;
  const errors: FieldError[] = [];
  /** `broken`: the part of the schema within which old and new values do not correspond. */
  const walk = (given: JsonSchema, at: string, resource: boolean, broken: string | undefined): void => {
    const rules = given['x-kubernetes-validations'] ?? [];
    const typed = resource || given['x-kubernetes-embedded-resource'] === true ? withResourceFields(given) : given;
    rules.forEach((rule, index) => {
      const field = `${at}.x-kubernetes-validations[${index}]`;
      const plain = ruleErrors(rule, typed, field);
      append(errors, plain);
      if (!compile || plain.length > 0) return;
      compiler ??= new Compiler();
      append(errors, compileErrors(rule, typed, field, compiler, broken));
    });
    const items = itemsOf(given);
    const listed = given['x-kubernetes-list-type'] === 'map' ? undefined : at;
    if (items !== undefined) walk(items, `${at}.items`, false, broken ?? listed);
    for (const [name, property] of Object.entries(given.properties ?? {})) {
      walk(property, `${at}.properties[${name}]`, false, broken);
    }
    const additional = additionalOf(given);
    if (additional !== undefined && additional !== true) walk(additional, `${at}.additionalProperties`, false, broken);
  };
  walk(schema, path, true, undefined);
  return errors;
}

function ruleErrors(rule: ValidationRule, schema: JsonSchema, path: string): FieldError[] {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  const errors: FieldError[] = [];
  const broken = (text: string) => /[\r\n]/.test(text);
  if (rule.rule.trim() === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'));
  } else if (broken(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'));
  } else if (broken(rule.rule.trim()) && message.trim() === '') {
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
  if (fieldPath === '') return errors;
  if (fieldPath.trim() === '') {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'fieldPath must be non-empty if specified'));
  } else if (broken(fieldPath)) {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'fieldPath must not contain line breaks'));
  } else {
    const found = fieldAt(fieldPath.replaceAll(/\['([^'\\]*)'\]/g, '.$1'), schema);
    if (typeof found === 'string') {
      errors.push(invalid(`${path}.fieldPath`, fieldPath, `fieldPath must be a valid path: ${found}`));
    }
  }
  return errors;
}

function compileErrors(
  rule: ValidationRule,
  schema: JsonSchema,
  path: string,
  compiler: Compiler,
  broken: string | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  const why = compileError(rule.rule, rule, schema, 'boolean', compiler);
  if (why !== undefined) errors.push(invalid(`${path}.rule`, quotedRule(rule), why));
  const { messageExpression = '' } = rule;
  const message =
    messageExpression === '' ? undefined : compileError(messageExpression, rule, schema, 'string', compiler);
  if (message !== undefined) {
    const text = message.startsWith('compilation failed')
      ? `messageExpression ${message}`
      : `messageExpression must evaluate to a string`;
    errors.push(invalid(`${path}.messageExpression`, quotedRule(rule), text));
  }
  const compiled = compiler.compile(rule.rule, rule);
  if (broken !== undefined && compiled.ok && usesOldSelf(compiled)) {
    const text = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${broken}`;
    errors.push(invalid(`${path}.rule`, rule.rule, text));
  }
  return errors;
}

/** Undefined for an expression that compiles to a value of the type. */
function compileError(
  text: string,
  rule: ValidationRule,
  schema: JsonSchema,
  type: 'boolean' | 'string',
  compiler: Compiler,
): string | undefined {
  const compiled = compiler.compile(text, rule);
  if (!compiled.ok) return `compilation failed: ${compiled.error}`;
  const { program } = compiled;
  const unknown = undefinedField(program, text, schema);
  if (unknown !== undefined) return `compilation failed: ${unknown}`;
  const own = schemaOfExpression(program.ast, schema);
  const named = own === undefined ? program.type : celTypeOf(own);
  const wanted = type === 'boolean' ? 'bool' : 'string';
  return named === wanted || named === 'dyn' ? undefined : `cel expression must evaluate to a ${wanted}`;
}

function celTypeOf(schema: JsonSchema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'dyn';
  switch (schema.type ?? '') {
    case 'boolean':
      return 'bool';
    case 'string':
      return ['date', 'date-time', 'duration', 'byte'].includes(schema.format ?? '') ? 'other' : 'string';
    case '':
      return 'dyn';
    default:
      return 'other';
  }
}

/** The first field that is asked for and that the schema does not have. */
function undefinedField(program: Program, text: string, schema: JsonSchema): string | undefined {
  const found: string[] = [];
  visit(program.ast, (node) => {
    const asked = fieldAsked(node);
    if (asked === undefined) return;
    const [object, name] = asked;
    const of = schemaOfExpression(object, schema);
    if (of === undefined || of.type !== 'object') return;
    if (additionalOf(of) !== undefined) return;
    if (of.properties === undefined && of['x-kubernetes-preserve-unknown-fields'] === true) return;
    if (propertyByCelName(of, name) === undefined)
      found.push(errorAt(text, object.range.end, `undefined field '${name}'`));
  });
  return found[0];
}

/** `object.name`, `object.?name`, and what `has(object.name)` is made into. */
function fieldAsked(node: ASTNode): readonly [object: ASTNode, name: string] | undefined {
  if (node.op === '.' || node.op === '.?') return node.args;
  if (node.op !== 'call' || node.args[0] !== 'hasField') return undefined;
  const [object, name] = node.args[1];
  return object === undefined || name?.op !== 'value' || typeof name.args !== 'string'
    ? undefined
    : [object, name.args];
}

/** The schema of an expression that leads from self or oldSelf by fields and indexes alone. */
function schemaOfExpression(node: ASTNode, schema: JsonSchema): JsonSchema | undefined {
  if (node.op === 'id') return node.args === 'self' ? schema : undefined;
  if (node.op === '.') {
    const [object, name] = node.args;
    const of = schemaOfExpression(object, schema);
    if (of === undefined) return undefined;
    const additional = additionalOf(of);
    return propertyByCelName(of, name) ?? (additional === true ? undefined : additional);
  }
  if (node.op === '[]') {
    const of = schemaOfExpression(node.args[0], schema);
    if (of === undefined) return undefined;
    const additional = additionalOf(of);
    return itemsOf(of) ?? (additional === true ? undefined : additional);
  }
  return undefined;
}
