// Opens a watch at the cluster and answers with the stream of its frames.

import type { Encoding } from '../apiserver/http.ts';
import type { KindLookup } from './render/render.ts';
import { FrameRenderer } from './render/render.ts';
import type { WatchSocket, WatchTerms } from './watch-stream.ts';
import { WATCH_HEADER, WatchStream } from './watch-stream.ts';

/** The request as it goes to the cluster: the same, asking for a WebSocket. */
export function watchRequest(request: Request): Request {
  const upgraded = new Request(request);
  upgraded.headers.set('Upgrade', 'websocket');
  return upgraded;
}

/** `answer` is the cluster's 101. */
export function watchResponse(answer: Response, encoding: Encoding | undefined, kindOf: KindLookup): Response {
  const socket = answer.webSocket;
  if (socket === null) throw new Error('a 101 without a WebSocket');
  const terms = JSON.parse(answer.headers.get(WATCH_HEADER) ?? '{}') as WatchTerms;
  const { readable, writable } = new IdentityTransformStream();
  const renderer = encoding === undefined ? undefined : new FrameRenderer(encoding, kindOf, () => Date.now());
  const stream = new WatchStream({
    socket: tolerant(socket),
    writer: writable.getWriter(),
    terms,
    ...(renderer === undefined ? {} : { render: (frames: string) => renderer.render(frames) }),
  });
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') stream.message(data);
  });
  socket.addEventListener('close', () => stream.end());
  socket.addEventListener('error', () => stream.end());
  socket.accept();
  return new Response(readable, {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      // With gzip, which Go clients ask for, nothing would arrive before the end.
      'Content-Encoding': 'identity',
      'Cache-Control': 'no-cache, private',
    },
    encodeBody: 'manual',
  });
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
