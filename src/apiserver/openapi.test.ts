import { describe, expect, it } from 'vitest';
import { Scheme } from '../api/scheme.ts';
import { openApiDocument, openApiIndex } from './openapi.ts';

const scheme = new Scheme();

describe('OpenAPI v3', () => {
  it('has a document for each group version of its index, and no other', () => {
    const { paths } = JSON.parse(openApiIndex(scheme)) as { paths: Record<string, { serverRelativeURL: string }> };
    expect(Object.keys(paths)).toContain('apis/apps/v1');
    for (const [path, { serverRelativeURL }] of Object.entries(paths)) {
      expect(serverRelativeURL).toMatch(new RegExp(`^/openapi/v3/${path}\\?hash=[0-9A-F]{8}$`));
      expect(openApiDocument(scheme, path)).toBeDefined();
    }
    expect(openApiDocument(scheme, 'apis/apps/v2')).toBeUndefined();
  });

  it('refers to no schema that it does not hold', () => {
    const text = openApiDocument(scheme, 'api/v1') ?? '';
    const { components } = JSON.parse(text) as { components: { schemas: Record<string, unknown> } };
    for (const [, id = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(components.schemas).toHaveProperty([id]);
    }
    expect(components.schemas['io.k8s.api.core.v1.PodList']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'PodList' }],
    });
  });

  it('says that kinds can be patched, and that fields can be validated', () => {
    const { paths } = JSON.parse(openApiDocument(scheme, 'apis/apps/v1') ?? '') as { paths: Record<string, object> };
    expect(paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']).toMatchObject({
      patch: {
        'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
        parameters: expect.arrayContaining([expect.objectContaining({ name: 'fieldValidation', in: 'query' })]),
        requestBody: { content: { 'application/strategic-merge-patch+json': {} } },
      },
    });
  });
});
