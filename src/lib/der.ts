// DER (ITU-T X.690): values as a tag, a length and a content, which may be values again. Certificates and the requests for
// them are made of it.
//
//   sequence(integer(2), utf8('x'))  →  30 06 · 02 01 02 · 0c 01 78

import { joined } from './bytes.ts';

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

/** The values that follow each other. Undefined: it is no DER. */
export function readDer(bytes: Uint8Array): DerElement[] | undefined {
  const found: DerElement[] = [];
  let start = 0;
  while (start < bytes.length) {
    let at = start + 2;
    let length = bytes[start + 1];
    if (length === undefined) return undefined;
    if (length > 0x7f) {
      // So many bytes tell the length; more than four would be more than there can be.
      const count = length - 0x80;
      if (count === 0 || count > 4 || at + count > bytes.length) return undefined;
      length = bytes.subarray(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0);
      at += count;
    }
    const end = at + length;
    if (end > bytes.length) return undefined;
    found.push({ tag: bytes[start] ?? 0, content: bytes.subarray(at, end), whole: bytes.subarray(start, end) });
    start = end;
  }
  return found;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = joined(contents);
  const { length } = content;
  if (length < 0x80) return joined([Uint8Array.of(tag, length), content]);
  const size: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) size.unshift(rest & 0xff);
  return joined([Uint8Array.of(tag, 0x80 + size.length, ...size), content]);
}

export function sequence(...items: readonly Uint8Array[]): Uint8Array {
  return der(TAG.sequence, ...items);
}

/** A positive number below 128. */
export function smallInteger(value: number): Uint8Array {
  return der(TAG.integer, Uint8Array.of(value));
}

/** `1.2.840.10045` */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const digits = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(TAG.oid, Uint8Array.from(bytes));
}

export function text(tag: number, value: string): Uint8Array {
  return der(tag, new TextEncoder().encode(value));
}

/** Whole bytes. `unused`: how many bits of the last one do not count. */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  return der(TAG.bitString, Uint8Array.of(unused), bytes);
}

/** Milliseconds since the epoch; in two digits of the year until 2050, as certificates must have it. */
export function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/\.\d+/, '').replaceAll(/[-:T]/g, '');
  return digits < '2050' ? text(TAG.utcTime, digits.slice(2)) : text(TAG.generalizedTime, digits);
}

/** Milliseconds since the epoch; undefined: it is no time. */
export function readTime({ tag, content }: DerElement): number | undefined {
  const digits = new TextDecoder().decode(content);
  const whole = tag === TAG.utcTime ? `${digits < '5' ? '20' : '19'}${digits}` : digits;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(whole) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The content of the first block of this type in a PEM text. */
export function readPem(pem: string, type: string): Uint8Array | undefined {
  const begin = `-----BEGIN ${type}-----`;
  const start = pem.indexOf(begin);
  const end = pem.indexOf(`-----END ${type}-----`, start);
  if (start < 0 || end < 0) return undefined;
  try {
    const binary = atob(pem.slice(start + begin.length, end).replaceAll(/\s/g, ''));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

export function writePem(bytes: Uint8Array, type: string): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}
