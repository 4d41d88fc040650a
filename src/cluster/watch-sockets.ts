// The watches of a cluster: hibernatable WebSockets, one for each, whose other end the gateway holds.
//
// To the gateway go binary messages, which are frames, and the texts LIVE and BEHIND: told of everything up to now, or not.
// From it come `taken N`, N bytes that its client has taken, and REVISION_REQUEST, which the platform answers.
//
// 1. A socket's attachment says what it watches, and from where if it is behind. While the object sleeps nothing is written,
//    so that a socket that subscribes again on waking, before anything else happens, has missed nothing.
// 2. At most about WINDOW bytes are under way to a client: then its watch falls behind, and the log is its buffer.
// 3. The revision that the platform answers with while the object sleeps is published only once it is durable, when its
//    frames have been handed to the sockets that are live; the others have been told BEHIND before.

import type { ApiServer } from '../apiserver/server.ts';
import type { WatchPlan, WatchSpec } from '../apiserver/http.ts';
import { tooOldFrame } from '../apiserver/verbs/watch.ts';
import type { Watch } from '../eventlog/watch-hub.ts';
import type { Frames, Sink } from '../eventlog/watcher.ts';

const REVISION_REQUEST = 'revision';
const LIVE = 'live';
const BEHIND = 'behind';
const TAKEN = 'taken ';
/** Bytes. */
const WINDOW = 1 << 20;
/** Open watches. */
const MOST_WATCHES = 4096;

/** Tags have at most 256 characters. */
const tagOf = (flow: string): string => flow.slice(0, 256) || '-';

interface Attachment {
  readonly spec: WatchSpec;
  /** Where it is not live: told up to this revision; `state`: not even of its initial state. */
  readonly seen?: number | 'state';
}

interface Open {
  readonly spec: WatchSpec;
  watch: Watch | undefined;
  /** Bytes sent that the client has not taken. */
  untaken: number;
  live: boolean;
}

export interface WatchSocketsOptions {
  readonly context: DurableObjectState;
  readonly server: Pick<ApiServer, 'subscribe' | 'resume' | 'toldRevision'>;
  readonly compacted: () => number;
}

export class WatchSockets {
  readonly #options: WatchSocketsOptions;
  readonly #open = new Map<WebSocket, Open>();
  #published = -1;
  #publishing = false;

  constructor(options: WatchSocketsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Whether a watch has not been told of everything yet. */
  get behind(): boolean {
    for (const { live } of this.#open.values()) if (!live) return true;
    return false;
  }

  /** Whether the flow may open one more: each watch takes memory. No flow has more than half. */
  hasRoomFor(flow: string): boolean {
    const { size } = this.#open;
    if (size < MOST_WATCHES / 2) return true;
    return size < MOST_WATCHES && this.#options.context.getWebSockets(tagOf(flow)).length < MOST_WATCHES / 2;
  }

  /** Subscribes the sockets that were open while the object slept. */
  resume(): void {
    const { context, server } = this.#options;
    for (const socket of context.getWebSockets()) {
      const attachment = socket.deserializeAttachment() as Attachment | null;
      if (attachment === null || attachment.seen === 'state') {
        close(socket, 1012, 'watch cannot be resumed');
        continue;
      }
      const { spec, seen } = attachment;
      const open: Open = { spec, watch: undefined, untaken: 0, live: seen === undefined };
      this.#open.set(socket, open);
      const sink = this.#sinkOf(socket, open);
      open.watch = seen === undefined ? server.subscribe(spec, sink) : server.resume(spec, sink, seen);
    }
  }

  /** Answers the gateway's side of a new watch. */
  open(plan: WatchPlan, flow: string): WebSocket {
    const { 0: client, 1: socket } = new WebSocketPair();
    // The tag says whose it is even after the object has slept.
    this.#options.context.acceptWebSocket(socket, [tagOf(flow)]);
    const { spec } = plan;
    const open: Open = { spec, watch: undefined, untaken: 0, live: false };
    this.#open.set(socket, open);
    open.watch = this.#options.server.subscribe(spec, this.#sinkOf(socket, open), plan.initial());
    if (plan.ended()) this.#finish(socket, open);
    else if (!open.live) this.#attach(socket, open);
    this.publish();
    return client;
  }

  /** A message of the gateway. */
  message(socket: WebSocket, text: string): void {
    const open = this.#open.get(socket);
    if (open === undefined || !text.startsWith(TAKEN)) return;
    open.untaken = Math.max(0, open.untaken - Number(text.slice(TAKEN.length)));
    if (open.live || open.untaken > WINDOW / 2) return;
    open.watch?.resume();
    if (!open.live) this.#attach(socket, open);
  }

  closed(socket: WebSocket): void {
    this.#open.get(socket)?.watch?.stop();
    this.#open.delete(socket);
  }

  /** To be called after events have been told: rule 3. */
  publish(): void {
    if (this.#open.size === 0 || this.#publishing) return;
    const { context, server } = this.#options;
    const told = server.toldRevision;
    if (told === this.#published) return;
    this.#publishing = true;
    const published = context.storage.sync().then(() => {
      this.#publishing = false;
      this.#published = told;
      context.setWebSocketAutoResponse(new WebSocketRequestResponsePair(REVISION_REQUEST, String(told)));
      this.publish();
    });
    context.waitUntil(published);
  }

  #sinkOf(socket: WebSocket, open: Open): Sink {
    return {
      send: (frames) => {
        const room = this.#send(socket, open, frames);
        if (room || !open.live) return room;
        open.live = false;
        trySend(socket, BEHIND);
        this.#attach(socket, open);
        return false;
      },
      live: () => {
        open.live = true;
        trySend(socket, LIVE);
        this.#attach(socket, open);
      },
      end: (why) => {
        const seen = open.watch?.seen ?? 0;
        if (why === 'compacted')
          trySend(socket, new TextEncoder().encode(tooOldFrame(seen, this.#options.compacted())));
        this.#finish(socket, open);
      },
    };
  }

  /** Whether there is room for more. */
  #send(socket: WebSocket, open: Open, { bytes }: Frames): boolean {
    open.untaken += bytes.byteLength;
    // A socket that is closed already takes nothing; its close event is on the way.
    return trySend(socket, bytes) && open.untaken < WINDOW;
  }

  #finish(socket: WebSocket, open: Open): void {
    open.watch?.stop();
    this.#open.delete(socket);
    close(socket, 1000, 'watch ended');
  }

  /** Selectors too long for an attachment: the watch ends when the object sleeps, and the client opens it again. */
  #attach(socket: WebSocket, { spec, live, watch }: Open): void {
    const attachment: Attachment = live ? { spec } : { spec, seen: watch?.seen ?? 'state' };
    try {
      socket.serializeAttachment(attachment);
    } catch {
      socket.serializeAttachment(null);
    }
  }
}

function trySend(socket: WebSocket, message: string | Uint8Array): boolean {
  try {
    socket.send(message);
    return true;
  } catch {
    return false;
  }
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // It is closed already.
  }
}
