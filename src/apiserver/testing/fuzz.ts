// Objects and requests at random, from a source of choices: well typed objects of any kind's schema with values that are often
// out of bounds, and mistakes put into good bodies.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { FieldSchema, StructSchema, ValueSchema } from '../../schema/structural.ts';

export class Choices {
  readonly #below: (bound: number) => number;

  /** `below(bound)`: an integer from 0 to bound - 1. */
  constructor(below: (bound: number) => number) {
    this.#below = below;
  }

  below(bound: number): number {
    return this.#below(bound);
  }

  /** True this many times of a hundred. */
  percent(share: number): boolean {
    return this.#below(100) < share;
  }

  of<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }
}

const TEXTS: readonly string[] = [
  ...[
    '',
    'a',
    'b',
    'kept',
    'default',
    'a-b',
    'A',
    'a/b',
    'x.io/y',
    '..',
    '%',
    '%2f',
    '*',
    ' ',
    '\u0000',
    '\ud800',
    'é',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'length',
    '0',
    '-1',
    '1.5',
    '10%',
    '101%',
    '80',
    '65536',
  ],
  ...[
    '100m',
    '1Gi',
    '1e99999',
    '-1',
    '.',
    '2026-01-01T00:00:00Z',
    '2026-13-45T99:99:99Z',
    '2026-01-01T00:00:00.000001Z',
  ],
  ...[
    '10.0.0.1',
    '10.0.0.0/8',
    '::1',
    '300.1.1.1',
    '::ffff:1.2.3.4',
    'https://a.b/c',
    '/abs',
    '../up',
    'a=b',
    'a in (b',
    'in',
  ],
  ...[
    'Always',
    'Never',
    'Exists',
    'In',
    'Lt',
    'NotIn',
    'Equal',
    'TCP',
    'None',
    'True',
    'ClusterIP',
    'ExternalName',
    'HTTP',
  ],
  ...[
    '* * * * *',
    '@every 0s',
    '60 * * * *',
    'UTC',
    '{.a[*].b}',
    '{',
    'self.x > 0',
    'self',
    '(',
    '$(A)',
    'object.a.b',
    'x'.repeat(300),
  ],
  ...['v1', 'apps/v1', 'a/b/c', 'Pod', 'ConfigMap', 'Service', 'cpu', 'memory', 'pods', 'count/pods', 'hugepages-2Mi'],
  ...[
    'kubernetes.io/hostname',
    'kubernetes.io/service-account-token',
    'cluster-admin',
    'system:masters',
    '$patch',
    '$retainKeys',
  ],
];

const NUMBERS: readonly number[] = [
  ...[0, 1, -1, 2, 3, 10, 80, 100, 101, 443, 8080, 30_000, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53],
  ...[-(2 ** 63), 2 ** 63, 1.5, 1e308, -0],
];

const JUNK: readonly JsonValue[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    'a',
    '',
    [],
    {},
    [null],
    [[]],
    { a: null },
    [{ name: 'a' }, { name: 'a' }],
    { __proto__x: 1 },
  ],
];

/** Levels of objects within objects; deeper ones stay empty. */
const MAX_LEVELS = 9;
/** Fields of one object, all in all. */
const MAX_FIELDS = 120;

