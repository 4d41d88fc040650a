import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../lib/json.ts';
import { parseTree, treeOf, treeValue } from './json-tree.ts';
import { decodeJson } from './json.ts';

function value(text: string): JsonValue {
  const parsed = parseTree(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return treeValue(parsed.tree);
}

describe('reading JSON exactly', () => {
  it('gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 2), (any, indent) => {
        const text = JSON.stringify(any, null, indent);
        expect(value(text)).toEqual(JSON.parse(text));
        expect(treeValue(treeOf(any))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'{}[]:,"\\u0aE-.1truefalsnl \n'.split('')), { maxLength: 12 }),
        (chars) => {
          const text = chars.join('');
          let good = true;
          try {
            JSON.parse(text);
          } catch {
            good = false;
          }
          expect(parseTree(text).ok).toBe(good);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['01', "invalid character '1' after top-level value"],
    ['é', "invalid character 'Ã' looking for beginning of value"],
  ])('%j: %s', (text, error) => {
    expect(decodeJson(text)).toEqual({ ok: false, error });
  });
});

describe('counting members', () => {
  const count = (any: unknown): number =>
    typeof any !== 'object' || any === null
      ? 0
      : Object.values(any).reduce(
          (sum: number, item) => sum + count(item),
          Array.isArray(any) ? 0 : Object.keys(any).length,
        );

  it('finds as many as the value has, whatever its strings hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (any) => {
        const text = JSON.stringify(any);
        const decoded = decodeJson(text);
        expect(decoded.ok && decoded.members).toBe(count(JSON.parse(text)));
      }),
    );
    const tricky = decodeJson('{"a\\\\":"x\\":{","b\\"":[":"]}');
    expect(tricky.ok && tricky.members).toBe(2);
  });
});
