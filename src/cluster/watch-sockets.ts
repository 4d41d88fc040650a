// The watches of a cluster: hibernatable WebSockets, one for each, whose other end the gateway holds.
//
// 1. A socket's attachment says what it watches. While the object sleeps nothing is written, so that a socket that
//    subscribes again on waking, before anything else happens, has missed nothing.
// 2. The initial state and the subscription are taken in one turn: no event falls between them or comes twice.
// 3. The revision that the platform answers with while the object sleeps is published only once it is durable, when its
//    frames have been handed to the sockets.

import type { ApiServer } from '../apiserver/server.ts';
import type { WatchPlan, WatchSpec } from '../apiserver/http.ts';

/** Initial frames go out in messages of about this many UTF-16 units. */
const BATCH = 256 << 10;
const REVISION_REQUEST = 'revision';

interface Attachment {
  readonly spec: WatchSpec;
}

export interface WatchSocketsOptions {
  readonly context: DurableObjectState;
  readonly server: Pick<ApiServer, 'subscribe'>;
  readonly head: () => number;
}

export class WatchSockets {
  readonly #options: WatchSocketsOptions;
  readonly #stops = new Map<WebSocket, () => void>();
  #published = -1;
  #publishing = false;

  constructor(options: WatchSocketsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#stops.size;
  }

  /** Subscribes the sockets that were open while the object slept. */
  resume(): void {
    for (const socket of this.#options.context.getWebSockets()) {
      const attachment = socket.deserializeAttachment() as Attachment | null;
      if (attachment === null) socket.close(1012, 'watch cannot be resumed');
      else this.#subscribe(socket, attachment.spec);
    }
  }

  /** Answers the gateway's side of a new watch. */
  open(plan: WatchPlan): WebSocket {
    const { 0: client, 1: socket } = new WebSocketPair();
    this.#options.context.acceptWebSocket(socket);
    attach(socket, plan.spec);
    let batch = '';
    for (const frames of plan.initial()) {
      batch += frames;
      if (batch.length < BATCH) continue;
      socket.send(batch);
      batch = '';
    }
    if (batch !== '') socket.send(batch);
    if (plan.ended()) {
      socket.close(1000, 'watch ended');
      return client;
    }
    // Tells the gateway that the initial state is complete.
    socket.send('');
    this.#subscribe(socket, plan.spec);
    this.publish();
    return client;
  }

  closed(socket: WebSocket): void {
    this.#stops.get(socket)?.();
    this.#stops.delete(socket);
  }

  /** To be called after commits: rule 3. */
  publish(): void {
    if (this.#stops.size === 0 || this.#publishing) return;
    const head = this.#options.head();
    if (head === this.#published) return;
    const { context } = this.#options;
    this.#publishing = true;
    const told = context.storage.sync().then(() => {
      this.#publishing = false;
      this.#published = head;
      context.setWebSocketAutoResponse(new WebSocketRequestResponsePair(REVISION_REQUEST, String(head)));
      this.publish();
    });
    context.waitUntil(told);
  }

  #subscribe(socket: WebSocket, spec: WatchSpec): void {
    const send = (frames: string): boolean => {
      try {
        socket.send(frames);
        return true;
      } catch {
        // It is closed already.
        return false;
      }
    };
    this.#stops.set(
      socket,
      this.#options.server.subscribe(spec, send, () => void this.#stops.delete(socket)),
    );
  }
}

/** Selectors too long for an attachment: the watch ends when the object sleeps, and the client opens it again. */
function attach(socket: WebSocket, spec: WatchSpec): void {
  try {
    socket.serializeAttachment({ spec } satisfies Attachment);
  } catch {
    socket.serializeAttachment(null);
  }
}
