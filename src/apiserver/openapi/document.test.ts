import { describe, expect, it } from 'vitest';
import { Scheme } from '../../api/scheme.ts';
import type { OpenApiDocument } from './document.ts';
import { builtInDocument, groupVersions } from './document.ts';

const scheme = new Scheme();

function documentOf(path: string): OpenApiDocument {
  const { group, version } = groupVersions(scheme).get(path) ?? { group: '?', version: '' };
  return builtInDocument(path, scheme.kindsOf(group, version));
}

describe('OpenAPI v3', () => {
  it('has a document for each group version', () => {
    expect([...groupVersions(scheme).keys()]).toEqual(expect.arrayContaining(['api/v1', 'apis/apps/v1']));
    expect(groupVersions(scheme).has('apis/apps/v2')).toBe(false);
  });

  it('refers to no schema that it does not hold', () => {
    for (const path of groupVersions(scheme).keys()) {
      const document = documentOf(path);
      for (const [, id = ''] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
        expect(document.components.schemas).toHaveProperty([id]);
      }
    }
    expect(documentOf('api/v1').components.schemas['io.k8s.api.core.v1.PodList']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'PodList' }],
    });
  });

  it('says that kinds can be patched, and that fields can be validated', () => {
    expect(documentOf('apis/apps/v1').paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']).toMatchObject({
      patch: {
        'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
        parameters: expect.arrayContaining([expect.objectContaining({ name: 'fieldValidation', in: 'query' })]),
        requestBody: { content: { 'application/strategic-merge-patch+json': {} } },
      },
    });
  });

  it('names the kind that a subresource takes', () => {
    const scale = '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale';
    expect(documentOf('apis/apps/v1').paths[scale]).toMatchObject({
      get: {
        operationId: 'readAppsV1NamespacedDeploymentScale',
        'x-kubernetes-group-version-kind': { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      },
    });
  });
});
