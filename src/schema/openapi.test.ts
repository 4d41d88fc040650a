import { describe, expect, it } from 'vitest';
import { openApiSchemas, SCHEMAS } from './openapi.ts';

describe('OpenAPI schemas', () => {
  it('hold all that a definition refers to, once', () => {
    const schemas = openApiSchemas(['io.k8s.api.core.v1.Pod']);
    const text = JSON.stringify([...schemas.values()]);
    const referred = new Set([...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, id]) => id));
    expect([...schemas.keys()].filter((id) => id !== 'io.k8s.api.core.v1.Pod').sort()).toEqual([...referred].sort());
    expect(schemas.has('io.k8s.api.core.v1.Node')).toBe(false);
  });

  it('say what apply needs of lists', () => {
    const spec = openApiSchemas(['io.k8s.api.core.v1.PodSpec']).get('io.k8s.api.core.v1.PodSpec');
    expect(spec?.['required']).toEqual(['containers']);
    expect(spec?.['properties']).toMatchObject({
      containers: {
        type: 'array',
        items: { $ref: `${SCHEMAS}io.k8s.api.core.v1.Container` },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'name',
      },
    });
  });
});
