import { BinaryReader } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { openApiProtobuf } from './openapi-protobuf.ts';

/** Fields of a message by number: bytes, or the number of a varint. */
function fields(bytes: Uint8Array): Array<[number, Uint8Array | number]> {
  const reader = new BinaryReader(bytes);
  const found: Array<[number, Uint8Array | number]> = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    found.push([field, wireType === 2 ? reader.bytes() : reader.uint32()]);
  }
  return found;
}

/** The text at the end of a path of field numbers; the first where a field is repeated. */
function at(bytes: Uint8Array, ...path: number[]): string | number | undefined {
  let here: Uint8Array | number | undefined = bytes;
  for (const step of path) {
    if (typeof here !== 'object') return undefined;
    here = fields(here).find(([field]) => field === step)?.[1];
  }
  return typeof here === 'object' ? new TextDecoder().decode(here) : here;
}

describe('OpenAPI v2 as protobuf', () => {
  const bytes = openApiProtobuf(
    JSON.stringify({
      swagger: '2.0',
      info: { title: 'Kubernetes', version: 'v1' },
      paths: {
        '/api/v1/pods': {
          get: {
            'x-kubernetes-group-version-kind': { group: '', kind: 'Pod', version: 'v1' },
            parameters: [{ name: 'limit', in: 'query', type: 'integer', uniqueItems: true }],
            responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/Pod' } } },
          },
        },
      },
      definitions: { Pod: { type: 'object', required: ['spec'], properties: { spec: { type: 'string' } } } },
    }),
  );

  it('names the document, its paths and its definitions', () => {
    expect(at(bytes, 1)).toBe('2.0');
    expect(at(bytes, 2, 1)).toBe('Kubernetes');
    expect(at(bytes, 8, 2, 1)).toBe('/api/v1/pods');
    expect(at(bytes, 9, 1, 1)).toBe('Pod');
  });

  it('writes operations: options, answers, vendor extensions', () => {
    // Paths → NamedPathItem → PathItem → get
    const get = [8, 2, 2, 2];
    // ParametersItem → Parameter → NonBodyParameter → QueryParameterSubSchema
    expect(at(bytes, ...get, 8, 1, 2, 3, 4)).toBe('limit');
    expect(at(bytes, ...get, 8, 1, 2, 3, 6)).toBe('integer');
    expect(at(bytes, ...get, 8, 1, 2, 3, 20)).toBe(1);
    // Responses → NamedResponseValue → ResponseValue → Response → SchemaItem → Schema
    expect(at(bytes, ...get, 9, 1, 1)).toBe('200');
    expect(at(bytes, ...get, 9, 1, 2, 1, 2, 1, 1)).toBe('#/definitions/Pod');
    expect(at(bytes, ...get, 13, 1)).toBe('x-kubernetes-group-version-kind');
    expect(at(bytes, ...get, 13, 2, 2)).toBe('{"group":"","kind":"Pod","version":"v1"}\n');
  });

  it('writes schemas', () => {
    const pod = [9, 1, 2];
    expect(at(bytes, ...pod, 19)).toBe('spec');
    expect(at(bytes, ...pod, 22, 1)).toBe('object');
    expect(at(bytes, ...pod, 25, 1, 1)).toBe('spec');
    expect(at(bytes, ...pod, 25, 1, 2, 22, 1)).toBe('string');
  });
});
