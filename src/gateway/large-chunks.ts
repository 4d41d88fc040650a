// A stream's bytes in chunks of a size that is worth a turn: the platform's own are of a few kilobytes.

const CHUNK = 512 << 10;

export async function* largeChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = body.getReader({ mode: 'byob' });
  for (;;) {
    const { done, value } = await reader.readAtLeast(CHUNK, new Uint8Array(CHUNK));
    // The last one is cut, and `done` may come with it.
    if (value !== undefined && value.length > 0) yield value;
    if (done) return;
  }
}
