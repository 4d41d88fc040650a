import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { decodeProtobuf } from './decode.ts';
import { encodeObject } from './encode.ts';
import { messageOfKind } from './messages.ts';

const GOLDEN = new URL('../../../../shared/reference/golden/', import.meta.url);
const present = existsSync(GOLDEN);
if (!present) console.log('protobuf golden files skipped: ../shared/reference is not here');

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** Zero values, which protobuf writes and JSON leaves out. */
function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, prune(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => !isZero(item)));
}

function isZero(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

describe('decodeProtobuf', () => {
  const envelope = (message: readonly number[]): Uint8Array =>
    Uint8Array.of(
      0x6b,
      0x38,
      0x73,
      0,
      0x0a,
      9,
      0x0a,
      2,
      0x76,
      0x31,
      0x12,
      3,
      0x50,
      0x6f,
      0x64,
      0x12,
      message.length,
      ...message,
    );

  it.each([
    ['nothing', [], 'empty data'],
    [
      'what lacks the prefix',
      [1, 2, 3],
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    ],
    ['the prefix alone', [0x6b, 0x38, 0x73, 0], 'empty body'],
    ['a cut envelope', [0x6b, 0x38, 0x73, 0, 0x0a, 0x40, 1], 'unexpected EOF'],
    ['an envelope of another type', [0x6b, 0x38, 0x73, 0, 0x08, 1], 'proto: wrong wireType = 0 for field TypeMeta'],
    ['a cut message', envelope([0x0a, 0x40]), 'unexpected EOF'],
    ['a field of another type', envelope([0x08, 1]), 'proto: wrong wireType = 0 for field ObjectMeta'],
    ['an endless integer', envelope([0x90, ...Array<number>(10).fill(0xff)]), 'proto: integer overflow'],
    [
      'a negative length',
      envelope([0x0a, ...Array<number>(9).fill(0xff), 1]),
      'proto: negative length found during unmarshaling',
    ],
    ['field 0', envelope([0x00, 1]), 'proto: Pod: illegal tag 0 (wire type 0)'],
    ['a group that ends', envelope([0x0c]), 'proto: Pod: wiretype end group for non-group'],
  ] as const)('refuses %s', (_what, bytes, error) => {
    expect(decodeProtobuf(Uint8Array.from(bytes), messageOfKind)).toMatchObject({ ok: false, error });
  });

  it('takes kind and version from what is expected where the envelope names none', () => {
    const bytes = Uint8Array.of(0x6b, 0x38, 0x73, 0, 0x12, 4, 0x0a, 2, 0x0a, 0);
    const decoded = decodeProtobuf(bytes, messageOfKind, { apiVersion: 'v1', kind: 'Pod' });
    expect(decoded).toMatchObject({ ok: true, kind: 'Pod', value: { metadata: { name: '' } } });
  });

  it('bounds how deep and how many messages are', () => {
    let schema: JsonObject = { type: 'string' };
    for (let depth = 0; depth < 300; depth++) schema = { not: schema };
    const name = 'k8s.io.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation';
    const deep = encodeObject({ apiVersion: 'v1', kind: 'X', openAPIV3Schema: schema }, name);
    expect(decodeProtobuf(deep, () => name)).toMatchObject({ ok: false, error: 'messages are nested too deep' });
    const items = Array<JsonObject>(310_000).fill({});
    const many = encodeObject(
      { apiVersion: 'v1', kind: 'X', items },
      'k8s.io.apimachinery.pkg.apis.meta.v1.Preconditions',
    );
    expect(decodeProtobuf(many, () => 'k8s.io.apimachinery.pkg.apis.meta.v1.Preconditions')).toMatchObject({
      ok: true,
    });
    const list = encodeObject({ apiVersion: 'v1', kind: 'X', ownerReferences: items }, META);
    expect(decodeProtobuf(list, () => META)).toMatchObject({ ok: false, error: 'there are too many messages' });
  });

  it('bounds how deep the JSON within a message is', () => {
    let data: JsonObject = {};
    for (let depth = 0; depth < 2000; depth++) data = { x: data };
    const name = 'k8s.io.api.apps.v1.ControllerRevision';
    const body = encodeObject({ apiVersion: 'apps/v1', kind: 'ControllerRevision', revision: 1, data }, name);
    expect(decodeProtobuf(body, () => name)).toMatchObject({
      ok: false,
      error: 'a raw extension is not JSON: exceeded max depth',
    });
  });

  it('reads what in JSON is one of several things', () => {
    const object: JsonObject = {
      kind: 'CustomResourceDefinition',
      apiVersion: 'apiextensions.k8s.io/v1',
      spec: {
        versions: [
          {
            schema: {
              openAPIV3Schema: {
                default: { a: [1, null] },
                enum: ['a', 1],
                items: { type: 'string' },
                properties: {
                  a: { items: [{ type: 'string' }], additionalProperties: false },
                  b: { additionalProperties: { type: 'string' }, additionalItems: true },
                  c: { dependencies: { d: ['e'], f: { type: 'string' } } },
                },
              },
            },
          },
        ],
      },
    };
    const decoded = decodeProtobuf(
      encodeObject(object, messageOfKind('apiextensions.k8s.io/v1', 'CustomResourceDefinition') ?? ''),
      messageOfKind,
    );
    expect(decoded.ok && decoded.value).toMatchObject({ spec: object['spec'] });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom('Pod', 'Status', 'Event', 'ResourceQuota'),
        (bytes, kind) => {
          const body = Uint8Array.of(0x6b, 0x38, 0x73, 0, 0x12, bytes.length, ...bytes);
          decodeProtobuf(body, messageOfKind, { apiVersion: 'v1', kind });
        },
      ),
    );
  });

  const files = present
    ? readdirSync(GOLDEN).filter((name) => name.endsWith('.pb') && !name.includes('WatchEvent'))
    : [];
  it.each(files)('says what the JSON of the same object says: %s', (file) => {
    const bytes = readFileSync(new URL(file, GOLDEN));
    const expected = JSON.parse(readFileSync(new URL(file.replace(/pb$/, 'json'), GOLDEN), 'utf8')) as Record<
      string,
      unknown
    >;
    const decoded = decodeProtobuf(bytes, messageOfKind);
    if (!decoded.ok) throw new Error(decoded.error);
    const { kind, apiVersion, ...body } = expected;
    expect(decoded).toMatchObject({ kind, apiVersion });
    expect(prune(decoded.value)).toEqual(prune(body));
  });
});
