import { describe, expect, it } from 'vitest';
import type { LiveRow } from './live-rows.ts';
import { LiveRows } from './live-rows.ts';

function live(name: string, object = '12345'): LiveRow {
  return { row: { resource: 'pods', namespace: 'a', name, rev: 1, uid: '', object }, terms: '[]' };
}

function filled(limit: number, ...names: string[]): LiveRows {
  const rows = new LiveRows(limit);
  for (const name of names) rows.put(`a/${name}`, live(name));
  return rows;
}

const held = (rows: LiveRows, ...names: string[]) =>
  names.filter((name) => rows.get('pods', `a/${name}`) !== undefined);

describe('LiveRows', () => {
  it('lets go of what was not used for the longest time', () => {
    const rows = filled(15, 'x', 'y', 'z');
    rows.get('pods', 'a/x');
    rows.put('a/new', live('new'));
    expect(held(rows, 'x', 'y', 'z', 'new')).toEqual(['x', 'z', 'new']);
  });

  it('counts a text that replaces another in its stead', () => {
    const rows = filled(15, 'x', 'y');
    for (let i = 0; i < 9; i++) rows.put('a/x', live('x', `text${i}`));
    expect(held(rows, 'x', 'y')).toEqual(['x', 'y']);
    expect(rows.get('pods', 'a/x')?.row.object).toBe('text8');
  });

  it('knows resources apart, and forgets what is deleted, and all of it', () => {
    const rows = filled(15, 'x', 'y');
    expect(rows.get('secrets', 'a/x')).toBeUndefined();
    rows.delete('pods', 'a/x');
    expect(held(rows, 'x', 'y')).toEqual(['y']);
    rows.clear();
    expect(held(rows, 'y')).toEqual([]);
  });
});
