// Opens a watch at the cluster and answers with the stream of its frames: a chunked response, or the client's own WebSocket
// where it asked for one. Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/watch.go.

import { badRequest } from '../api/status.ts';
import type { Encoding } from '../apiserver/http.ts';
import type { EncodedTexts } from './render/encoded-texts.ts';
import type { KindLookup } from './render/render.ts';
import { FrameRenderer } from './render/render.ts';
import { statusResponse } from './status-response.ts';
import type { ByteWriter, WatchSocket, WatchTerms } from './watch-stream.ts';
import { WATCH_HEADER, WatchStream } from './watch-stream.ts';
import { messageWriter } from './watch-messages.ts';

/** What browsers carry a token in: no protocol of the stream. */
const BEARER = 'base64url.bearer.authorization.k8s.io.';

/** The request as it goes to the cluster: the same, asking for a WebSocket. */
export function watchRequest(request: Request): Request {
  const upgraded = new Request(request);
  upgraded.headers.set('Upgrade', 'websocket');
  return upgraded;
}

export interface WatchRendering {
  readonly encoding: Encoding | undefined;
  readonly kindOf: KindLookup;
  readonly encoded: EncodedTexts;
}

/** `answer` is the cluster's 101 to `request`. */
export function watchResponse(
  request: Request,
  answer: Response,
  { encoding, kindOf, encoded }: WatchRendering,
): Response {
  const socket = answer.webSocket;
  if (socket === null) throw new Error('a 101 without a WebSocket');
  const renderer = encoding === undefined ? undefined : new FrameRenderer(encoding, kindOf, () => Date.now(), encoded);
  const binary = renderer?.binary ?? false;
  const contentType = renderer?.contentType ?? 'application/json';
  const opened = wantsWebSocket(request) ? openWebSocket(request, contentType, binary) : openChunked(contentType);
  if (!opened.ok) {
    socket.accept();
    socket.close(1000, 'watch refused');
    return opened.response;
  }
  const terms = JSON.parse(answer.headers.get(WATCH_HEADER) ?? '{}') as WatchTerms;
  const stream = new WatchStream({
    socket: tolerant(socket),
    writer: opened.writer,
    terms,
    ...(opened.bare || binary ? { binary: true } : {}),
    ...(renderer === undefined ? {} : { render: (frames: string) => renderer.render(frames) }),
  });
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string' || data instanceof ArrayBuffer) stream.message(data);
  });
  socket.addEventListener('close', () => stream.end());
  socket.addEventListener('error', () => stream.end());
  opened.onLeave(() => stream.end());
  socket.accept();
  return opened.response;
}

function wantsWebSocket({ headers }: Request): boolean {
  return headers.get('Upgrade')?.toLowerCase() === 'websocket';
}

/** Where a stream goes. */
interface Opened {
  readonly ok: true;
  readonly response: Response;
  readonly writer: ByteWriter;
  /** Nothing may be written but frames. */
  readonly bare: boolean;
  onLeave(then: () => void): void;
}

function openChunked(contentType: string): Opened {
  const { readable, writable } = new IdentityTransformStream();
  const response = new Response(readable, {
    status: 200,
    headers: {
      'Content-Type': contentType,
      // With gzip, which Go clients ask for, nothing would arrive before the end.
      'Content-Encoding': 'identity',
      'Cache-Control': 'no-cache, private',
    },
    encodeBody: 'manual',
  });
  // A client's leaving shows in the next write.
  return { ok: true, response, writer: writable.getWriter(), bare: false, onLeave: () => {} };
}

/** Of the subprotocols one alone is taken, as upstream's server takes it: which of several is meant, it cannot know. */
function openWebSocket(
  request: Request,
  contentType: string,
  binary: boolean,
): Opened | { readonly ok: false; readonly response: Response } {
  const offered = (request.headers.get('Sec-WebSocket-Protocol') ?? '').split(',').map((name) => name.trim());
  const [protocol = '', ...others] = offered.filter((name) => name !== '' && !name.startsWith(BEARER));
  if (others.length > 0) {
    return { ok: false, response: statusResponse(badRequest('a watch takes one WebSocket subprotocol at most')) };
  }
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const response = new Response(null, {
    status: 101,
    webSocket: client,
    headers: { 'Content-Type': contentType, ...(protocol === '' ? {} : { 'Sec-WebSocket-Protocol': protocol }) },
  });
  const onLeave = (then: () => void): void => {
    server.addEventListener('close', then);
    server.addEventListener('error', then);
  };
  return { ok: true, response, writer: messageWriter(server, binary), bare: true, onLeave };
}

/** A socket that may be closed already. */
function tolerant(socket: WebSocket): WatchSocket {
  const quietly = (action: () => void): void => {
    try {
      action();
    } catch {
      // It was closed from the other side.
    }
  };
  return {
    send: (text) => quietly(() => socket.send(text)),
    close: (code, reason) => quietly(() => socket.close(code, reason)),
  };
}
