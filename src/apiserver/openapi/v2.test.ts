import { describe, expect, it } from 'vitest';
import { Scheme } from '../../api/scheme.ts';
import { builtInDocuments } from './document.ts';
import { openApiV2, wholeOpenApiV2 } from './v2.ts';

interface Document {
  swagger: string;
  paths: Record<string, Record<string, { consumes: string[]; parameters: object[]; responses: object }>>;
  definitions: Record<string, { properties?: Record<string, object> }>;
}

describe('OpenAPI v2', () => {
  const documents = [...builtInDocuments(new Scheme()).values()];
  const text = JSON.stringify(openApiV2(documents));
  const document = JSON.parse(text) as Document;

  it('holds every group version in one document, with references of its own', () => {
    expect(document.swagger).toBe('2.0');
    expect(Object.keys(document.definitions)).toContain('io.k8s.api.apps.v1.Deployment');
    expect(text).not.toContain('#/components');
    for (const [, id = ''] of text.matchAll(/"#\/definitions\/([^"]+)"/g))
      expect(document.definitions).toHaveProperty([id]);
  });

  it('says of a write what its body is and which options it takes', () => {
    const post = document.paths['/api/v1/namespaces/{namespace}/pods']?.['post'];
    expect(post?.parameters).toContainEqual({
      name: 'body',
      in: 'body',
      required: true,
      schema: { $ref: '#/definitions/io.k8s.api.core.v1.Pod' },
    });
    expect(post?.parameters).toContainEqual({
      name: 'fieldValidation',
      in: 'query',
      type: 'string',
      uniqueItems: true,
    });
    expect(document.paths['/api/v1/namespaces/{namespace}/pods/{name}']?.['patch']?.consumes).toContain(
      'application/strategic-merge-patch+json',
    );
  });

  it('says what answers are written in', () => {
    const produced = (path: string): unknown => document.paths[path]?.['get'];
    const objects = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
    const streams = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
    expect(produced('/api/v1/nodes/{name}')).toMatchObject({ produces: objects });
    expect(produced('/api/v1/nodes')).toMatchObject({ produces: [...objects, ...streams] });
    expect(produced('/version/')).toMatchObject({ produces: ['application/json'] });
  });

  it('has scalars of several types as strings', () => {
    expect(document.definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toEqual({
      type: 'string',
      format: 'int-or-string',
    });
    expect(document.definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']).toEqual({ type: 'string' });
  });

  it('has parameters of many operations in one place, but for those that old clients look for', () => {
    const { parameters, ...whole } = wholeOpenApiV2(documents);
    const shared = parameters as Record<string, { name: string }>;
    for (const [name, parameter] of Object.entries(shared)) {
      expect(name).toMatch(/^[a-zA-Z]+-[\w-]{8}$/);
      expect(name.startsWith(`${parameter.name}-`)).toBe(true);
    }
    const names = [...JSON.stringify(whole).matchAll(/"#\/parameters\/([^"]+)"/g)].map(([, name = '']) => name);
    expect([...new Set(names)].sort()).toEqual(Object.keys(shared).sort());
    expect(new Set(Object.values(shared).map((parameter) => JSON.stringify(parameter))).size).toBe(
      Object.keys(shared).length,
    );
    const paths = whole['paths'] as Document['paths'];
    const patch = paths['/api/v1/namespaces/{namespace}/pods/{name}']?.['patch']?.parameters ?? [];
    expect(patch.filter((parameter) => '$ref' in parameter)).toHaveLength(3);
    expect(patch.flatMap((parameter) => ('name' in parameter ? [parameter.name] : []))).toEqual([
      'dryRun',
      'fieldValidation',
    ]);
  });

  it('says how clients prove who they are', () => {
    expect(wholeOpenApiV2([])).toMatchObject({
      security: [{ BearerToken: [] }],
      securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    });
  });
});
