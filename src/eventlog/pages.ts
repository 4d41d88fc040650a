import type { EventLog, Range, Row } from './log.ts';

/**
 * The rows of a range in pages of at most `size`, all of one revision (default: that of the first page), so that a list of
 * any length holds one page at a time. Writes may happen between the pages; compaction above that revision may not.
 */
export function* pages(log: EventLog, range: Range, size = 500): Generator<Row[], void, void> {
  const rev = range.rev ?? log.head;
  let left = range.limit ?? Infinity;
  let { after } = range;
  while (left > 0) {
    const limit = Math.min(size, left);
    const page = log.list({ ...range, rev, limit, ...(after && { after }) });
    if (page.length > 0) yield page;
    if (page.length < limit) return;
    left -= page.length;
    after = page.at(-1);
  }
}
