// A watch over a client's WebSocket: each event is one message, text where it is JSON, bytes where it is protobuf.

import type { ByteWriter } from './watch-stream.ts';

/** The part of a WebSocket that frames go to. */
export interface MessageSocket {
  send(message: string | Uint8Array): void;
  close(code: number, reason: string): void;
}

/**
 * Whole frames in, a message for each out. They end with a newline or, `binary`, begin with their length in four bytes,
 * which messages do without. A socket that is closed makes `write` fail.
 */
export function messageWriter(socket: MessageSocket, binary: boolean): ByteWriter {
  const decoder = new TextDecoder();
  return {
    async write(bytes) {
      if (binary) for (const message of delimited(bytes)) socket.send(message);
      else for (const frame of decoder.decode(bytes).split('\n')) if (frame !== '') socket.send(`${frame}\n`);
    },
    async close() {
      socket.close(1000, '');
    },
  };
}

function* delimited(bytes: Uint8Array): Iterable<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + view.getUint32(at);
    yield bytes.subarray(at + 4, end);
    at = end;
  }
}
