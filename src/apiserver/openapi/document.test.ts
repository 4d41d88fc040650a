import { describe, expect, it } from 'vitest';
import { Scheme } from '../../api/scheme.ts';
import type { OpenApiDocument } from './document.ts';
import { builtInDocuments, groupVersions } from './document.ts';

const scheme = new Scheme();

const documents = builtInDocuments(scheme);

function documentOf(name: string): OpenApiDocument {
  const found = documents.get(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

describe('OpenAPI v3', () => {
  it('has a document for each group version', () => {
    expect([...groupVersions(scheme).keys()]).toEqual(expect.arrayContaining(['api/v1', 'apis/apps/v1']));
    expect(groupVersions(scheme).has('apis/apps/v2')).toBe(false);
  });

  it('refers to no schema that it does not hold', () => {
    for (const document of documents.values()) {
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

  it('has parameters at the path that all of its operations take, in order', () => {
    const names = (value: unknown): string[] =>
      ((value ?? []) as ReadonlyArray<{ name: string }>).map(({ name: parameter }) => parameter);
    const item = (path: string) => documentOf('api/v1').paths[path] as Record<string, { parameters?: unknown }>;
    const one = item('/api/v1/namespaces/{namespace}/pods/{name}');
    expect(names(one['parameters'])).toEqual(['name', 'namespace', 'pretty']);
    expect(names(one['patch']?.parameters)).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force']);
    expect(one['get']).not.toHaveProperty('parameters');
    const everywhere = item('/api/v1/pods');
    expect(everywhere['get']).not.toHaveProperty('parameters');
    expect(names(everywhere['parameters'])).toEqual(expect.arrayContaining(['limit', 'pretty', 'watch']));
    expect(names(item('/api/v1/namespaces/{namespace}/pods/{name}/binding')['parameters'])).toEqual([
      ...['name', 'namespace', 'dryRun', 'fieldManager', 'fieldValidation', 'pretty'],
    ]);
  });

  it('tells of what leads to group versions', () => {
    expect(documentOf('apis/apps').paths['/apis/apps/']).toMatchObject({ get: { operationId: 'getAppsAPIGroup' } });
    expect(documentOf('apis/apps/v1').paths['/apis/apps/v1/']).toMatchObject({
      get: { operationId: 'getAppsV1APIResources' },
    });
  });
});
