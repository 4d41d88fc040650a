import { expect, test } from 'vitest';
import { FieldSet } from '../../schema/apply/field-set.ts';
import { AlikeSets } from './alike.ts';

const POD = {};

function setOf(...names: string[]): FieldSet {
  return FieldSet.fromPaths(names.map((name) => ['f:spec', `f:${name}`]));
}

test('equal sets become one', () => {
  const alike = new AlikeSets();
  const first = setOf('a', 'b');
  expect(alike.same(POD, first)).toBe(first);
  expect(alike.same(POD, setOf('b', 'a'))).toBe(first);
  const other = setOf('a');
  expect(alike.same(POD, other)).toBe(other);
  expect(alike.same(POD, setOf('a', 'b'))).toBe(first);
});

test('each for its own', () => {
  const alike = new AlikeSets();
  const [first, second] = [setOf('a'), setOf('a')];
  const other = {};
  alike.same(POD, first);
  expect(alike.last(other)).toBeUndefined();
  expect(alike.same(other, second)).toBe(second);
  expect([alike.last(POD), alike.last(other)]).toEqual([first, second]);
});

test('few are kept, those used last, and no large ones', () => {
  const alike = new AlikeSets();
  const used = setOf('used');
  const unused = setOf('unused');
  alike.same(POD, unused);
  for (let n = 0; n < 40; n++) {
    alike.same(POD, setOf('used', String(n)));
    alike.same(POD, used);
  }
  expect(alike.same(POD, setOf('used'))).toBe(used);
  expect(alike.same(POD, setOf('unused'))).not.toBe(unused);
  const large = (): FieldSet => setOf(...Array.from({ length: 2100 }, (_, n) => String(n)));
  const first = large();
  alike.same(POD, first);
  expect(alike.same(POD, large())).not.toBe(first);
});
