import { expect, test } from 'vitest';
import { messageWriter } from './watch-messages.ts';

function sentOf(binary: boolean, bytes: Uint8Array): unknown[] {
  const sent: unknown[] = [];
  const writer = messageWriter({ send: (message) => void sent.push(message), close: () => {} }, binary);
  void writer.write(bytes);
  return sent;
}

test('a frame of text is a message, with its newline', () => {
  expect(sentOf(false, new TextEncoder().encode('{1}\n\n{2}\n'))).toEqual(['{1}\n', '{2}\n']);
});

test('a binary frame is a message without its length', () => {
  expect(sentOf(true, Uint8Array.of(0, 0, 0, 2, 7, 8, 0, 0, 0, 1, 9))).toEqual([Uint8Array.of(7, 8), Uint8Array.of(9)]);
});
