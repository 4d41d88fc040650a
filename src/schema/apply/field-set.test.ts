import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { FieldSet, pathText } from './field-set.ts';

const set = (...paths: string[][]): FieldSet => FieldSet.fromPaths(paths);

const element = fc.constantFrom('f:a', 'f:b', 'f:ab', 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:1', 'v:"1"', 'i:0');
const anyPath = fc.array(element, { minLength: 1, maxLength: 4 });
const anySet = fc.array(anyPath, { maxLength: 12 }).map((paths) => FieldSet.fromPaths(paths));
const texts = (found: FieldSet): string[] => [...found.paths()].map((path) => path.join(' '));

describe('FieldsV1', () => {
  test('a path that is in the set and goes on has a dot, before all else', () => {
    const found = set(['f:data'], ['f:data', 'f:b'], ['f:data', 'f:a'], ['f:metadata', 'f:labels', 'f:x']);
    expect(JSON.stringify(found.toFieldsV1())).toBe(
      '{"f:data":{".":{},"f:a":{},"f:b":{}},"f:metadata":{"f:labels":{"f:x":{}}}}',
    );
  });

  test('fields, keys, values, indexes; numbers by value, then strings, then booleans', () => {
    const unordered = ['i:10', 'v:true', 'v:"10"', 'v:10', 'v:9', 'v:false', 'i:2', 'v:"9"', 'f:b', 'f:B', 'f:a'];
    const found = set(...unordered.map((one) => [one]));
    expect(Object.keys(found.toFieldsV1())).toEqual([
      ...['f:B', 'f:a', 'f:b', 'v:9', 'v:10', 'v:"10"', 'v:"9"', 'v:false', 'v:true', 'i:2', 'i:10'],
    ]);
  });

  test('keys field by field, numbers by value, strings that end first before longer ones', () => {
    const keys = [
      'k:{"name":"a b"}',
      'k:{"name":"ab"}',
      'k:{"name":"a"}',
      'k:{"containerPort":80,"protocol":"UDP"}',
      'k:{"containerPort":80,"protocol":"TCP"}',
      'k:{"containerPort":443,"protocol":"TCP"}',
      'k:{"containerPort":8080,"protocol":"TCP"}',
    ];
    expect(Object.keys(set(...keys.map((key) => [key])).toFieldsV1())).toEqual([
      'k:{"containerPort":80,"protocol":"TCP"}',
      'k:{"containerPort":80,"protocol":"UDP"}',
      'k:{"containerPort":443,"protocol":"TCP"}',
      'k:{"containerPort":8080,"protocol":"TCP"}',
      'k:{"name":"a"}',
      'k:{"name":"a b"}',
      'k:{"name":"ab"}',
    ]);
  });

  test('elements of a client are read whatever their spelling', () => {
    const found = FieldSet.fromFieldsV1({
      'f:spec': { 'k:{"protocol": "TCP", "containerPort": 80}': {}, 'v: "x"': {}, 'v:"\\u0061"': {}, 'i:+7': {} },
    });
    expect(found?.toFieldsV1()).toEqual({
      'f:spec': { 'k:{"containerPort":80,"protocol":"TCP"}': {}, 'v:"a"': {}, 'v:"x"': {}, 'i:7': {} },
    });
  });

  test('elements of a type that is not known are passed over, the path to them stays', () => {
    expect(FieldSet.fromFieldsV1({ 'x:1': {}, 'f:a': { 'z:': {} } })?.toFieldsV1()).toEqual({ 'f:a': {} });
  });

  test('null is as good as {}', () => {
    expect(FieldSet.fromFieldsV1({ 'f:a': null })?.has(['f:a'])).toBe(true);
  });

  test.each<[string, JsonObject]>([
    ['no colon', { fa: {} }],
    ['no element', { f: {} }],
    ['a value that is no JSON', { 'v:x': {} }],
    ['a key that is no object', { 'k:"x"': {} }],
    ['an index that is no number', { 'i:x': {} }],
    ['a member that is no object', { 'f:a': 'x' }],
    ['a list', { 'f:a': [] }],
  ])('%s is malformed', (_name, json) => {
    expect(FieldSet.fromFieldsV1(json)).toBeUndefined();
  });

  test('what is nested without end is malformed', () => {
    const json = JSON.parse(`${'{"f:a":'.repeat(100_000)}{}${'}'.repeat(100_000)}`) as JsonObject;
    expect(FieldSet.fromFieldsV1(json)).toBeUndefined();
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anySet, (found) => {
        const json = JSON.stringify(found.toFieldsV1());
        expect(found.fieldsV1Text()).toBe(json);
        const read = FieldSet.fromFieldsV1(JSON.parse(json) as JsonObject);
        expect(read?.equals(found)).toBe(true);
        expect(JSON.stringify(read?.toFieldsV1())).toBe(json);
      }),
    );
  });
});

