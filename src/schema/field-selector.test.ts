import { describe, expect, it } from 'vitest';
import { matchesFields, parseFieldSelector, requiredFieldValue } from './field-selector.ts';
import { oracleRecords } from './testing/oracle.ts';
import type { OracleScenario } from './testing/oracle.ts';

describe('recorded field selectors', () => {
  const scenarios = oracleRecords<OracleScenario>('oracle/semantics/lists.jsonl') ?? [];
  const steps = scenarios.filter(({ id }) => id === 'l111').flatMap((scenario) => scenario.steps);
  const cases = steps.flatMap((step) => {
    const text = /fieldSelector=([^&]*)/.exec(step.request.path)?.[1];
    return text === undefined ? [] : [{ text: decodeURIComponent(text.replaceAll('+', ' ')), response: step.response }];
  });

  it.each(cases)('$text', ({ text, response }) => {
    const parsed = parseFieldSelector(text);
    const body = response.body as { message?: string; items?: Array<{ metadata: { name: string } }> };
    if (response.status === 400) {
      if (body.message?.includes('is not a known field selector') === true) expect(parsed.ok).toBe(true);
      else expect(parsed).toEqual({ ok: false, error: body.message });
      return;
    }
    if (!parsed.ok) throw new Error(parsed.error);
    const found = ['c0', 'c1', 'c2', 'c3'].filter((name) =>
      matchesFields(parsed.selector, { 'metadata.name': name, 'metadata.namespace': 'oracle-sem-lists-sel' }),
    );
    const names = new Set((body.items ?? []).map((item) => item.metadata.name));
    expect(found.slice(0, 2)).toEqual(['c0', 'c1', 'c2', 'c3'].filter((name) => names.has(name)).slice(0, 2));
  });
});

describe('field selectors', () => {
  it('unescape values', () => {
    expect(parseFieldSelector('a=x\\,y\\=z\\\\')).toEqual({
      ok: true,
      selector: [{ field: 'a', operator: '=', value: 'x,y=z\\' }],
    });
    expect(parseFieldSelector('a=x\\')).toEqual({
      ok: false,
      error: 'invalid field selector: invalid escape sequence: \\',
    });
  });

  it('take a missing field for an empty one', () => {
    const parsed = parseFieldSelector('spec.nodeName=');
    expect(parsed.ok && matchesFields(parsed.selector, {})).toBe(true);
  });

  it('tell the value a field must have', () => {
    const parsed = parseFieldSelector('status.phase!=Running,metadata.name=x');
    expect(parsed.ok && requiredFieldValue(parsed.selector, 'metadata.name')).toBe('x');
    expect(parsed.ok && requiredFieldValue(parsed.selector, 'status.phase')).toBeUndefined();
  });
});
