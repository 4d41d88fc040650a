// Replays recorded tables: columns and cells of every kind's printer.

import { describe, expect, test } from 'vitest';
import type { KubeObject } from './object.ts';
import { isOurs, mask, records, target } from './testing/recorded.ts';

interface RecordedTable {
  columnDefinitions: Array<{ name: string; type: string; format: string; priority: number }>;
  rows: Array<{ cells: unknown[] }>;
}

const RECORDS = records('tables.jsonl');

describe.runIf(RECORDS.length > 0)('tables', () => {
  for (const record of RECORDS) {
    const kind = target(record.request.path)?.kind;
    if (kind === undefined || record.object === undefined || !isOurs(record.id)) continue;
    test(record.id, () => {
      const table = record.response.body as unknown as RecordedTable;
      const columns = kind.printer.columns.map(({ name, type, format = '', priority = 0 }) => ({
        name,
        type,
        format,
        priority,
      }));
      expect(columns).toEqual(
        table.columnDefinitions.map(({ name, type, format, priority }) => ({ name, type, format, priority })),
      );
      const recorded = table.rows[0]?.cells;
      const object = JSON.parse(JSON.stringify(record.object).replaceAll('<uid>', 'u')) as KubeObject;
      const cells = kind.printer.cells(object, Date.parse('2026-01-01T00:00:00Z'));
      expect(mask(cells, recorded)).toEqual(recorded);
    });
  }
});
