// A list as protobuf, made item by item from the cluster's JSON while that comes in, so that no list is held as text or as
// values. The encoded items are held, since a message's length stands before it.
//
// The cluster writes a list that is to be rendered on lines: the list up to its items, an item a line, the end.
//
//   {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[
//   {"metadata":{"name":"a"}},
//   {"metadata":{"name":"b"}}
//   ]}

import { joined } from '../../lib/bytes.ts';
import type { JsonObject } from '../../lib/json.ts';
import { encodeList, encodeMessage } from '../../schema/protobuf/encode.ts';
import { itemMessageOf, messageOfKind } from '../../schema/protobuf/messages.ts';
import type { EncodedTexts } from './encoded-texts.ts';

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const CLOSING_BRACKET = 0x5d;
const ITEMS = '"items":[';

/** Whether an answer is a list on lines. */
export function isList(text: string): boolean {
  const end = text.indexOf('\n');
  return text.startsWith(ITEMS, end - ITEMS.length);
}

/** The enveloped list in pieces that follow each other. `chunks`: of a list on lines, cut anywhere. */
export async function renderList(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  encoded: EncodedTexts,
): Promise<Uint8Array[]> {
  const reader = new ListReader(encoded);
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      rest.push(chunk.subarray(start, end));
      reader.line(joined(rest));
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  return reader.finish();
}

interface Head {
  readonly list: JsonObject;
  readonly message: string;
  readonly item: string;
}

class ListReader {
  readonly #encoded: EncodedTexts;
  readonly #decoder = new TextDecoder();
  readonly #items: Uint8Array[] = [];
  #head: Head | undefined;
  #ended = false;

  constructor(encoded: EncodedTexts) {
    this.#encoded = encoded;
  }

  line(bytes: Uint8Array): void {
    if (this.#head === undefined) this.#head = headOf(this.#decoder.decode(bytes));
    else if (bytes[0] === CLOSING_BRACKET) this.#ended = true;
    else this.#item(bytes, this.#head.item);
  }

  #item(bytes: Uint8Array, message: string): void {
    const last = bytes.length - 1;
    const text = this.#decoder.decode(bytes[last] === COMMA ? bytes.subarray(0, last) : bytes);
    const encode = (): Uint8Array => encodeMessage(JSON.parse(text) as JsonObject, message, text.length);
    this.#items.push(this.#encoded.get(text, message, encode));
  }

  finish(): Uint8Array[] {
    // A list that the cluster broke off must not look whole.
    if (this.#head === undefined || !this.#ended) throw new Error('the list was broken off');
    return encodeList(this.#head.list, this.#head.message, this.#items);
  }
}

function headOf(line: string): Head {
  const list = JSON.parse(`${line}]}`) as JsonObject;
  const { apiVersion, kind } = list as { apiVersion: string; kind: string };
  const message = messageOfKind(apiVersion, kind);
  const item = message === undefined ? undefined : itemMessageOf(message);
  if (message === undefined || item === undefined) throw new Error(`no message of ${apiVersion} ${kind}`);
  return { list, message, item };
}
