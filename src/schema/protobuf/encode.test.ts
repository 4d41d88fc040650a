import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { BackwardWriter } from './backward-writer.ts';
import { decodeProtobuf } from './decode.ts';
import { encodeMessage, encodeObject, encodeWatchEvent } from './encode.ts';
import { messageOfKind } from './messages.ts';

const GOLDEN = new URL('../../../../shared/reference/golden/', import.meta.url);
const present = existsSync(GOLDEN);
if (!present) console.log('protobuf golden files skipped: ../shared/reference is not here');

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What a zero-valued field of the message takes is not there in `golden`. */
function encode(value: JsonObject): Uint8Array {
  const message = messageOfKind(String(value['apiVersion']), String(value['kind']));
  if (message === undefined) throw new Error(`no message of ${String(value['kind'])}`);
  return encodeObject(value, message);
}

describe('encodeObject', () => {
  const files = present
    ? readdirSync(GOLDEN).filter((name) => name.endsWith('.json') && !name.includes('WatchEvent'))
    : [];

  it.each(files)('writes what upstream writes: %s', (file) => {
    const value = JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8')) as JsonObject;
    expect(hex(encode(value))).toBe(readFileSync(new URL(file.replace(/json$/, 'pb'), GOLDEN)).toString('hex'));
  });

  it.each(files)('is read back as it was: %s', (file) => {
    const value = JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8')) as JsonObject;
    const decoded = decodeProtobuf(encode(value), messageOfKind);
    if (!decoded.ok) throw new Error(decoded.error);
    const { kind, apiVersion } = decoded;
    expect(hex(encode({ kind, apiVersion, ...decoded.value }))).toBe(hex(encode(value)));
  });

  it('writes zeroes of what is no pointer, and leaves out pointers', () => {
    expect(hex(encode({ kind: 'Status', apiVersion: 'v1' }))).toBe(
      '6b3873000a0c0a02763112065374617475731210' + '0a060a0012001a00' + '1200' + '1a00' + '2200' + '3000' + '1a002200',
    );
  });

  it('reads a time of no pointer that is absent as an empty message', () => {
    const text = hex(encodeMessage({ metadata: {} }, 'k8s.io.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata'));
    expect(text).toBe('0a10' + '0a0012001a0022002a00320038004200');
  });

  it('sorts the keys of a map', () => {
    const text = hex(encodeMessage({ data: { b: '1', 10: '2', 9: '3' } }, 'k8s.io.api.core.v1.ConfigMap'));
    const entry = (key: string, value: string): string =>
      `1207${'0a' + hex(Uint8Array.of(key.length))}${hex(Buffer.from(key))}1201${hex(Buffer.from(value))}`;
    expect(text.slice(2 * 18)).toBe(
      entry('10', '2') + [entry('9', '3'), entry('b', '1')].map((one) => one.replace(/^1207/, '1206')).join(''),
    );
  });
});

describe('encodeWatchEvent', () => {
  it('is a length in four bytes and a message of the type and the enveloped object', () => {
    const object: JsonObject = {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a' },
      data: { k: 'é'.repeat(100) },
    };
    const frame = encodeWatchEvent('ADDED', object, 'k8s.io.api.core.v1.ConfigMap');
    const length = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
    expect(length).toBe(frame.length - 4);
    const body = hex(frame.subarray(4));
    expect(body.startsWith(`0a05${hex(Buffer.from('ADDED'))}12`)).toBe(true);
    expect(body.endsWith(hex(encode(object)))).toBe(true);
  });
});

describe('BackwardWriter', () => {
  const written = (write: (writer: BackwardWriter) => void): Uint8Array => {
    const writer = new BackwardWriter(1);
    write(writer);
    return writer.finish();
  };

  it('writes any text as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(written((writer) => void writer.string(text))).toEqual(new TextEncoder().encode(text));
      }),
    );
  });

  it('writes integers as varints of 64 bits', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        let rest = BigInt.asUintN(64, BigInt(value));
        const bytes: number[] = [];
        for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
        bytes.push(Number(rest));
        expect([...written((writer) => writer.varint(value))]).toEqual(bytes);
      }),
    );
  });
});
