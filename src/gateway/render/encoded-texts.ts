// What texts were encoded to, so that an object that many clients read is encoded once.
//
// A text is its own key: whatever is found is right, of whichever cluster or time it is. Two generations bound what is
// held: what is asked for moves to the young one; when that is full it becomes the old one, whose content is dropped.

/** Of a generation, in UTF-16 units of texts and bytes of encodings. */
const MAX_SIZE = 10 << 20;

interface Encoded {
  readonly as: string;
  readonly bytes: Uint8Array;
}

export class EncodedTexts {
  readonly #maxSize: number;
  #young = new Map<string, Encoded>();
  #old = new Map<string, Encoded>();
  #size = 0;

  constructor(maxSize: number = MAX_SIZE) {
    this.#maxSize = maxSize;
  }

  /** `as`: what the text is encoded as, such as a message's name. The bytes are shared: do not change them. */
  get(text: string, as: string, encode: (text: string) => Uint8Array): Uint8Array {
    const young = this.#young.get(text);
    if (young?.as === as) return young.bytes;
    const old = this.#old.get(text);
    const encoded = old?.as === as ? old : { as, bytes: encode(text).slice() };
    this.#keep(text, encoded);
    return encoded.bytes;
  }

  #keep(text: string, encoded: Encoded): void {
    const size = text.length + encoded.bytes.length;
    // One that would take the place of many is not worth it.
    if (size > this.#maxSize / 8) return;
    if (this.#size + size > this.#maxSize) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    this.#young.set(text, encoded);
    this.#size += size;
  }
}
