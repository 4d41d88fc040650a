// The difference of two texts, line by line, in unified form with three lines around each change.
// Matches blocks as Ratcliff and Obershelp do, and in each tie as go-difflib does, since clients see its choice:
//
// 1. The longest block of equal lines is kept; of several the one that starts first in a, of these the first in b.
// 2. What lies before it and after it is compared in the same way.
// 3. In a b of 200 lines and more, lines that occur in more than 1% of it begin no block; they only lengthen one.
//
//   a b c d      keeps `b c` (rule 1), then finds nothing equal in `a` and ``, nor in `d` and `e`:
//   b c e        -a, b, c, -d, +e

/** Lines that stand around a change. */
const CONTEXT = 3;
/** Of pairs of lines that are looked at. What is not settled by then counts as different. */
const BUDGET = 4_000_000;
const POPULAR_FROM = 200;

/** Lines [a, a + size) are the lines [b, b + size). */
interface Block {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

interface Range {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

/** Line → where it stands in b, in ascending order, of those that may begin a block. */
function positions(b: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  b.forEach((line, index) => {
    const list = found.get(line);
    if (list === undefined) found.set(line, [index]);
    else list.push(index);
  });
  if (b.length < POPULAR_FROM) return found;
  const most = Math.floor(b.length / 100) + 1;
  for (const [line, list] of found) if (list.length > most) found.delete(line);
  return found;
}

/** Blocks of equal lines, in order, none touching another. */
function equalBlocks(a: readonly string[], b: readonly string[]): Block[] {
  const at = positions(b);
  // lengths[j + 1]: how many lines up to b[j] equal those up to the current line of a.
  let lengths = new Int32Array(b.length + 1);
  let next = new Int32Array(b.length + 1);
  let budget = BUDGET;

  const longest = ({ a: from, aEnd, b: bFrom, bEnd }: Range): Block => {
    let [bestA, bestB, size] = [from, bFrom, 0];
    let touched: readonly number[] = [];
    for (let i = from; i < aEnd && budget > 0; i++) {
      const where = at.get(a[i] ?? '') ?? [];
      budget -= 1 + where.length;
      for (const j of where) {
        if (j < bFrom || j >= bEnd) continue;
        const length = (lengths[j] ?? 0) + 1;
        next[j + 1] = length;
        if (length > size) [bestA, bestB, size] = [i - length + 1, j - length + 1, length];
      }
      for (const j of touched) lengths[j + 1] = 0;
      touched = where;
      [lengths, next] = [next, lengths];
    }
    for (const j of touched) lengths[j + 1] = 0;
    while (bestA > from && bestB > bFrom && a[bestA - 1] === b[bestB - 1])
      [bestA, bestB, size] = [bestA - 1, bestB - 1, size + 1];
    while (bestA + size < aEnd && bestB + size < bEnd && a[bestA + size] === b[bestB + size]) size++;
    return { a: bestA, b: bestB, size };
  };

  const blocks: Block[] = [];
  const ranges: Range[] = [{ a: 0, aEnd: a.length, b: 0, bEnd: b.length }];
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    if (range.a === range.aEnd || range.b === range.bEnd) continue;
    const block = longest(range);
    if (block.size === 0) continue;
    blocks.push(block);
    ranges.push(
      { ...range, aEnd: block.a, bEnd: block.b },
      { ...range, a: block.a + block.size, b: block.b + block.size },
    );
  }
  return joined(blocks.sort((one, other) => one.a - other.a));
}

function joined(blocks: readonly Block[]): Block[] {
  const list: Block[] = [];
  for (const block of blocks) {
    const last = list.at(-1);
    if (last !== undefined && last.a + last.size === block.a && last.b + last.size === block.b) {
      list[list.length - 1] = { ...last, size: last.size + block.size };
    } else list.push(block);
  }
  return list;
}

/** Changes between the blocks, those within six lines of each other together. */
function hunks(blocks: readonly Block[], aEnd: number, bEnd: number): Range[][] {
  const list: Range[][] = [];
  let [a, b] = [0, 0];
  for (const block of [...blocks, { a: aEnd, b: bEnd, size: 0 }]) {
    if (block.a > a || block.b > b) {
      const change = { a, aEnd: block.a, b, bEnd: block.b };
      const last = list.at(-1);
      if (last === undefined || a - (last.at(-1)?.aEnd ?? 0) > 2 * CONTEXT) list.push([change]);
      else last.push(change);
    }
    [a, b] = [block.a + block.size, block.b + block.size];
  }
  return list;
}

/** Where a hunk lies: `1,6`, `4`, `0,0` for nothing before the first line. */
function span(from: number, end: number): string {
  const length = end - from;
  if (length === 1) return String(from + 1);
  return `${length === 0 ? from : from + 1},${length}`;
}

/** Of two lists of lines without their ends. Empty if they are equal. */
export function lineDiff(a: readonly string[], b: readonly string[]): string {
  const text: string[] = [];
  const add = (mark: string, lines: readonly string[]) => {
    for (const line of lines) text.push(`${mark}${line}\n`);
  };
  for (const changes of hunks(equalBlocks(a, b), a.length, b.length)) {
    const [first, last] = [changes[0], changes.at(-1)];
    if (first === undefined || last === undefined) continue;
    const before = Math.min(CONTEXT, first.a, first.b);
    const after = Math.min(CONTEXT, a.length - last.aEnd, b.length - last.bEnd);
    text.push(`@@ -${span(first.a - before, last.aEnd + after)} +${span(first.b - before, last.bEnd + after)} @@\n`);
    let at = first.a - before;
    for (const change of changes) {
      add(' ', a.slice(at, change.a));
      add('-', a.slice(change.a, change.aEnd));
      add('+', b.slice(change.b, change.bEnd));
      at = change.aEnd;
    }
    add(' ', a.slice(at, at + after));
  }
  return text.join('');
}
