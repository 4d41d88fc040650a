// Bytes written from the last to the first, so that a message's length is known when it is to be written, in front of it:
// nothing is measured before or copied after.
//
//   writer.string('abc')      …………61 62 63
//   writer.varint(3)          ………03 61 62 63
//   writer.varint(0x0a)       ……0a 03 61 62 63

const FIRST_SIZE = 4096;
/** Beyond it the platform's encoder is faster than a loop. */
const SHORT = 40;

export class BackwardWriter {
  readonly #encoder = new TextEncoder();
  #bytes: Uint8Array;
  #start: number;

  /** `size` in bytes: a guess of what will be written. */
  constructor(size: number = FIRST_SIZE) {
    this.#bytes = new Uint8Array(size);
    this.#start = size;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  /** What was written. Valid until the writer is used again. */
  finish(): Uint8Array {
    return this.#bytes.subarray(this.#start);
  }

  /** An integer within ±2^53, negative ones as 64-bit two's complement. */
  varint(value: number): void {
    if (value >= 0 && value < 0x80) {
      this.#reserve(1);
      this.#bytes[--this.#start] = value;
      return;
    }
    this.#reserve(10);
    const bytes = this.#bytes;
    let low = (value % 0x1_0000_0000) >>> 0;
    let high = Math.floor(value / 0x1_0000_0000) >>> 0;
    let size = 1;
    for (let rest = high, small = low; rest > 0 || small > 0x7f; size++) {
      small = ((small >>> 7) | (rest << 25)) >>> 0;
      rest >>>= 7;
    }
    const first = this.#start - size;
    for (let at = first; at < this.#start; at++) {
      const more = at < this.#start - 1 ? 0x80 : 0;
      bytes[at] = (low & 0x7f) | more;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#start = first;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#start -= 8;
    new DataView(this.#bytes.buffer, this.#bytes.byteOffset).setFloat64(this.#start, value, true);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#start -= value.length;
    this.#bytes.set(value, this.#start);
  }

  /** As UTF-8. Gives its length in bytes. */
  string(text: string): number {
    const { length } = text;
    this.#reserve(length);
    if (length <= SHORT && this.#ascii(text)) return length;
    const from = this.#start - length;
    const { read, written } = this.#encoder.encodeInto(text, this.#bytes.subarray(from, this.#start));
    if (read === length && written === length) {
      this.#start = from;
      return length;
    }
    const encoded = this.#encoder.encode(text);
    this.bytes(encoded);
    return encoded.length;
  }

  /** False, and nothing written, for a text with other characters. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    const from = this.#start - text.length;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) return false;
      bytes[from + at] = code;
    }
    this.#start = from;
    return true;
  }

  #reserve(size: number): void {
    if (size <= this.#start) return;
    const { length } = this;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, length + size));
    grown.set(this.finish(), grown.length - length);
    this.#bytes = grown;
    this.#start = grown.length - length;
  }
}
