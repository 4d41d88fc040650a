import { describe, expect, it } from 'vitest';
import {
  formatLabelSelector,
  formatSelector,
  labelMatcher,
  labelSelectorOf,
  matchesLabels,
  parseLabelSelector,
} from './label-selector.ts';
import { oracleRecords } from './testing/oracle.ts';
import type { OracleScenario } from './testing/oracle.ts';

const OBJECTS: Record<string, Record<string, string>> = {
  c0: { n: '0', odd: 'no' },
  c1: { n: '1', odd: 'yes' },
  c2: { n: '2', odd: 'no' },
  c3: { n: '3', odd: 'yes' },
};

describe('recorded label selectors', () => {
  const scenarios = oracleRecords<OracleScenario>('oracle/semantics/lists.jsonl') ?? [];
  const cases = scenarios
    .filter(({ id }) => id >= 'l031' && id <= 'l085')
    .flatMap(({ id, steps }) => steps.map((step) => ({ id, step })))
    .filter(({ step }) => step.request.path.includes('oracle-sem-lists-sel/configmaps?labelSelector='));

  it.each(cases.map(({ id, step }) => [`${id} ${decodeURIComponent(step.request.path.split('?')[1] ?? '')}`, step]))(
    '%s',
    (_, step) => {
      if (typeof step === 'string') throw new Error('unreachable');
      const text = decodeURIComponent(/labelSelector=([^&]*)/.exec(step.request.path)?.[1] ?? '');
      const parsed = parseLabelSelector(text);
      const body = step.response.body as { message?: string; items?: Array<{ metadata: { name: string } }> };
      if (step.response.status === 400) {
        expect(parsed).toEqual({ ok: false, error: body.message });
        return;
      }
      if (!parsed.ok) throw new Error(parsed.error);
      const found = Object.keys(OBJECTS).filter((name) => matchesLabels(parsed.selector, OBJECTS[name]));
      expect(found).toEqual((body.items ?? []).map((item) => item.metadata.name).filter((name) => name in OBJECTS));
    },
  );
});

describe('the text of a selector', () => {
  it.each([
    ['a=1', 'a=1'],
    ['b,a==1', 'a==1,b'],
    ['x notin (b,a), !y', 'x notin (a,b),!y'],
    ['n>3', 'n>3'],
    ['', ''],
  ])('%s is held as %s', (text, formatted) => {
    const parsed = parseLabelSelector(text);
    expect(parsed.ok && formatSelector(parsed.selector)).toBe(formatted);
  });
});

describe('LabelSelector objects', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['b', 'a'] },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  };

  it('match when every requirement holds', () => {
    const matches = labelMatcher(selector);
    expect(matches({ app: 'web', tier: 'a' })).toBe(true);
    expect(matches({ app: 'web', tier: 'c' })).toBe(false);
    expect(matches({ app: 'web', tier: 'a', old: '' })).toBe(false);
    expect(matches(undefined)).toBe(false);
  });

  it('are printed as upstream prints them', () => {
    expect(formatLabelSelector(selector)).toBe('app=web,!old,tier in (a,b)');
    expect(formatLabelSelector({})).toBe('<none>');
    expect(formatLabelSelector(undefined)).toBe('<none>');
    expect(formatLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Near' }] })).toBe('<error>');
  });

  it('select nothing when absent, everything when empty', () => {
    expect(labelMatcher(undefined)({ a: 'b' })).toBe(false);
    expect(labelMatcher({})({ a: 'b' })).toBe(true);
    expect(labelMatcher({})(undefined)).toBe(true);
  });

  it('are refused with a reason', () => {
    expect(labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'Near', values: ['x'] }] })).toEqual({
      ok: false,
      error: '"Near" is not a valid label selector operator',
    });
    expect(labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'In' }] })).toEqual({
      ok: false,
      error: `values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`,
    });
  });
});
