import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { compareKeys, toYaml } from './yaml.ts';

describe('YAML in the look of sigs.k8s.io/yaml', () => {
  it('sorts keys and does not indent sequences below their key', () => {
    expect(toYaml({ b: [{ y: 1, x: 'a' }, [1, [2]]], a: { c: null, d: {} }, e: [] })).toBe(
      'a:\n  c: null\n  d: {}\nb:\n- x: a\n  "y": 1\n- - 1\n  - - 2\ne: []\n',
    );
  });

  it('quotes what YAML 1.1 would read as something else', () => {
    const texts = [
      'n',
      'yes',
      'null',
      '1',
      '0x1F',
      '1e3',
      '.5',
      '1_000',
      '12:30',
      '2020-01-02',
      '2020-01-02T03:04:05Z',
      '',
    ];
    for (const text of texts) expect(toYaml({ k: text })).toBe(`k: "${text}"\n`);
    for (const text of ['1.2.3', '10.0.0.1', '1a', 'never', '100m', '-', '<none>']) {
      expect(parse(toYaml({ k: text }))).toEqual({ k: text });
    }
    expect(toYaml({ k: '100m' })).toBe('k: 100m\n');
    expect(toYaml({ k: 'a: b' })).toBe("k: 'a: b'\n");
    expect(toYaml({ k: "it's #1 #2" })).toBe("k: 'it''s #1 #2'\n");
    expect(toYaml({ k: 'tab\there' })).toBe('k: "tab\\there"\n');
  });

  it('writes lines literally, and says what their end is', () => {
    expect(toYaml({ k: 'a\nb' })).toBe('k: |-\n  a\n  b\n');
    expect(toYaml({ k: 'a\n\nb\n' })).toBe('k: |\n  a\n\n  b\n');
    expect(toYaml({ j: 'a\n\n', k: 1 })).toBe('j: |+\n  a\n\nk: 1\n');
    expect(toYaml({ k: ' a\nb' })).toBe('k: |2-\n   a\n  b\n');
  });

  it('folds behind column 80', () => {
    const status = {
      message:
        'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    };
    expect(toYaml(status)).toBe(
      "message: 'only the following media types are accepted: application/json;stream=watch,\n  application/vnd.kubernetes.protobuf;stream=watch'\n",
    );
  });

  it('orders keys as go-yaml does', () => {
    expect(['b', 'a10', 'a2', 'a', '.', 'f:x', 'B', '1'].sort(compareKeys)).toEqual([
      '.',
      '1',
      'B',
      'a',
      'a2',
      'a10',
      'b',
      'f:x',
    ]);
  });

  it('is read back as the same data', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', ' ', '\n', ':', '#', '-', '1', "'", '"', '.') }),
    );
    const value = fc.letrec<{ node: JsonValue }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        text as fc.Arbitrary<JsonValue>,
        fc.constantFrom<JsonValue>(null, true, false, 0, 1.5, -7),
        fc.array(tie('node'), { maxLength: 4 }) as fc.Arbitrary<JsonValue>,
        fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', 'x'.repeat(140)), text), tie('node'), {
          maxKeys: 4,
          noNullPrototype: true,
        }),
      ),
    })).node;
    fc.assert(
      fc.property(value, (node) => {
        const data = { k: node, l: 1 };
        const back: unknown = parse(toYaml(data), { maxAliasCount: 0 });
        expect(back).toEqual(data);
      }),
      { numRuns: 300 },
    );
  });

  it('writes the recorded documents byte for byte', (test) => {
    const folder = join(import.meta.dirname, '../../../../shared/oracle/semantics');
    if (!existsSync(folder)) {
      if (process.env['CI'] === 'true') throw new Error('the recorded answers are missing');
      console.warn('skipped: no recorded answers beside this repository');
      test.skip();
    }
    let compared = 0;
    for (const file of ['lists.jsonl', 'protocol.jsonl', 'watches.jsonl']) {
      for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
        if (line === '') continue;
        const scenario = JSON.parse(line) as {
          steps: Array<{ response: { headers?: Record<string, string>; body?: unknown } }>;
        };
        for (const { response } of scenario.steps) {
          if (response.headers?.['Content-Type'] !== 'application/yaml' || typeof response.body !== 'string') continue;
          // The placeholders stand for quoted and for bare texts alike: compare with the quotes of uncertain ones removed.
          const recorded = response.body.replaceAll(/"(<(?:time|rv[0-9]+)>)"/g, '$1');
          expect(toYaml(parse(response.body) as JsonObject)).toBe(recorded);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(5);
  });
});
