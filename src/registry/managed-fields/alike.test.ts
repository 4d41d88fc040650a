import { expect, test } from 'vitest';
import { FieldSet } from '../../schema/apply/field-set.ts';
import { AlikeSets } from './alike.ts';

function setOf(...names: string[]): FieldSet {
  return FieldSet.fromPaths(names.map((name) => ['f:spec', `f:${name}`]));
}

test('equal sets become one', () => {
  const alike = new AlikeSets();
  const first = setOf('a', 'b');
  expect(alike.of(first)).toBe(first);
  expect(alike.of(setOf('b', 'a'))).toBe(first);
  const other = setOf('a');
  expect(alike.of(other)).toBe(other);
  expect(alike.of(setOf('a', 'b'))).toBe(first);
});

test('few are kept, those used last, and no large ones', () => {
  const alike = new AlikeSets();
  const used = setOf('used');
  const unused = setOf('unused');
  alike.of(unused);
  for (let n = 0; n < 40; n++) {
    alike.of(setOf('used', String(n)));
    alike.of(used);
  }
  expect(alike.of(setOf('used'))).toBe(used);
  expect(alike.of(setOf('unused'))).not.toBe(unused);
  const large = (): FieldSet => setOf(...Array.from({ length: 2100 }, (_, n) => String(n)));
  const first = large();
  alike.of(first);
  expect(alike.of(large())).not.toBe(first);
});
