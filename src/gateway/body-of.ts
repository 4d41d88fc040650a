// The body of an answer that is at hand in pieces.

import { joined } from '../lib/bytes.ts';

/** In bytes: what is handed to the platform at once. */
const CHUNK = 256 << 10;

/** Whole where it is short, else as a stream, which copies no more of it at a time than it must. */
export function bodyOf(pieces: readonly Uint8Array[]): BodyInit {
  let next = 0;
  const chunk = (): Uint8Array | undefined => {
    const start = next;
    for (let size = 0; next < pieces.length && size < CHUNK; next++) size += pieces[next]?.length ?? 0;
    return start === next ? undefined : joined(pieces.slice(start, next));
  };
  const first = chunk();
  if (next === pieces.length) return first ?? '';
  let ahead = first;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const bytes = ahead ?? chunk();
        ahead = undefined;
        if (bytes === undefined) controller.close();
        else controller.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
}
