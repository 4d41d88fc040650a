// Sets of completion indexes as status texts write them, held as ordered intervals that neither touch nor overlap:
//
//   parse('1,3-5,7', 7)          [1,1] [3,5]            what is not below the number of completions is cut off
//   withIndexes(…, [2, 6])       [1,6]
//   format([[0,0], [2,3], [5,9]])  '0,2,3,5-9'          two in a row are written one by one
//
// Models kubernetes pkg/controller/job/indexed_job_utils.go (orderedIntervals).

export interface Interval {
  readonly first: number;
  readonly last: number;
}

export type Intervals = readonly Interval[];

/** Of the indexes that `text` names, those below `completions`. What is no number is left out. */
export function parseIndexes(text: string, completions: number): Intervals {
  const parsed: Interval[] = [];
  for (const part of text.split(',')) {
    const [low = '', high] = part.split('-');
    const first = indexOf(low);
    const last = high === undefined ? first : indexOf(high);
    if (first === undefined || last === undefined) continue;
    if (first >= completions) break;
    parsed.push({ first, last: Math.min(last, completions - 1) });
  }
  return merge(parsed, []);
}

function indexOf(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

export function formatIndexes(intervals: Intervals): string {
  return intervals
    .map(({ first, last }) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join(',');
}

export function merge(a: Intervals, b: Intervals): Intervals {
  const result: Interval[] = [];
  for (const next of [...a, ...b].toSorted((x, y) => x.first - y.first)) {
    const last = result.at(-1);
    if (last === undefined || next.first > last.last + 1) result.push(next);
    else if (next.last > last.last) result[result.length - 1] = { first: last.first, last: next.last };
  }
  return result;
}

export function withIndexes(intervals: Intervals, indexes: Iterable<number>): Intervals {
  return merge(
    intervals,
    [...indexes].map((index) => ({ first: index, last: index })),
  );
}

export function count(intervals: Intervals): number {
  return intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

export function has(intervals: Intervals, index: number): boolean {
  return intervals.some(({ first, last }) => first <= index && index <= last);
}

/** How many indexes two sets share. */
export function overlap(a: Intervals, b: Intervals): number {
  // Neither set touches itself, so that what they share is all they have together that merging saves.
  return count(a) + count(b) - count(merge(a, b));
}

/** The lowest `limit` indexes below `completions` that are not in the set. */
export function lowestMissing(intervals: Intervals, limit: number, completions: number): number[] {
  const missing: number[] = [];
  let candidate = 0;
  for (const { first, last } of [...intervals, { first: completions, last: completions }]) {
    for (; candidate < Math.min(first, completions) && missing.length < limit; candidate++) missing.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return missing;
}
