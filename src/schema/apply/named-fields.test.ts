import { describe, expect, test } from 'vitest';
import { FieldSet, pathText } from './field-set.ts';
import { changedSchema, sampleSchema } from './testing/sample-schema.ts';
import { ensureNamedFields, reconcileWithSchema, toFieldSet } from './typed.ts';

const schema = sampleSchema();
const texts = (set: FieldSet): string[] => [...set.paths()].map(pathText).toSorted();

describe('sets under a schema', () => {
  test('named fields that paths pass through come along, keys and items do not', () => {
    const set = FieldSet.fromPaths([
      ['f:struct', 'f:name'],
      ['f:map', 'f:a'],
      ['f:mapOfStructs', 'f:a', 'f:value'],
      ['f:list', 'k:{"name":"a"}', 'f:tags', 'v:"t"'],
    ]);
    expect(texts(ensureNamedFields(set, schema).difference(set))).toEqual([
      '.list',
      '.list[name="a"].tags',
      '.map',
      '.mapOfStructs',
      '.struct',
    ]);
  });

  test('what has become atomic is owned as one', () => {
    const set = FieldSet.fromPaths([
      ['f:struct', 'f:name'],
      ['f:list', 'k:{"name":"a"}'],
      ['f:map', 'f:a'],
      ['f:name'],
    ]);
    const now = changedSchema({
      struct: { mapType: 'atomic' },
      list: { listType: 'atomic' },
      map: { mapType: 'atomic' },
    });
    expect(texts(reconcileWithSchema(set, {}, now))).toEqual(['.list', '.map', '.name', '.struct']);
  });

  test('what was atomic is owned by its parts', () => {
    const object = { atomicMap: { a: 'x', b: 'y' }, atomicStruct: { name: 'n' }, atomicList: ['i'] };
    const set = toFieldSet(object, schema);
    const now = changedSchema({
      atomicMap: { mapType: 'granular' },
      atomicStruct: { mapType: 'granular' },
      atomicList: { listType: 'set' },
    });
    expect(texts(reconcileWithSchema(set, object, now))).toEqual([
      '.atomicList',
      '.atomicList[="i"]',
      '.atomicMap',
      '.atomicMap.a',
      '.atomicMap.b',
      '.atomicStruct',
      '.atomicStruct.name',
    ]);
  });

  test('a set that fits is handed back', () => {
    const object = { list: [{ name: 'a', value: 1 }], map: { a: 'x' }, atomicMap: { a: 'x' }, free: { a: [1] } };
    const set = toFieldSet(object, schema);
    expect(reconcileWithSchema(set, object, schema)).toBe(set);
  });
});
