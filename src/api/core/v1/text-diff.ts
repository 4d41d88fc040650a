// The difference of two values for people to read, in messages that say "this may not change".

/** Lines that stand around a change. */
const CONTEXT = 3;

function lines(value: unknown): string[] {
  return JSON.stringify(value, null, 1).split('\n');
}

/** With members in one order, so that only what differs differs. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}

/** Of values whose members may stand in any order. */
export function textDiff(before: unknown, after: unknown): string {
  return orderedDiff(sorted(before), sorted(after));
}

/** One hunk in unified form, from the first line that differs to the last. Empty if nothing differs. */
export function orderedDiff(before: unknown, after: unknown): string {
  const a = lines(before);
  const b = lines(after);
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  if (head === a.length && head === b.length) return '';
  const start = Math.max(0, head - CONTEXT);
  const trailing = Math.min(tail, CONTEXT);
  const removed = a.slice(head, a.length - tail);
  const added = b.slice(head, b.length - tail);
  const around = head - start + trailing;
  const text = [
    `@@ -${start + 1},${around + removed.length} +${start + 1},${around + added.length} @@`,
    ...a.slice(start, head).map((line) => ` ${line}`),
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    ...a.slice(a.length - tail, a.length - tail + trailing).map((line) => ` ${line}`),
  ];
  return `${text.join('\n')}\n`;
}
