import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Endpoint, EndpointSlice } from '../../api/types/discovery-v1.ts';
import { place } from './placement.ts';

const endpoint = (name: string, version = ''): Endpoint => ({ addresses: [name], nodeName: `n${version}` });
const slice = (name: string, endpoints: string): EndpointSlice =>
  ({ metadata: { name }, endpoints: [...endpoints].map((letter) => endpoint(letter)) }) as unknown as EndpointSlice;
const text = (endpoints: readonly Endpoint[]) => endpoints.map(({ addresses }) => addresses.join()).join('');
const never = { max: 3, isStale: () => false };

/** `s1=acf` for each update, `+x` for new slices, `-s2` for those that go. */
function placed(existing: EndpointSlice[], wanted: string, options = never): string[] {
  const { create, update, remove } = place(
    existing,
    [...wanted].map((letter) => endpoint(letter)),
    options,
  );
  return [
    ...update.map(({ slice: { metadata }, endpoints }) => `${metadata.name}=${text(endpoints)}`),
    ...create.map((endpoints) => `+${text(endpoints)}`),
    ...remove.map(({ metadata }) => `-${metadata.name}`),
  ];
}

describe('placement of endpoints', () => {
  it.each([
    ['the example at the top', [slice('s1', 'abc'), slice('s2', 'de')], 'acdef', ['s1=acf']],
    ['nothing to do', [slice('s1', 'abc')], 'cab', []],
    ['new slices, full ones first', [], 'abcd', ['+abc', '+d']],
    ['the slice that fits best', [slice('s1', 'a'), slice('s2', 'bc')], 'abcd', ['s2=bcd']],
    ['no slice has room for all: a new one', [slice('s1', 'ab'), slice('s2', 'cd')], 'abcdef', ['+ef']],
    ['an emptied slice goes', [slice('s1', 'a'), slice('s2', 'bc')], 'bc', ['-s1']],
  ])('%s', (_, existing, wanted, expected) => {
    expect(placed(existing, wanted)).toEqual(expected);
  });

  it('updates changed endpoints in place and stale slices as they are', () => {
    const { update } = place([slice('s1', 'ab')], [endpoint('a'), endpoint('b', '2')], never);
    expect(update.map(({ endpoints }) => endpoints)).toEqual([[endpoint('a'), endpoint('b', '2')]]);
    expect(placed([slice('s1', 'ab')], 'ab', { max: 3, isStale: () => true })).toEqual(['s1=ab']);
  });

  it('places each wanted endpoint once, no other, overfills no slice, and then has nothing to do', () => {
    const letters = fc.uniqueArray(fc.constantFrom(...'abcdefghijklmnop'), { maxLength: 16 });
    fc.assert(
      fc.property(letters, fc.infiniteStream(fc.nat(3)), letters, (had, cuts, wanted) => {
        const existing: EndpointSlice[] = [];
        for (let at = 0; at < had.length;) {
          const size = 1 + ((cuts.next().value ?? 0) % 3);
          existing.push(slice(`s${existing.length}`, had.slice(at, at + size).join('')));
          at += size;
        }
        const desired = wanted.map((letter) => endpoint(letter));
        const { create, update, remove } = place(existing, desired, never);
        const touched = new Set([...update.map(({ slice: old }) => old), ...remove]);
        const kept = existing.filter((old) => !touched.has(old)).map(({ endpoints }) => endpoints ?? []);
        const result = [...kept, ...update.map(({ endpoints }) => endpoints), ...create];
        expect(result.flatMap(text).join('').split('').toSorted()).toEqual(wanted.toSorted());
        expect(Math.max(0, ...result.map((list) => list.length))).toBeLessThanOrEqual(3);
        const again = result.map((endpoints, index) => ({ ...slice(`r${index}`, ''), endpoints }));
        expect(place(again, desired, never)).toEqual({ create: [], update: [], remove: [] });
      }),
      { numRuns: 200 },
    );
  });
});
