import { describe, expect, it } from 'vitest';
import { openApiSchemas, SCHEMAS } from './openapi.ts';
import { definitionIds } from './table.ts';
import { sourceDefinitions } from './testing/oracle.ts';

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

  it('are those that the table was made from', () => {
    const definitions = sourceDefinitions();
    if (definitions === undefined) return;
    const schemas = openApiSchemas(definitionIds());
    expect(schemas.size).toBeGreaterThan(700);

    /** Without what the table leaves out: zero defaults, unions, other forms, what the kinds say, names of free-form types. */
    const plain = (value: unknown, within = ''): unknown => {
      if (Array.isArray(value)) return value.map((item) => plain(item));
      if (typeof value !== 'object' || value === null) return value;
      const kept = Object.entries(value).filter(([name, item]) => within === 'properties' || !isLeftOut(name, item));
      const entries = kept.flatMap(([name, item]): [string, unknown][] => {
        if (name !== '$ref' || within === 'properties') return [[name, plain(item, name)]];
        const id = String(item).replace('#/definitions/', '');
        return schemas.has(id) ? [[name, SCHEMAS + id]] : [['type', 'object']];
      });
      return Object.fromEntries(entries);
    };
    for (const [id, schema] of schemas) expect({ [id]: schema }).toEqual({ [id]: plain(definitions[id]) });
  });
});

function isLeftOut(name: string, value: unknown): boolean {
  if (name === 'default') return ['{}', '""', '0', 'false'].includes(JSON.stringify(value));
  return ['x-kubernetes-group-version-kind', 'x-kubernetes-unions', 'x-kubernetes-v2-schema'].includes(name);
}
