// How the server chooses among addresses or ports. Models kubernetes pkg/registry/core/service/allocator and ipallocator.

import type { Random } from '../../../lib/random.ts';

/**
 * A free number in [0, size), from [lower, size) if there is one; undefined if all are taken. The search begins at a random
 * place, so that it is short as long as the range is not nearly full.
 */
export function pickFree(
  size: number,
  lower: number,
  random: Random,
  taken: (offset: number) => boolean,
): number | undefined {
  const bands = [
    { from: lower, count: size - lower },
    { from: 0, count: lower },
  ];
  for (const { from, count } of bands) {
    const start = Math.floor(random.next() * count);
    for (let i = 0; i < count; i++) {
      const offset = from + ((start + i) % count);
      if (!taken(offset)) return offset;
    }
  }
  return undefined;
}
