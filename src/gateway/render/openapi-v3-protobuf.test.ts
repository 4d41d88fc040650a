import { BinaryReader } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { openApiV3Protobuf } from './openapi-v3-protobuf.ts';

/** What stands at the end of a path of field numbers, the first where a field is repeated: bytes, or a number. */
function at(bytes: Uint8Array, ...path: number[]): Uint8Array | number | undefined {
  let here: Uint8Array | number | undefined = bytes;
  for (const step of path) {
    if (typeof here !== 'object') return undefined;
    const reader = new BinaryReader(here);
    here = undefined;
    while (reader.pos < reader.len && here === undefined) {
      const [field, wireType] = reader.tag();
      const value = wireType === 2 ? reader.bytes() : wireType === 1 ? reader.double() : reader.uint32();
      if (field === step) here = value;
    }
  }
  return here;
}

function textAt(bytes: Uint8Array, ...path: number[]): string | undefined {
  const found = at(bytes, ...path);
  return typeof found === 'object' ? new TextDecoder().decode(found) : undefined;
}

const REFERENCE = { $ref: '#/components/schemas/Pod' };
const MEDIA = { content: { 'application/json': { schema: REFERENCE } } };

describe('OpenAPI v3 as protobuf', () => {
  const bytes = openApiV3Protobuf(
    JSON.stringify({
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: 'v1' },
      paths: {
        '/api/v1/pods': {
          post: {
            operationId: 'createPod',
            parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer' } }],
            requestBody: { required: true, ...MEDIA },
            responses: { 200: { description: 'OK', ...MEDIA } },
            'x-kubernetes-action': 'post',
          },
        },
      },
      components: {
        schemas: {
          Pod: {
            type: 'object',
            additionalProperties: false,
            properties: { replicas: { type: 'integer', default: 1.5, maximum: 3 } },
          },
        },
        securitySchemes: { BearerToken: { type: 'apiKey', in: 'header' } },
      },
    }),
  );

  it('names the document, its paths and its schemas', () => {
    expect([textAt(bytes, 1), textAt(bytes, 2, 6)]).toEqual(['3.0.0', 'v1']);
    expect(textAt(bytes, 4, 1, 1)).toBe('/api/v1/pods');
    // Components → SchemasOrReferences → NamedSchemaOrReference
    expect(textAt(bytes, 5, 1, 1, 1)).toBe('Pod');
    expect(textAt(bytes, 5, 7, 1, 2, 1, 4)).toBe('header');
  });

  it('writes operations', () => {
    const post = [4, 1, 2, 6];
    expect(textAt(bytes, ...post, 5)).toBe('createPod');
    expect(textAt(bytes, ...post, 6, 1, 10, 1, 25)).toBe('integer');
    // RequestBodyOrReference → RequestBody → MediaTypes → NamedMediaType → MediaType → SchemaOrReference → Reference
    expect(textAt(bytes, ...post, 7, 1, 2, 1, 2, 1, 2, 1)).toBe(REFERENCE.$ref);
    expect(textAt(bytes, ...post, 8, 2, 1)).toBe('200');
    expect(textAt(bytes, ...post, 8, 2, 2, 1, 3, 1, 1)).toBe('application/json');
    expect(textAt(bytes, ...post, 13, 2, 2)).toBe('"post"\n');
  });

  it('writes schemas', () => {
    const pod = [5, 1, 1, 2, 1];
    expect(at(bytes, ...pod, 32, 2)).toBe(0);
    const replicas = [...pod, 31, 1, 2, 1];
    expect(at(bytes, ...replicas, 33, 1)).toBe(1.5);
    expect(at(bytes, ...replicas, 11)).toBe(3);
  });
});
