import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WatchTerms } from './watch-stream.ts';
import { WatchStream } from './watch-stream.ts';

/** A client that reads only when told to. */
function setUp(
  terms: WatchTerms,
  options: { slow?: boolean; binary?: boolean; render?: (frames: string) => string | Uint8Array } = {},
) {
  const sent: string[] = [];
  const written: string[] = [];
  const readers: Array<{ resolve: () => void; reject: (error: Error) => void }> = [];
  const state = { socketClosed: false, closed: false };
  const stream = new WatchStream({
    terms,
    socket: {
      send: (text) => void sent.push(text),
      close: () => {
        state.socketClosed = true;
      },
    },
    writer: {
      write: (bytes) => {
        written.push(new TextDecoder().decode(bytes));
        if (options.slow !== true) return Promise.resolve();
        return new Promise((resolve, reject) => void readers.push({ resolve, reject }));
      },
      close: () => {
        state.closed = true;
        return Promise.resolve();
      },
    },
    ...(options.render === undefined ? {} : { render: options.render }),
    ...(options.binary === true ? { binary: true } : {}),
  });
  return { stream, sent, written, readers, state };
}

const utf8 = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer;

const frame = (rev: number, size = 0): string =>
  `${JSON.stringify({ type: 'ADDED', object: { metadata: { resourceVersion: String(rev) }, data: 'x'.repeat(size) } })}\n`;

const BOOKMARK: readonly [string, string] = ['{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"', '"}}}\n'];

describe('WatchStream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('passes frames on in order, and joins what waits', async () => {
    const { stream, written, readers } = setUp({ timeoutSeconds: 60 }, { slow: true });
    for (const rev of [1, 2, 3]) stream.message(utf8(frame(rev)));
    expect(written).toEqual([frame(1)]);
    readers[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(written.join('')).toBe(frame(1) + frame(2) + frame(3));
    expect(written).toHaveLength(2);
  });

  it('ends cleanly after its timeout, behind what was waiting', async () => {
    const { stream, written, readers, state } = setUp({ timeoutSeconds: 10 }, { slow: true });
    stream.message(utf8(frame(1)));
    stream.message(utf8(frame(2)));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state).toEqual({ socketClosed: true, closed: false });
    readers[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    readers[1]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(written.join('')).toBe(frame(1) + frame(2));
    expect(state.closed).toBe(true);
    stream.message(utf8(frame(3)));
    expect(written).toHaveLength(2);
  });

  it('writes a byte at least every 25 seconds', async () => {
    const { written } = setUp({ timeoutSeconds: 3600 });
    await vi.advanceTimersByTimeAsync(25_000);
    expect(written).toEqual(['\n']);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(written.length).toBeGreaterThanOrEqual(2);
  });

  it('writes a bookmark each minute, of a revision that the cluster has told', async () => {
    const { stream, sent, written } = setUp({ timeoutSeconds: 3600, bookmark: BOOKMARK });
    stream.message('live');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual(['revision']);
    stream.message('42');
    expect(written.join('').trim()).toBe('');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(written.join('').trim()).toBe('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"42"}}}');
  });

  it('drops a bookmark that a frame has come after', async () => {
    const { stream, written } = setUp({ timeoutSeconds: 3600, bookmark: BOOKMARK });
    stream.message('live');
    await vi.advanceTimersByTimeAsync(60_000);
    stream.message('42');
    stream.message(utf8(frame(42)));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(written.join('')).not.toContain('BOOKMARK');
  });

  it('asks for no bookmark before the initial state is complete, nor where none are wanted', async () => {
    const initial = setUp({ timeoutSeconds: 3600, bookmark: BOOKMARK });
    const unwanted = setUp({ timeoutSeconds: 3600 });
    unwanted.stream.message('live');
    await vi.advanceTimersByTimeAsync(61_000);
    expect(initial.sent).toEqual([]);
    expect(unwanted.sent).toEqual([]);
  });

  it('asks for a last bookmark before a short watch ends', async () => {
    const { stream, sent } = setUp({ timeoutSeconds: 6, bookmark: BOOKMARK });
    stream.message('live');
    await vi.advanceTimersByTimeAsync(2_500);
    expect(sent).toEqual(['revision']);
  });

  it('ends the stream of a client that takes nothing, behind a whole frame', async () => {
    const { stream, written, readers, state } = setUp({ timeoutSeconds: 3600 }, { slow: true });
    stream.message('live');
    for (const rev of [1, 2, 3]) stream.message(utf8(frame(rev)));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.socketClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(state).toEqual({ socketClosed: true, closed: false });
    stream.message(utf8(frame(4)));
    for (const next of [0, 1]) {
      readers[next]?.resolve();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(written.join('')).toBe(frame(1) + frame(2) + frame(3));
    expect(state.closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells the cluster what the client has taken, and not before', async () => {
    const { stream, sent, readers } = setUp({ timeoutSeconds: 3600 }, { slow: true, render: () => 'x' });
    const size = frame(1, 200_000).length;
    for (const rev of [1, 2, 3]) stream.message(utf8(frame(rev, 200_000)));
    expect(sent).toEqual([]);
    readers[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([]);
    readers[1]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([`taken ${3 * size}`]);
  });

  it('writes no bookmark while the watch is behind', async () => {
    const { stream, sent, written } = setUp({ timeoutSeconds: 3600, bookmark: BOOKMARK });
    stream.message('live');
    await vi.advanceTimersByTimeAsync(60_000);
    stream.message('42');
    stream.message('behind');
    stream.message('43');
    await vi.advanceTimersByTimeAsync(70_000);
    expect(sent).toEqual(['revision']);
    stream.message('live');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual(['revision', 'revision']);
    expect(written.join('')).not.toContain('BOOKMARK');
  });

  it('closes the socket of a client that has gone', async () => {
    const { stream, readers, state } = setUp({ timeoutSeconds: 3600 }, { slow: true });
    stream.message(utf8(frame(1)));
    readers[0]?.reject(new Error('disconnected'));
    await vi.advanceTimersByTimeAsync(0);
    expect(state).toEqual({ socketClosed: true, closed: false });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('renders frames and bookmarks alike', async () => {
    const render = (frames: string): string => frames.toLowerCase();
    const { stream, written } = setUp({ timeoutSeconds: 3600, bookmark: BOOKMARK }, { render });
    stream.message(utf8(frame(1)));
    expect(written).toEqual([frame(1).toLowerCase()]);
  });

  it('joins binary frames as bytes, and writes nothing between them', async () => {
    const render = (frames: string): Uint8Array => new TextEncoder().encode(`<${frames.length}>`);
    const { stream, written, readers } = setUp({ timeoutSeconds: 600 }, { slow: true, binary: true, render });
    stream.message(utf8('{1}'));
    stream.message(utf8('{22}'));
    stream.message(utf8('{333}'));
    readers[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    readers[1]?.resolve();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(written).toEqual(['<3>', '<4><5>']);
  });
});
