// Scenarios after the suites of structured-merge-diff's merge package, by their names there; objects are this project's.

import { sampleSchema } from './testing/sample-schema.ts';
import { suite } from './testing/scenario.ts';

suite('leaf', sampleSchema(), [
  [
    'apply_twice',
    [
      { apply: { count: 1, name: 'a' }, by: 'm' },
      { apply: { count: 2, on: true }, by: 'm' },
    ],
    { count: 2, on: true },
    { m: ['.count', '.on'] },
  ],
  [
    'apply_update_apply_no_overlap',
    [
      { apply: { count: 1 }, by: 'm' },
      { update: { count: 1, on: true }, by: 'c' },
      { apply: { count: 2 }, by: 'm' },
    ],
    { count: 2, on: true },
    { m: ['.count'], c: ['.on'] },
  ],
  [
    'apply_update_apply_with_overlap',
    [
      { apply: { count: 1, name: 'a' }, by: 'm' },
      { update: { count: 1, name: 'b' }, by: 'c' },
      { apply: { count: 2, name: 'a' }, by: 'm', conflicts: ['c .name'] },
    ],
    { count: 1, name: 'b' },
    { m: ['.count'], c: ['.name'] },
  ],
  [
    'apply_update_apply_with_overlap, forced',
    [
      { apply: { count: 1, name: 'a' }, by: 'm' },
      { update: { count: 1, name: 'b' }, by: 'c' },
      { apply: { count: 2, name: 'a' }, by: 'm', force: true },
    ],
    { count: 2, name: 'a' },
    { m: ['.count', '.name'] },
  ],
  [
    'apply_twice_remove',
    [
      { apply: { count: 1, name: 'a' }, by: 'm' },
      { apply: { count: 1 }, by: 'm' },
    ],
    { count: 1 },
    { m: ['.count'] },
  ],
  [
    'update_remove_empty_set',
    [
      { apply: { name: 'a' }, by: 'm' },
      { update: {}, by: 'c' },
    ],
    {},
    {},
  ],
  [
    'apply_remove_empty_set',
    [
      { apply: { name: 'a' }, by: 'm' },
      { apply: {}, by: 'm' },
    ],
    {},
    {},
  ],
  [
    'update_no_changes',
    [
      { apply: { name: 'a' }, by: 'm' },
      { update: { name: 'a' }, by: 'c' },
    ],
    { name: 'a' },
    { m: ['.name'] },
  ],
]);

suite('conflict', sampleSchema(), [
  [
    'two appliers with the same value share it',
    [
      { apply: { name: 'a' }, by: 'm' },
      { apply: { name: 'a' }, by: 'n' },
    ],
    { name: 'a' },
    { m: ['.name'], n: ['.name'] },
  ],
  [
    'two appliers with different values',
    [
      { apply: { name: 'a', count: 1 }, by: 'm' },
      { apply: { name: 'b', count: 2 }, by: 'n', conflicts: ['m .count', 'm .name'] },
    ],
    { name: 'a', count: 1 },
    { m: ['.count', '.name'] },
  ],
  [
    'one applier against two',
    [
      { apply: { name: 'a' }, by: 'm' },
      { apply: { count: 1 }, by: 'n' },
      { apply: { name: 'b', count: 2 }, by: 'o', conflicts: ['m .name', 'n .count'] },
    ],
    { name: 'a', count: 1 },
    { m: ['.name'], n: ['.count'] },
  ],
  [
    'an update takes what it changes, from appliers too',
    [
      { apply: { name: 'a', count: 1 }, by: 'm' },
      { update: { name: 'b', count: 1 }, by: 'c' },
    ],
    { name: 'b', count: 1 },
    { m: ['.count'], c: ['.name'] },
  ],
  [
    'what an update wrote is shared with who applies the same',
    [
      { update: { name: 'a' }, by: 'c' },
      { apply: { name: 'a' }, by: 'm' },
    ],
    { name: 'a' },
    { c: ['.name'], m: ['.name'] },
  ],
]);

