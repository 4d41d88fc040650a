// Scenarios after the suites of structured-merge-diff's merge package, by their names there; objects are this project's.

import { preservingSchema, sampleSchema } from './testing/sample-schema.ts';
import { suite } from './testing/scenario.ts';

suite('nested', sampleSchema(), [
  [
    'map_apply_remove_all',
    [
      { apply: { map: { a: 'x', b: 'y' } }, by: 'm' },
      { apply: {}, by: 'm' },
    ],
    {},
    {},
  ],
  [
    'map_apply_update_remove_all: what others added stays',
    [
      { apply: { map: { a: 'x' } }, by: 'm' },
      { update: { map: { a: 'x', b: 'y' } }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { map: { b: 'y' } },
    { c: ['.map.b'] },
  ],
  [
    'map_of_maps_apply_update_remove_all: with a key goes what an update put under it',
    [
      { apply: { mapOfMaps: { a: { x: '1' } } }, by: 'm' },
      { update: { mapOfMaps: { a: { x: '1', y: '2' } } }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { mapOfMaps: null },
    {},
  ],
  [
    'struct_apply_remove_all',
    [
      { apply: { struct: { name: 'a', value: 1 } }, by: 'm' },
      { apply: {}, by: 'm' },
    ],
    {},
    {},
  ],
  [
    'struct_apply_update_remove_all',
    [
      { apply: { struct: { name: 'a' } }, by: 'm' },
      { update: { struct: { name: 'a', value: 1 } }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { struct: { value: 1 } },
    { c: ['.struct.value'] },
  ],
  [
    'struct_apply_remove_dangling: fields of no one go with the struct they are in',
    [
      { apply: { nested: { struct: { name: 'a' } } }, by: 'm' },
      { apply: { nested: { name: 'b' } }, by: 'm' },
    ],
    { nested: { name: 'b' } },
    { m: ['.nested.name'] },
  ],
  [
    'list_apply_remove_all',
    [
      { apply: { list: [{ name: 'a' }] }, by: 'm' },
      { apply: {}, by: 'm' },
    ],
    {},
    {},
  ],
  [
    'list_apply_update_remove_all',
    [
      { apply: { list: [{ name: 'a', value: 1 }] }, by: 'm' },
      { update: { list: [{ name: 'a', value: 1 }, { name: 'b' }] }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { list: [{ name: 'b' }] },
    { c: ['.list[name="b"]', '.list[name="b"].name'] },
  ],
  [
    'atomic structs, maps and lists change hands as one',
    [
      { apply: { atomicStruct: { name: 'a' }, atomicMap: { a: 'x' }, atomicList: ['a'] }, by: 'm' },
      {
        apply: { atomicStruct: { value: 1 }, atomicMap: { b: 'y' }, atomicList: ['b'] },
        by: 'n',
        conflicts: ['m .atomicList', 'm .atomicMap', 'm .atomicStruct'],
      },
      { apply: { atomicStruct: { value: 1 }, atomicMap: { b: 'y' }, atomicList: ['b'] }, by: 'n', force: true },
    ],
    { atomicStruct: { value: 1 }, atomicMap: { b: 'y' }, atomicList: ['b'] },
    { n: ['.atomicList', '.atomicMap', '.atomicStruct'] },
  ],
]);

suite('multiple appliers', sampleSchema(), [
  [
    'remove_one_keep_one: items that another applies too stay',
    [
      { apply: { list: [{ name: 'a' }, { name: 'b' }] }, by: 'm' },
      { apply: { list: [{ name: 'b' }, { name: 'c' }] }, by: 'n' },
      { apply: { list: [{ name: 'a' }] }, by: 'm' },
    ],
    { list: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
    {
      m: ['.list[name="a"]', '.list[name="a"].name'],
      n: ['.list[name="b"]', '.list[name="b"].name', '.list[name="c"]', '.list[name="c"].name'],
    },
  ],
  [
    'remove_one_keep_one_with_sub_items: of an item of two, one loses its part',
    [
      { apply: { list: [{ name: 'a', value: 1 }] }, by: 'm' },
      { apply: { list: [{ name: 'a', tags: ['t'] }] }, by: 'n' },
      { apply: { list: [] }, by: 'm' },
    ],
    { list: [{ name: 'a', tags: ['t'] }] },
    { n: ['.list[name="a"]', '.list[name="a"].name', '.list[name="a"].tags[="t"]'] },
  ],
  [
    'remove_one_with_updater: a key goes although an update owns something under it',
    [
      { apply: { mapOfStructs: { a: { name: 'x' } } }, by: 'm' },
      { update: { mapOfStructs: { a: { name: 'x', value: 1 } } }, by: 'c' },
      { apply: {}, by: 'm' },
    ],
    { mapOfStructs: null },
    {},
  ],
  [
    'recursive_map: what is owned by none any more goes at all depths',
    [
      { apply: { nested: { nested: { map: { a: 'x' }, name: 'n' } } }, by: 'm' },
      { apply: { nested: { nested: { name: 'n' } } }, by: 'n' },
      { apply: {}, by: 'm' },
      { apply: {}, by: 'n' },
    ],
    {},
    {},
  ],
  [
    'two appliers, both leave: nothing remains',
    [
      { apply: { name: 'a', map: { x: '1' } }, by: 'm' },
      { apply: { name: 'a', map: { x: '1' } }, by: 'n' },
      { apply: {}, by: 'm' },
      { apply: {}, by: 'n' },
    ],
    {},
    {},
  ],
]);

suite('deduced', sampleSchema(), [
  [
    'leaf_apply_update_apply_with_overlap',
    [
      { apply: { free: { a: { b: 1 } } }, by: 'm' },
      { update: { free: { a: { b: 2 } } }, by: 'c' },
      { apply: { free: { a: { b: 1 } } }, by: 'm', conflicts: ['c .free.a.b'] },
    ],
    { free: { a: { b: 2 } } },
    { m: ['.free.a'], c: ['.free.a.b'] },
  ],
  [
    'lists_are_atomic',
    [
      { apply: { free: { l: [1] } }, by: 'm' },
      { apply: { free: { l: [2] } }, by: 'n', conflicts: ['m .free.l'] },
    ],
    { free: { l: [1] } },
    { m: ['.free.l'] },
  ],
  [
    'remove_one',
    [
      { apply: { free: { a: 1, b: { c: 1 } } }, by: 'm' },
      { apply: { free: { b: {} } }, by: 'm' },
    ],
    { free: { b: null } },
    { m: ['.free.b'] },
  ],
]);

suite('preserve unknown', preservingSchema(), [
  [
    'preserve_unknown_fields',
    [
      { apply: { known: 'a', more: { x: 1 } }, by: 'm' },
      { apply: { more: { y: 2 } }, by: 'n' },
      { apply: { known: 'a' }, by: 'm' },
    ],
    { known: 'a', more: { y: 2 } },
    { m: ['.known'], n: ['.more', '.more.y'] },
  ],
]);
