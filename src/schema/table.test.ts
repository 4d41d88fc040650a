import { describe, expect, it } from 'vitest';
import { definition, definitionIds, definitionOfKind } from './table.ts';
import { sourceDefinitions } from './testing/oracle.ts';

interface Schema {
  properties?: Record<string, { type?: string; $ref?: string; enum?: string[] }>;
  required?: string[];
}

describe('the table', () => {
  it('expands every definition and every type they refer to', () => {
    const ids = definitionIds();
    expect(ids.length).toBeGreaterThan(700);
    for (const id of ids) {
      const struct = definition(id);
      expect(struct?.id).toBe(id);
      for (const field of struct?.fields ?? []) {
        let value = field.value;
        while (value.items !== undefined) value = value.items;
        if (value.kind === 'struct') expect(value.struct?.().fields).toBeDefined();
      }
    }
  });

  it('says the same as the definitions it was made from', () => {
    const definitions = sourceDefinitions() as Record<string, Schema> | undefined;
    if (definitions === undefined) return;
    for (const id of definitionIds()) {
      const schema = definitions[id];
      const struct = definition(id);
      expect(struct?.fields.map((field) => field.name).sort()).toEqual(Object.keys(schema?.properties ?? {}).sort());
      const required = struct?.fields.filter((field) => field.required).map((field) => field.name);
      expect(required?.sort()).toEqual([...(schema?.required ?? [])].sort());
    }
  });

  it('knows what patches and apply need', () => {
    const spec = definition('io.k8s.api.core.v1.PodSpec');
    expect(spec?.byName.get('volumes')?.patch).toEqual({
      merge: true,
      replace: false,
      retainKeys: true,
      mergeKey: 'name',
    });
    expect(spec?.byName.get('nodeSelector')?.mapType).toBe('atomic');
    const ports = definition('io.k8s.api.core.v1.Container')?.byName.get('ports');
    expect(ports).toMatchObject({ listType: 'map', listKeys: ['containerPort', 'protocol'] });
    const port = definition('io.k8s.api.core.v1.ContainerPort')?.byName;
    expect(port?.get('protocol')).toMatchObject({ default: 'TCP', value: { goType: 'v1.Protocol' } });
    expect(port?.get('containerPort')).toMatchObject({ required: true, presence: 'always', value: { kind: 'int32' } });
    expect(definition('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector')?.mapType).toBe('atomic');
  });

  it('finds a kind by group, version and kind', () => {
    expect(definitionOfKind('', 'v1', 'Pod')?.id).toBe('io.k8s.api.core.v1.Pod');
    expect(definitionOfKind('rbac.authorization.k8s.io', 'v1', 'Role')?.name).toBe('Role');
    expect(definitionOfKind('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')?.name).toBe(
      'CustomResourceDefinition',
    );
    expect(definitionOfKind('', 'v1', 'Container')).toBeUndefined();
    expect(definitionOfKind('', 'v2', 'Pod')).toBeUndefined();
  });
});
