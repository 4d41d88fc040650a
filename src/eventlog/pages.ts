// A list that is longer than memory: which states it consists of is settled at once, as revisions; the states
// themselves are read a page at a time. Events never change, so that whatever is written between two pages does not show.
//
// Example: the live states of a, b, c are the events 7, 2, 5. The pages of [7, 2, 5] are those three states even if b is
// deleted by event 8 before its page is read. Only compaction above 8 takes event 2 away: then the page throws.

import type { EventLog, Range, Row } from './log.ts';

/** UTF-16 units of text that a page is to hold. */
const PAGE_UNITS = 256 * 1024;
/** Of the first page, when nothing is known of how long the texts are. */
const FIRST_PAGE = 16;
const MOST_ROWS = 1000;

/** A state of a list is compacted: the reader was so slow that the list cannot be finished. */
export class CompactedError extends Error {}

/** The states after these events, in this order, in pages. Throws CompactedError. */
export function* pagesOf(
  log: EventLog,
  revisions: readonly number[],
  first = FIRST_PAGE,
): Generator<Row[], void, void> {
  let size = first;
  for (let start = 0; start < revisions.length;) {
    const wanted = revisions.slice(start, start + size);
    const page = log.rows(wanted);
    if (page.length < wanted.length) throw new CompactedError(`compacted up to ${log.compacted}`);
    yield page;
    start += wanted.length;
    let units = 0;
    for (const row of page) units += row.object.length;
    size = Math.max(1, Math.min(MOST_ROWS, Math.floor((PAGE_UNITS * page.length) / Math.max(units, 1))));
  }
}

/** The rows of a range in pages, all of one revision (default: now, when the first page is asked for). */
export function* pages(log: EventLog, range: Range, first = FIRST_PAGE): Generator<Row[], void, void> {
  yield* pagesOf(log, log.revisions(range), first);
}
