// One watch: messages of the cluster's WebSocket in, the bytes of a chunked response out.
//
// The cluster's messages are: frames (text that starts with `{`, newline-terminated lines), '' once the initial state
// has been sent, and a revision in digits, the answer to REVISION_REQUEST that the platform gives without waking the object.
//
// 1. Frames go out whole and in the order they came.
// 2. What waits for a slow client is bounded: beyond the bound the stream ends behind a whole frame, and the client resumes.
// 3. A bookmark is written only after every frame up to its revision: the cluster publishes a revision once it is durable and
//    its frames are sent, and the gateway then waits HOLD_MS in which no frame may come.
// 4. An end (timeout, the cluster's close) lets out what waits, then closes; a client that has gone closes the socket.

/** What the cluster says of a watch with the 101, as JSON in the header WATCH_HEADER. */
export interface WatchTerms {
  readonly timeoutSeconds: number;
  /** Text before and after the revision in a bookmark's frame. Absent: no bookmarks. */
  readonly bookmark?: readonly [head: string, tail: string];
}

export const WATCH_HEADER = 'x-kubewisp-watch';
export const REVISION_REQUEST = 'revision';

/** What a rollout of a thousand pods says in one breath; a client that is further behind is slow. */
const MAX_WAITING = 16 << 20;
const KEEP_ALIVE_MS = 12_500;
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

export class WatchStream {
  readonly #options: WatchStreamOptions;
  readonly #encoder = new TextEncoder();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #waiting: Array<string | Uint8Array> = [];
  /** UTF-16 units (or bytes) that are waiting or being written. */
  #held = 0;
  #allowed = MAX_WAITING;
  #initial = true;
  #pumping = false;
  #quiet = false;
  #ending = false;
  /** A revision that the cluster has told, until it is written or a frame comes. */
  #candidate: string | undefined;

  constructor(options: WatchStreamOptions) {
    this.#options = options;
    const { timeoutSeconds, bookmark } = options.terms;
    const timeout = Math.min(timeoutSeconds * 1000, LONGEST_TIMER_MS);
    this.#after(timeout, () => this.end());
    if (options.binary !== true) this.#every(KEEP_ALIVE_MS, () => this.#keepAlive());
    if (bookmark === undefined) return;
    this.#every(BOOKMARK_MS, () => this.#askRevision());
    if (timeout > LAST_BOOKMARK_MS) this.#after(timeout - LAST_BOOKMARK_MS, () => this.#askRevision());
  }

  /** A message of the cluster's socket. */
  message(text: string): void {
    if (this.#ending) return;
    if (text === '') {
      this.#initial = false;
    } else if (text.startsWith('{')) {
      if (this.#initial) this.#allowed += text.length;
      this.#candidate = undefined;
      this.#write(this.#options.render === undefined ? text : this.#options.render(text));
    } else {
      this.#hold(text);
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

  #write(piece: string | Uint8Array): void {
    this.#waiting.push(piece);
    this.#held += piece.length;
    this.#quiet = false;
    if (this.#held > this.#allowed) {
      this.#waiting = [];
      this.end();
      return;
    }
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
        await writer.write(this.#joined(pieces));
        for (const piece of pieces) this.#held -= piece.length;
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

  #joined(pieces: ReadonlyArray<string | Uint8Array>): Uint8Array {
    const [first] = pieces;
    if (this.#options.binary !== true)
      return this.#encoder.encode(pieces.length === 1 ? String(first) : pieces.join(''));
    if (pieces.length === 1) return first as Uint8Array;
    const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
    let at = 0;
    for (const piece of pieces as Uint8Array[]) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #keepAlive(): void {
    if (this.#quiet && !this.#pumping) this.#write('\n');
    this.#quiet = true;
  }

  #askRevision(): void {
    if (!this.#initial) this.#options.socket.send(REVISION_REQUEST);
  }

  #hold(revision: string): void {
    this.#candidate = revision;
    this.#after(HOLD_MS, () => {
      const { bookmark } = this.#options.terms;
      if (this.#candidate !== revision || bookmark === undefined) return;
      this.#candidate = undefined;
      const frame = `${bookmark[0]}${revision}${bookmark[1]}`;
      this.#write(this.#options.render === undefined ? frame : this.#options.render(frame));
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
