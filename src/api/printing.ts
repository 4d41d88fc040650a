// How cells of printed tables are made, shared by the printers of all kinds.
// Models kubernetes pkg/printers/internalversion/printers.go and apimachinery pkg/util/duration.

import type { Cell, Column, Printer } from './kind.ts';
import type { KubeObject } from './object.ts';
import type { Container } from './types/core-v1.ts';

export const NAME_COLUMN: Column = { name: 'Name', type: 'string', format: 'name' };
export const AGE_COLUMN: Column = { name: 'Age', type: 'string' };

export function column(name: string, type: Column['type'] = 'string'): Column {
  return { name, type };
}

/** A column that only `-o wide` shows. */
export function wide(name: string, type: Column['type'] = 'string'): Column {
  return { name, type, priority: 1 };
}

/** The last columns of what makes pods by a template: the containers, their images, how the pods are found. */
export const POD_COLUMNS: readonly Column[] = [wide('Containers'), wide('Images'), wide('Selector')];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

function parts(ms: number, unit: number, letter: string, rest: number, restLetter: string): string {
  const whole = Math.floor(ms / unit);
  const remainder = Math.floor((ms - whole * unit) / rest);
  return remainder === 0 ? `${whole}${letter}` : `${whole}${letter}${remainder}${restLetter}`;
}

/** A duration in milliseconds as kubectl prints ages: `45s`, `3m20s`, `2d4h`; `<invalid>` for more than two seconds ahead. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (ms < 2 * MINUTE) return `${seconds}s`;
  if (ms < 10 * MINUTE) return parts(ms, MINUTE, 'm', SECOND, 's');
  if (ms < 3 * HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < 8 * HOUR) return parts(ms, HOUR, 'h', MINUTE, 'm');
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}h`;
  if (ms < 8 * DAY) return parts(ms, DAY, 'd', HOUR, 'h');
  if (ms < 2 * YEAR) return `${Math.floor(ms / DAY)}d`;
  if (ms < 8 * YEAR) return parts(ms, YEAR, 'y', DAY, 'd');
  return `${Math.floor(ms / YEAR)}y`;
}

/** Time since an RFC 3339 timestamp; `<unknown>` where there is none. `now` in milliseconds since the epoch. */
export function translateTimestampSince(timestamp: string | undefined | null, now: number): string {
  if (timestamp === undefined || timestamp === null || timestamp === '') return '<unknown>';
  return humanDuration(now - Date.parse(timestamp));
}

/** The Age cell. */
export function age(object: { metadata: { creationTimestamp?: string } }, now: number): string {
  return translateTimestampSince(object.metadata.creationTimestamp, now);
}

/** The Containers and Images cells of a workload. */
export function containerCells(containers: readonly Container[] | undefined): [names: string, images: string] {
  const list = containers ?? [];
  return [list.map((container) => container.name).join(','), list.map((container) => container.image ?? '').join(',')];
}

/** Up to `max` items, then how many more there are: `a,b,c + 2 more...`; `none` where the list is empty. */
export function firstItems(items: readonly string[], max: number, none: string): string {
  if (items.length === 0) return none;
  const shown = items.slice(0, max).join(',');
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown;
}

/** The columns of a kind that has no printer of its own. */
export const defaultPrinter: Printer<KubeObject> = {
  columns: [NAME_COLUMN, { name: 'Created At', type: 'date' }],
  cells: (object): Cell[] => [object.metadata.name, object.metadata.creationTimestamp],
};
