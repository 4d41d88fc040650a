// A watch over a client's WebSocket: each event is one message, text where it is JSON.

import type { ByteWriter } from './watch-stream.ts';

/** The part of a WebSocket that frames go to. */
export interface MessageSocket {
  send(message: string): void;
  close(code: number, reason: string): void;
}

/** Whole newline-terminated frames in, a message for each out. A socket that is closed makes `write` fail. */
export function messageWriter(socket: MessageSocket): ByteWriter {
  const decoder = new TextDecoder();
  return {
    async write(bytes) {
      for (const frame of decoder.decode(bytes).split('\n')) if (frame !== '') socket.send(`${frame}\n`);
    },
    async close() {
      socket.close(1000, '');
    },
  };
}
