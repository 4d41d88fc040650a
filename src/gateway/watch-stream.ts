// One watch: messages of the cluster's WebSocket in, the bytes of a chunked response (or a client's WebSocket) out.
//
// The cluster's messages are: frames (binary: newline-terminated lines of JSON in UTF-8), LIVE once the watch has been told of
// everything up to now, BEHIND when it is not any more, and a revision in digits, the answer to REVISION_REQUEST that the platform
// gives without waking the object. To the cluster goes `taken N`: so many bytes of frames the client has taken.
//
// 1. Frames go out whole and in the order they came.
// 2. What waits for a slow client is bounded by the cluster, which sends no more than a window beyond what was taken: the log
//    is the buffer. A client that takes nothing for a minute has its stream ended behind a whole frame, and resumes later.
// 3. A bookmark is written only after every frame up to its revision: the cluster publishes a revision once it is durable and
//    its frames are sent, and the gateway then waits HOLD_MS in which no frame may come, nor BEHIND.
// 4. An end (timeout, the cluster's close) lets out what waits, then closes; a client that has gone closes the socket.

/** What the cluster says of a watch with the 101, as JSON in the header WATCH_HEADER. */
export interface WatchTerms {
  readonly timeoutSeconds: number;
  /** Text before and after the revision in a bookmark's frame. Absent: no bookmarks. */
  readonly bookmark?: readonly [head: string, tail: string];
}

export const WATCH_HEADER = 'x-kubewisp-watch';
export const REVISION_REQUEST = 'revision';

const LIVE = 'live';
const BEHIND = 'behind';
/** Bytes of frames after which the cluster is told that they were taken: a part of its window. */
const TAKEN_STEP = 256 << 10;
const KEEP_ALIVE_MS = 12_500;
/** A write that is under way at so many ticks in a row has met a client that takes nothing, for about a minute. */
const SLOW_TICKS = 5;
const BOOKMARK_MS = 60_000;
const HOLD_MS = 2_000;
/** Before the end of a watch a bookmark is due too, as upstream sends one. */
const LAST_BOOKMARK_MS = 4_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface WatchSocket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export interface ByteWriter {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface WatchStreamOptions {
  readonly socket: WatchSocket;
  readonly writer: ByteWriter;
  readonly terms: WatchTerms;
  /** Renders frames into what the client asked for, always text or always bytes; absent: they are passed on as they are. */
  readonly render?: (frames: string) => string | Uint8Array;
  /** Frames are bytes, between which nothing may stand: no newline keeps the stream alive. */
  readonly binary?: boolean;
}

type Timer = ReturnType<typeof setTimeout>;

interface Piece {
  readonly bytes: Uint8Array;
  /** Bytes of the cluster's frames that it was made of. */
  readonly size: number;
}

export class WatchStream {
  readonly #options: WatchStreamOptions;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  readonly #timers = new Set<Timer>();
  #waiting: Piece[] = [];
  /** Bytes of frames that the client has taken and the cluster has not been told of. */
  #taken = 0;
  #live = false;
  #pumping = false;
  #stuck = 0;
  #quiet = false;
  #ending = false;
  /** A revision that the cluster has told, until it is written or a frame comes. */
  #candidate: string | undefined;

  constructor(options: WatchStreamOptions) {
    this.#options = options;
    const { timeoutSeconds, bookmark } = options.terms;
    const timeout = Math.min(timeoutSeconds * 1000, LONGEST_TIMER_MS);
    this.#after(timeout, () => this.end());
    this.#every(KEEP_ALIVE_MS, () => this.#keepAlive());
    if (bookmark === undefined) return;
    this.#every(BOOKMARK_MS, () => this.#askRevision());
    if (timeout > LAST_BOOKMARK_MS) this.#after(timeout - LAST_BOOKMARK_MS, () => this.#askRevision());
  }

  /** A message of the cluster's socket. */
  message(message: string | ArrayBuffer): void {
    if (this.#ending) return;
    if (typeof message !== 'string') {
      this.#candidate = undefined;
      this.#write(this.#rendered(new Uint8Array(message)), message.byteLength);
    } else if (message === LIVE || message === BEHIND) {
      this.#live = message === LIVE;
      this.#candidate = undefined;
    } else {
      this.#hold(message);
    }
  }

  /** Ends the stream cleanly. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#options.socket.close(1000, 'watch ended');
    void this.#pump();
  }

  #rendered(frames: Uint8Array): Uint8Array {
    const { render } = this.#options;
    if (render === undefined) return frames;
    const rendered = render(this.#decoder.decode(frames));
    return typeof rendered === 'string' ? this.#encoder.encode(rendered) : rendered;
  }

  /** `size`: bytes of the cluster's frames that they were made of. */
  #write(bytes: Uint8Array, size: number): void {
    this.#waiting.push({ bytes, size });
    this.#quiet = false;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    const { writer } = this.#options;
    try {
      while (this.#waiting.length > 0) {
        const pieces = this.#waiting;
        this.#waiting = [];
        await writer.write(joined(pieces));
        this.#stuck = 0;
        for (const { size } of pieces) this.#taken += size;
        this.#tellTaken();
      }
      if (this.#ending) await writer.close();
    } catch {
      // The client has gone.
      this.#waiting = [];
      this.end();
    } finally {
      this.#pumping = false;
    }
    // What came or ended while the writer was being closed or failed.
    if (this.#waiting.length > 0) void this.#pump();
  }

  #tellTaken(): void {
    if (this.#taken < TAKEN_STEP || this.#ending) return;
    this.#options.socket.send(`taken ${this.#taken}`);
    this.#taken = 0;
  }

  #keepAlive(): void {
    // A timer for each write would cost more than the write.
    if (this.#pumping && ++this.#stuck >= SLOW_TICKS) this.end();
    else if (this.#quiet && !this.#pumping && this.#options.binary !== true) this.#write(Uint8Array.of(0x0a), 0);
    this.#quiet = true;
  }

  #askRevision(): void {
    if (this.#live) this.#options.socket.send(REVISION_REQUEST);
  }

  #hold(revision: string): void {
    if (!this.#live) return;
    this.#candidate = revision;
    this.#after(HOLD_MS, () => {
      const { bookmark } = this.#options.terms;
      if (this.#candidate !== revision || bookmark === undefined) return;
      this.#candidate = undefined;
      this.#write(this.#rendered(this.#encoder.encode(`${bookmark[0]}${revision}${bookmark[1]}`)), 0);
    });
  }

  #after(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
  }

  #every(ms: number, then: () => void): void {
    this.#after(ms, () => {
      this.#every(ms, then);
      then();
    });
  }
}

function joined(pieces: readonly Piece[]): Uint8Array {
  if (pieces.length === 1 && pieces[0] !== undefined) return pieces[0].bytes;
  const whole = new Uint8Array(pieces.reduce((size, { bytes }) => size + bytes.length, 0));
  let at = 0;
  for (const { bytes } of pieces) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}