/** A value of a schema, well typed but for a mistake now and then. */
export class SchemaFuzz {
  readonly #choices: Choices;
  #fields = 0;

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  struct(schema: StructSchema, level = 0): JsonObject {
    const object: JsonObject = {};
    for (const field of schema.fields) {
      if (this.#fields >= MAX_FIELDS || level > MAX_LEVELS) break;
      // Near the top and in small types most fields are there.
      const share = field.required
        ? 85
        : level < 2
          ? 45
          : Math.max(12, Math.min(50, Math.floor(200 / schema.fields.length)));
      if (!this.#choices.percent(share)) continue;
      this.#fields++;
      object[field.name] = this.#field(field, level);
    }
    if (this.#choices.percent(1)) object['unknown'] = this.junk();
    return object;
  }

  junk(): JsonValue {
    return structuredClone(this.#choices.of(JUNK));
  }

  text(): string {
    return this.#choices.of(TEXTS);
  }

  #field(field: FieldSchema, level: number): JsonValue {
    return this.#choices.percent(1) ? this.junk() : this.value(field.value, level);
  }

  value(schema: ValueSchema, level: number): JsonValue {
    const { kind, items, struct } = schema;
    const choices = this.#choices;
    switch (kind) {
      case 'string':
        return schema.enum !== undefined && choices.percent(90) ? choices.of(schema.enum) : this.text();
      case 'boolean':
        return choices.percent(50);
      case 'int32':
      case 'int64':
      case 'double':
        return choices.of(NUMBERS.filter((number) => fits(number, kind)));
      case 'bytes':
        return choices.of(['', 'YQ==', '/w==', 'LS0tLS1CRUdJTi0tLS0t', 'a']);
      case 'time':
        return choices.of([
          '2026-01-01T00:00:00Z',
          '1970-01-01T00:00:00Z',
          '9999-12-31T23:59:59Z',
          '2026-01-01T00:00:00+14:00',
        ]);
      case 'microTime':
        return choices.of(['2026-01-01T00:00:00.000001Z', '2026-01-01T00:00:00Z']);
      case 'quantity':
        return choices.of(['0', '1', '100m', '1Gi', '-1', '1.5', '1e3', '1E', '0.0001n', 5]);
      case 'intOrString':
        return choices.percent(50) ? this.text() : choices.of(NUMBERS.filter((number) => fits(number, 'int32')));
      case 'any':
        return choices.percent(30)
          ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: this.text() } }
          : this.junk();
      case 'struct':
        return struct === undefined ? {} : this.struct(struct(), level + 1);
      case 'list':
        return items === undefined ? [] : Array.from({ length: choices.below(4) }, () => this.value(items, level + 1));
      case 'map': {
        if (items === undefined) return {};
        const entries = Array.from(
          { length: choices.below(3) },
          () => [this.text(), this.value(items, level + 1)] as const,
        );
        return Object.fromEntries(entries);
      }
    }
  }
}

function fits(number: number, kind: ValueSchema['kind']): boolean {
  if (kind === 'double') return true;
  return Number.isInteger(number) && Math.abs(number) <= (kind === 'int32' ? 2 ** 31 - 1 : 2 ** 53);
}

/** The same object with some values taken out, replaced, repeated or put elsewhere. */
export function withMistakes(choices: Choices, value: JsonObject): JsonObject {
  const copy = structuredClone(value);
  const fuzz = new SchemaFuzz(choices);
  for (let count = 1 + choices.below(3); count > 0; count--) {
    const [container, key] = choices.of(placesOf(copy));
    const members = container as Record<string, JsonValue>;
    switch (choices.below(6)) {
      case 0:
        delete members[key];
        break;
      case 1:
        members[key] = fuzz.junk();
        break;
      case 2:
        members[key] = fuzz.text();
        break;
      case 3:
        members[key] = choices.of(NUMBERS);
        break;
      case 4:
        if (!Array.isArray(container)) members[fuzz.text()] = members[key] ?? null;
        break;
      default:
        members[key] = [structuredClone(members[key] ?? null), structuredClone(members[key] ?? null)];
    }
  }
  return copy;
}

type Place = readonly [container: JsonObject | JsonValue[], key: string];

/** Every member of every object and list. */
function placesOf(value: JsonObject): Place[] {
  const places: Place[] = [];
  const open: Array<JsonObject | JsonValue[]> = [value];
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    for (const [key, member] of Object.entries(container)) {
      places.push([container, key]);
      if (isObject(member) || Array.isArray(member)) open.push(member);
    }
  }
  return places.length === 0 ? [[value, 'a']] : places;
}

const PIECES = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '\\',
  '\n',
  ' ',
  '0',
  '-',
  'e',
  'null',
  '\\u0000',
  '\u0000',
  '\ufeff',
  '&a ',
  '*a',
  '!!binary ',
];

/** A text with some letters taken out, repeated or put in. */
export function withSlips(choices: Choices, text: string): string {
  let result = text;
  for (let count = 1 + choices.below(3); count > 0; count--) {
    const at = choices.below(result.length + 1);
    const length = choices.below(8);
    switch (choices.below(3)) {
      case 0:
        result = result.slice(0, at) + result.slice(at + length);
        break;
      case 1:
        result = result.slice(0, at) + choices.of(PIECES) + result.slice(at);
        break;
      default:
        result = result.slice(0, at + length) + result.slice(at);
    }
  }
  return result;
}
