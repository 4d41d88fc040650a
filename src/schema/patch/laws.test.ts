import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../lib/json.ts';
import { clone, isObject } from '../../lib/json.ts';
import { definition } from '../table.ts';
import { orderElements } from './element-order.ts';
import { applyJsonPatch, parseJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, true, 1, 'x', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

function hasNull(value: JsonValue): boolean {
  if (value === null) return true;
  return isObject(value) && Object.values(value).some((item) => hasNull(item ?? null));
}

describe('merge patches', () => {
  it('the empty patch changes nothing, and applying twice is applying once', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = clone(target);
        const once = applyMergePatch(target, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
        expect(target).toEqual(before);
        if (isObject(target)) expect(applyMergePatch(target, {})).toEqual(target);
      }),
    );
  });

  it('a patch without nulls is contained in the result', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        fc.pre(!hasNull(patch));
        const result = applyMergePatch(target, patch);
        expect(applyMergePatch(result, patch)).toEqual(result);
        if (!isObject(patch)) expect(result).toEqual(patch);
      }),
    );
  });
});

describe('JSON patches', () => {
  const apply = (document: JsonValue, operations: unknown[]): JsonValue | undefined => {
    const parsed = parseJsonPatch(JSON.stringify(operations));
    if (!parsed.ok) throw new Error(parsed.message);
    const patched = applyJsonPatch(document, parsed.operations);
    return patched.ok ? patched.value : undefined;
  };

  it('add then remove gives back the document; it is never changed in place', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b'), json), json, (document, value) => {
        const before = clone(document);
        const patched = apply(document, [
          { op: 'add', path: '/new~1key', value },
          { op: 'test', path: '/new~1key', value },
          { op: 'remove', path: '/new~1key' },
        ]);
        expect(patched).toEqual(document);
        expect(document).toEqual(before);
      }),
    );
  });

  it('move is copy and remove', () => {
    const document = { a: { b: 1 }, c: [1, 2] };
    expect(apply(document, [{ op: 'move', from: '/a/b', path: '/c/0' }])).toEqual({ a: {}, c: [1, 1, 2] });
    expect(apply(document, [{ op: 'copy', from: '/c/1', path: '/c/-' }])).toEqual({ a: { b: 1 }, c: [1, 2, 2] });
  });

  it('fail as a whole', () => {
    expect(
      apply({ a: 1 }, [
        { op: 'remove', path: '/a' },
        { op: 'remove', path: '/a' },
      ]),
    ).toBeUndefined();
  });

  it('have a limit of operations', () => {
    const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 }));
    expect(parseJsonPatch(JSON.stringify(many))).toMatchObject({ ok: false, code: 413 });
  });

  it('cannot reach the prototype', () => {
    const patched = apply({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(JSON.stringify(patched)).toBe('{"__proto__":{"polluted":true}}');
    expect(apply({}, [{ op: 'add', path: '/__proto__/x', value: 1 }])).toBeUndefined();
  });
});

describe('strategic merge patches', () => {
  const schema = definition('io.k8s.api.core.v1.PodSpec');
  if (schema === undefined) throw new Error('no PodSpec');
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 });
  const containers = (list: readonly string[], image: string): JsonValue => list.map((name) => ({ name, image }));

  it('merge lists by key: every item once, those of the patch changed and in its order', () => {
    fc.assert(
      fc.property(names, names, (server, patch) => {
        const result = applyStrategicMergePatch(
          { containers: containers(server, 'old') },
          { containers: containers(patch, 'new') },
          schema,
        );
        if (!result.ok) throw new Error(result.message);
        const list = result.value['containers'] as Array<{ name: string; image: string }>;
        expect(list.map(({ name }) => name).sort()).toEqual([...new Set([...server, ...patch])].sort());
        expect(list.filter(({ image }) => image === 'new').map(({ name }) => name)).toEqual(patch);
      }),
    );
  });

  it('applying twice is applying once', () => {
    fc.assert(
      fc.property(names, names, (server, patch) => {
        const change = { containers: containers(patch, 'new'), nodeName: 'n' };
        const once = applyStrategicMergePatch({ containers: containers(server, 'old') }, change, schema);
        if (!once.ok) throw new Error(once.message);
        const twice = applyStrategicMergePatch(once.value, change, schema);
        expect(twice.ok && twice.value).toEqual(once.value);
      }),
    );
  });

  it('drop directives and nulls of parts that were not there', () => {
    const patch = { affinity: { nodeAffinity: null, podAffinity: {} }, dnsConfig: { $patch: 'delete' } };
    expect(applyStrategicMergePatch({}, patch, schema)).toEqual({ ok: true, value: { affinity: { podAffinity: {} } } });
  });
});

describe('the order of merged lists', () => {
  it('is the one of the worked example', () => {
    expect(orderElements(['a', 'b', 'c', 'd'], ['d', 'b'], ['a', 'b', 'c', 'd'], undefined)).toEqual([
      'a',
      'c',
      'd',
      'b',
    ]);
  });
});
