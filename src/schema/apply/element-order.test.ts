import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareElements, inOrder, keyElement, sortElements } from './path-element.ts';

describe('the order of elements', () => {
  it('is that of the values, whatever their texts look like', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'B', '0', '1', ' ', '!', '"', '\\', '_', '.', 'é', '\n') });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const order = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(compareElements(keyElement({ name: a }), keyElement({ name: b })))).toBe(order);
        expect(Math.sign(compareElements(`v:${JSON.stringify(a)}`, `v:${JSON.stringify(b)}`))).toBe(order);
      }),
      { numRuns: 2000 },
    );
  });

  it('is that of the first key that differs; numbers by value', () => {
    const port = fc.record({
      containerPort: fc.integer({ min: 0, max: 2000 }),
      protocol: fc.constantFrom('TCP', 'UDP'),
    });
    fc.assert(
      fc.property(port, port, (a, b) => {
        const order =
          a.containerPort - b.containerPort || (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : 0);
        expect(Math.sign(compareElements(keyElement(a), keyElement(b)))).toBe(Math.sign(order));
      }),
      { numRuns: 1000 },
    );
  });

  it('is that in which they are sorted', () => {
    const value = fc.string({ unit: fc.constantFrom('a', 'B', '1', ' ', '!', '"', '\\', '-', '/') });
    const element = fc.oneof(
      value.map((text) => `f:${text}`),
      value.map((text) => keyElement({ name: text })),
      value.map((text) => `v:${JSON.stringify(text)}`),
      fc.integer({ min: -5, max: 20 }).map((port) => keyElement({ port, protocol: 'TCP' })),
      fc.nat({ max: 20 }).map((index) => `i:${index}`),
    );
    fc.assert(
      fc.property(fc.uniqueArray(element), (elements) => {
        const sorted = sortElements([...elements]);
        expect(sorted).toEqual(elements.toSorted(compareElements));
        if (inOrder(elements)) expect(elements).toEqual(sorted);
      }),
      { numRuns: 2000 },
    );
  });
});
