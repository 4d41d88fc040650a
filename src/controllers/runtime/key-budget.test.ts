import { describe, expect, it } from 'vitest';
import { KeyBudget } from './key-budget.ts';

describe('the budget of a key', () => {
  it('lets 2,000 through at once, then one every 200 ms', () => {
    const budget = new KeyBudget();
    for (let n = 0; n < 2_000; n++) expect(budget.take('a/web', 0)).toBe(0);
    expect(budget.take('a/web', 0)).toBe(200);
    expect(budget.take('a/web', 50)).toBe(150);
    expect(budget.take('a/web', 200)).toBe(0);
    expect(budget.take('a/web', 200)).toBe(200);
    expect(budget.take('a/other', 200)).toBe(0);
  });

  it('fills up again, and no further', () => {
    const budget = new KeyBudget();
    for (let n = 0; n < 2_000; n++) budget.take('a/web', 0);
    const later = 3_600_000;
    for (let n = 0; n < 2_000; n++) expect(budget.take('a/web', later)).toBe(0);
    expect(budget.take('a/web', later)).toBe(200);
  });

  it('remembers a bounded number of keys', () => {
    const budget = new KeyBudget();
    for (let n = 0; n < 2_000; n++) budget.take('a/web', 0);
    for (let n = 0; n < 10_000; n++) budget.take(`a/${n}`, 0);
    expect(budget.take('a/web', 0)).toBe(0);
  });
});
