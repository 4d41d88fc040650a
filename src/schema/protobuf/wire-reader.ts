// The wire format, read as upstream's generated code reads it, its errors' texts too.
// Models the Unmarshal functions of kubernetes' generated.pb.go files.

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;

/** What is wrong with bytes that are no such message. Never leaves this folder. */
export class Malformed extends Error {}

const UTF8 = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The field's number and wire type. `message`: its name, for errors. */
  tag(message: string): readonly [number: number, wireType: number] {
    const tag = this.varint();
    const wireType = tag & 7;
    const number = Math.floor(tag / 8) | 0;
    if (wireType === END_GROUP) throw new Malformed(`proto: ${message}: wiretype end group for non-group`);
    if (number <= 0) throw new Malformed(`proto: ${message}: illegal tag ${number} (wire type ${tag & 7})`);
    return [number, wireType];
  }

  /** 64 bits, signed; beyond ±2^53 the nearest number. */
  varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift >= 64) throw new Malformed('proto: integer overflow');
      if (this.#at >= this.#end) throw new Malformed('unexpected EOF');
      const byte = this.#bytes[this.#at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return high * 0x1_0000_0000 + (low >>> 0);
    }
  }

  double(): number {
    if (this.#at + 8 > this.#end) throw new Malformed('unexpected EOF');
    const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  bytes(): Uint8Array {
    const [start, end] = this.#span();
    return this.#bytes.subarray(start, end);
  }

  string(): string {
    return UTF8.decode(this.bytes());
  }

  /** What a message within the message is read with. */
  nested(): WireReader {
    const [start, end] = this.#span();
    return new WireReader(this.#bytes, start, end);
  }

  #span(): [start: number, end: number] {
    const length = this.varint();
    if (length < 0) throw new Malformed('proto: negative length found during unmarshaling');
    const start = this.#at;
    if (start + length > this.#end) throw new Malformed('unexpected EOF');
    this.#at = start + length;
    return [start, this.#at];
  }

  /** Behind a field that nobody knows. */
  skip(wireType: number): void {
    let open = 0;
    for (let type = wireType; ; type = this.varint() & 7) {
      if (type === VARINT) this.varint();
      else if (type === FIXED64) this.#pass(8);
      else if (type === FIXED32) this.#pass(4);
      else if (type === DELIMITED) this.#span();
      else if (type === START_GROUP) open++;
      else if (type !== END_GROUP) throw new Malformed(`proto: illegal wireType ${type}`);
      else if (open === 0) throw new Malformed('proto: unexpected end of group');
      else open--;
      if (open === 0) return;
    }
  }

  #pass(length: number): void {
    this.#at += length;
    if (this.#at > this.#end) throw new Malformed('unexpected EOF');
  }
}