describe('paths', () => {
  test.each([
    [['f:spec', 'f:containers', 'k:{"name":"c"}', 'f:image'], '.spec.containers[name="c"].image'],
    [['f:data', 'f:a'], '.data.a'],
    [['f:metadata', 'f:finalizers', 'v:"x.io/a"'], '.metadata.finalizers[="x.io/a"]'],
    [['f:ports', 'k:{"containerPort":80,"protocol":"TCP"}'], '.ports[containerPort=80,protocol="TCP"]'],
    [['f:set', 'v:1'], '.set[=1]'],
    [['f:set', 'v:true'], '.set[=true]'],
    [['f:list', 'i:3'], '.list[3]'],
    [['f:set', 'v:"a\\n\\"b\\""'], '.set[="a\\n\\"b\\""]'],
  ])('%j is %s', (path, text) => {
    expect(pathText(path)).toBe(text);
  });

  test('come level by level: first what ends, then what goes on', () => {
    expect(texts(set(['f:a', 'f:x'], ['f:b'], ['f:a'], ['f:c', 'f:y'], ['f:a', 'f:w', 'f:z']))).toEqual([
      'f:a',
      'f:b',
      'f:a f:x',
      'f:a f:w f:z',
      'f:c f:y',
    ]);
  });
});

describe('operations', () => {
  const big = set(['f:a'], ['f:a', 'f:b'], ['f:a', 'f:b', 'f:c'], ['f:d']);

  test('difference leaves what is below a path, recursiveDifference does not', () => {
    expect(texts(big.difference(set(['f:a'])))).toEqual(['f:d', 'f:a f:b', 'f:a f:b f:c']);
    expect(texts(big.recursiveDifference(set(['f:a'])))).toEqual(['f:d']);
    expect(texts(big.recursiveDifference(set(['f:a', 'f:b'])))).toEqual(['f:a', 'f:d']);
  });

  test('leaves are the paths that do not go on', () => {
    expect(texts(big.leaves())).toEqual(['f:d', 'f:a f:b f:c']);
  });

  test('including keeps what lies along and below a pattern', () => {
    const pod = set(
      ['f:spec', 'f:containers', 'k:{"name":"x"}'],
      ['f:spec', 'f:containers', 'k:{"name":"x"}', 'f:image'],
      ['f:spec', 'f:containers', 'k:{"name":"x"}', 'f:resources', 'f:limits'],
      ['f:spec', 'f:nodeName'],
    );
    expect(texts(pod.including([['f:spec', 'f:containers', '*', 'f:resources']]))).toEqual([
      'f:spec f:containers k:{"name":"x"}',
      'f:spec f:containers k:{"name":"x"} f:resources f:limits',
    ]);
  });

  test('the empty path is in no set', () => {
    expect(big.has([])).toBe(false);
    expect(set([]).isEmpty).toBe(true);
  });

  it('size, has and paths agree', () => {
    fc.assert(
      fc.property(anySet, anyPath, (a, path) => {
        const all = [...a.paths()];
        expect(a.size).toBe(all.length);
        expect(a.isEmpty).toBe(all.length === 0);
        expect(all.every((one) => a.has(one))).toBe(true);
        expect(a.has(path)).toBe(all.some((one) => one.join() === path.join()));
        expect(FieldSet.fromPaths(all).equals(a)).toBe(true);
      }),
    );
  });

  it('are those of sets of paths', () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const inB = new Set(texts(b));
        const inA = new Set(texts(a));
        const sorted = (found: Iterable<string>): string[] => [...found].toSorted();
        expect(sorted(texts(a.union(b)))).toEqual(sorted(new Set([...inA, ...inB])));
        expect(sorted(texts(a.intersection(b)))).toEqual(sorted([...inA].filter((path) => inB.has(path))));
        expect(sorted(texts(a.difference(b)))).toEqual(sorted([...inA].filter((path) => !inB.has(path))));
        expect(sorted(texts(a.recursiveDifference(b)))).toEqual(
          sorted(
            [...inA].filter((path) => ![...inB].some((prefix) => path === prefix || path.startsWith(`${prefix} `))),
          ),
        );
        expect(a.isWithin(b)).toBe(a.difference(b).isEmpty);
      }),
    );
  });

  it('obey the laws of sets', () => {
    fc.assert(
      fc.property(anySet, anySet, anySet, (a, b, c) => {
        expect(a.union(b).equals(b.union(a))).toBe(true);
        expect(a.union(b.union(c)).equals(a.union(b).union(c))).toBe(true);
        expect(a.intersection(b.union(c)).equals(a.intersection(b).union(a.intersection(c)))).toBe(true);
        expect(a.difference(b).union(a.intersection(b)).equals(a)).toBe(true);
        expect(a.difference(b.union(c)).equals(a.difference(b).difference(c))).toBe(true);
        expect(a.union(b).isWithin(a)).toBe(b.isWithin(a));
        expect(a.equals(b)).toBe(a.isWithin(b) && b.isWithin(a));
      }),
    );
  });

  it('hand back what they were given where nothing changes', () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const both = a.union(b);
        expect(both.union(a)).toBe(both);
        expect(a.difference(b).difference(b).equals(a.difference(b))).toBe(true);
        const rest = a.difference(b);
        expect(rest.difference(b)).toBe(rest);
      }),
    );
  });
});
