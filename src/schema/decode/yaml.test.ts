import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { plainScalar } from './yaml-scalar.ts';
import { decodeYaml } from './yaml.ts';

function value(text: string): unknown {
  const decoded = decodeYaml(text);
  return decoded.ok ? decoded.value : decoded.error;
}

describe('plain scalars', () => {
  it.each([
    ['yes', true],
    ['off', false],
    ['y', true],
    ['~', null],
    ['', null],
    ['010', 8],
    ['0o10', 8],
    ['0x1F', 31],
    ['0b11', 3],
    ['-12', -12],
    ['1_000', 1000],
    ['1.50', 1.5],
    ['1e3', 1000],
    ['08', 8],
    ['1:30', '1:30'],
    ['22:22', '22:22'],
    ['2001-01-01', '2001-01-01'],
    ['1.2.3', '1.2.3'],
    ['128Mi', '128Mi'],
    ['-', '-'],
    ['.inf', undefined],
  ])('%s', (text, expected) => {
    expect(plainScalar(text)).toEqual(expected);
  });
});

describe('documents', () => {
  it('quoted scalars are strings, keys become strings, members are sorted', () => {
    expect(JSON.stringify(value('b: "yes"\na: \'1\'\n1: x\ntrue: z\n'))).toBe('{"1":"x","a":"1","b":"yes","true":"z"}');
  });

  it('anchors, merges and block scalars', () => {
    expect(value('a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc: |\n  t\n  u\n')).toEqual({
      a: { p: 1, q: 2 },
      b: { p: 1, q: 3 },
      c: 't\nu\n',
    });
  });

  it('the first of several counts', () => {
    expect(value('a: 1\n---\na: 2\n')).toEqual({ a: 1 });
    expect(value('')).toBeNull();
    expect(value('# nothing\n')).toBeNull();
  });

  it('duplicates are told with their lines, the last one counts', () => {
    expect(decodeYaml('a: 1\nb:\n  c: 1\n  c: 2\n')).toEqual({
      ok: true,
      value: { a: 1, b: { c: 2 } },
      duplicates: ['line 4: key "c" already set in map'],
    });
  });

  it('survive a round trip', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue({ maxDepth: 2 })), (any) => {
        const plain = JSON.parse(JSON.stringify(any)) as unknown;
        expect(
          value(
            stringify(plain, { version: '1.1', defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' }),
          ),
        ).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });
});