suite('set', sampleSchema(), [
  [
    'apply_twice',
    [
      { apply: { set: ['a', 'c'] }, by: 'm' },
      { apply: { set: ['a', 'b', 'c', 'd'] }, by: 'm' },
    ],
    { set: ['a', 'b', 'c', 'd'] },
    { m: ['.set[="a"]', '.set[="b"]', '.set[="c"]', '.set[="d"]'] },
  ],
  [
    'apply_update_apply_no_overlap',
    [
      { apply: { set: ['a', 'c'] }, by: 'm' },
      { update: { set: ['a', 'b', 'c'] }, by: 'c' },
      { apply: { set: ['a', 'c', 'd'] }, by: 'm' },
    ],
    { set: ['a', 'b', 'c', 'd'] },
    { m: ['.set[="a"]', '.set[="c"]', '.set[="d"]'], c: ['.set[="b"]'] },
  ],
  [
    'apply_update_apply_with_overlap',
    [
      { apply: { set: ['a'] }, by: 'm' },
      { update: { set: ['a', 'b'] }, by: 'c' },
      { apply: { set: ['a', 'b'] }, by: 'm' },
    ],
    { set: ['a', 'b'] },
    { m: ['.set[="a"]', '.set[="b"]'], c: ['.set[="b"]'] },
  ],
  [
    'apply_twice_reordered',
    [
      { apply: { set: ['a', 'b', 'c'] }, by: 'm' },
      { apply: { set: ['c', 'b', 'a'] }, by: 'm' },
    ],
    { set: ['c', 'b', 'a'] },
    { m: ['.set[="a"]', '.set[="b"]', '.set[="c"]'] },
  ],
  [
    'apply_twice_remove',
    [
      { apply: { set: ['a', 'b'] }, by: 'm' },
      { apply: { set: ['a'] }, by: 'm' },
    ],
    { set: ['a'] },
    { m: ['.set[="a"]'] },
  ],
  [
    'apply_update_apply_remove_shared: who else owns it keeps it',
    [
      { apply: { set: ['a', 'b'] }, by: 'm' },
      { apply: { set: ['b'] }, by: 'n' },
      { apply: { set: ['a'] }, by: 'm' },
    ],
    { set: ['a', 'b'] },
    { m: ['.set[="a"]'], n: ['.set[="b"]'] },
  ],
]);

suite('key', sampleSchema(), [
  [
    'apply_twice',
    [
      { apply: { list: [{ name: 'a', value: 1 }] }, by: 'm' },
      { apply: { list: [{ name: 'a', value: 2 }, { name: 'b' }] }, by: 'm' },
    ],
    { list: [{ name: 'a', value: 2 }, { name: 'b' }] },
    {
      m: [
        '.list[name="a"]',
        '.list[name="a"].name',
        '.list[name="a"].value',
        '.list[name="b"]',
        '.list[name="b"].name',
      ],
    },
  ],
  [
    'apply_update_apply_no_overlap: each its own field of one item',
    [
      { apply: { list: [{ name: 'a', value: 1 }] }, by: 'm' },
      { apply: { list: [{ name: 'a', tags: ['t'] }] }, by: 'n' },
      { apply: { list: [{ name: 'a', value: 2 }] }, by: 'm' },
    ],
    { list: [{ name: 'a', value: 2, tags: ['t'] }] },
    {
      m: ['.list[name="a"]', '.list[name="a"].name', '.list[name="a"].value'],
      n: ['.list[name="a"]', '.list[name="a"].name', '.list[name="a"].tags[="t"]'],
    },
  ],
  [
    'apply_remove_item: with what no one owns in it',
    [
      { apply: { list: [{ name: 'a' }, { name: 'b' }] }, by: 'm' },
      { apply: { list: [{ name: 'b' }] }, by: 'm' },
    ],
    { list: [{ name: 'b' }] },
    { m: ['.list[name="b"]', '.list[name="b"].name'] },
  ],
]);

suite('default keys', sampleSchema(), [
  [
    'apply_missing_defaulted_key_A',
    [
      { apply: { ports: [{ port: 80, name: 'x' }] }, by: 'm' },
      { apply: { ports: [{ port: 80, protocol: 'TCP', name: 'x' }] }, by: 'n' },
    ],
    { ports: [{ port: 80, name: 'x', protocol: 'TCP' }] },
    {
      m: [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="TCP"].name',
        '.ports[port=80,protocol="TCP"].port',
      ],
      n: [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="TCP"].name',
        '.ports[port=80,protocol="TCP"].port',
        '.ports[port=80,protocol="TCP"].protocol',
      ],
    },
  ],
  [
    'a defaulted key that was filled in is not taken away by the next apply',
    [
      { apply: { ports: [{ port: 80 }] }, by: 'm' },
      { update: { ports: [{ port: 80, protocol: 'TCP' }] }, by: 'c' },
      { apply: { ports: [{ port: 80, name: 'x' }] }, by: 'm' },
    ],
    { ports: [{ port: 80, protocol: 'TCP', name: 'x' }] },
    {
      m: [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="TCP"].name',
        '.ports[port=80,protocol="TCP"].port',
      ],
      c: ['.ports[port=80,protocol="TCP"].protocol'],
    },
  ],
]);
