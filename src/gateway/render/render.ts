// The representation that a client asked for, made from the JSON that the cluster answers with.

import type { PrintedKind } from '../../api/kind.ts';
import type { Encoding } from '../../apiserver/http.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { joined } from '../../lib/bytes.ts';
import { isObject } from '../../lib/json.ts';
import { encodeObject, encodeWatchEvent } from '../../schema/protobuf/encode.ts';
import { messageOfKind } from '../../schema/protobuf/messages.ts';
import { EncodedTexts } from './encoded-texts.ts';
import { partialMetadata, partialMetadataList } from './partial.ts';
import { tableShape, toTable, toTableFrame } from './table.ts';
import { toYaml } from './yaml.ts';

export type KindLookup = (resource: NonNullable<Encoding['resource']>) => PrintedKind | undefined;

export interface RenderContext {
  readonly kindOf: KindLookup;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Rendered {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';

/** Renders one answer. A Status is never made into a Table, nor is anything that is not an object. */
export function render(json: string, encoding: Encoding, context: RenderContext): Rendered {
  const value = JSON.parse(json) as JsonValue;
  if (!isObject(value)) return { contentType: 'application/json', body: json };
  const shown = value['kind'] === 'Status' ? value : transform(value, encoding, context);
  if (encoding.format === 'yaml') return { contentType: 'application/yaml', body: toYaml(shown) };
  if (encoding.format === 'protobuf') {
    return { contentType: PROTOBUF_TYPE, body: encodeObject(shown, messageFor(shown), json.length) };
  }
  const body = encoding.pretty === true ? JSON.stringify(shown, null, 2) : `${JSON.stringify(shown)}\n`;
  return { contentType: 'application/json', body };
}

/** Of the JSON of one object. */
export function renderProtobuf(json: string): Uint8Array {
  const value = JSON.parse(json) as JsonObject;
  return encodeObject(value, messageFor(value), json.length);
}

/** What has no message is never asked for: the API server offers protobuf of no such kind. */
function messageFor(object: JsonObject): string {
  const { apiVersion, kind } = object as { apiVersion: string; kind: string };
  const message = messageOfKind(apiVersion, kind);
  if (message === undefined) throw new Error(`no message of ${apiVersion} ${kind}`);
  return message;
}

function kindFor(encoding: Encoding, context: RenderContext): PrintedKind | undefined {
  return encoding.resource === undefined ? undefined : context.kindOf(encoding.resource);
}

function transform(value: JsonObject, encoding: Encoding, context: RenderContext): JsonObject {
  if (encoding.as === undefined) return value;
  const apiVersion = `meta.k8s.io/${encoding.as.version}`;
  switch (encoding.as.kind) {
    case 'PartialObjectMetadata':
      return partialMetadata(value, apiVersion);
    case 'PartialObjectMetadataList':
      return partialMetadataList(value, apiVersion);
    case 'Table':
      return toTable(value, tableShape(encoding, kindFor(encoding, context), context.now));
  }
}

/** Renders the frames of one watch stream, in order. */
export class FrameRenderer {
  readonly #encoding: Encoding;
  readonly #kind: PrintedKind | undefined;
  readonly #now: () => number;
  /** Frames that other watches have been told too. */
  readonly #encoded: EncodedTexts;
  #first = true;

  constructor(encoding: Encoding, kindOf: KindLookup, now: () => number, encoded: EncodedTexts = new EncodedTexts()) {
    this.#encoding = encoding;
    this.#encoded = encoded;
    this.#kind = encoding.resource === undefined ? undefined : kindOf(encoding.resource);
    this.#now = now;
  }

  get contentType(): string {
    return this.binary ? `${PROTOBUF_TYPE};stream=watch` : 'application/json';
  }

  /** Frames come out as protobuf: each its length in four bytes and a message WatchEvent. */
  get binary(): boolean {
    return this.#encoding.format === 'protobuf';
  }

  /** Newline-terminated frames of JSON in, frames of the encoding out. */
  render(frames: string): string | Uint8Array {
    const lines = frames.split('\n').filter((line) => line !== '');
    if (this.binary) return joined(lines.map((line) => this.#message(line)));
    return lines.map((line) => `${this.#text(line)}\n`).join('');
  }

  #message(line: string): Uint8Array {
    const { as } = this.#encoding;
    return this.#encoded.get(line, `event ${as?.kind} ${as?.version}`, () => this.#encode(line));
  }

  #encode(line: string): Uint8Array {
    const frame = JSON.parse(line) as Frame;
    const object = this.#shown(frame);
    return encodeWatchEvent(frame.type, object, messageFor(object), line.length);
  }

  #text(line: string): string {
    if (this.#encoding.as === undefined) return line;
    const frame = JSON.parse(line) as Frame;
    return JSON.stringify({ type: frame.type, object: this.#shown(frame) });
  }

  #shown({ type, object }: Frame): JsonObject {
    const { as } = this.#encoding;
    if (type === 'ERROR' || as === undefined) return object;
    if (as.kind !== 'Table') return partialMetadata(object, `meta.k8s.io/${as.version}`);
    const shape = tableShape(this.#encoding, this.#kind, this.#now());
    const table = toTableFrame(object, shape, { first: this.#first, bookmark: type === 'BOOKMARK' });
    this.#first = false;
    return table;
  }
}

interface Frame {
  readonly type: string;
  readonly object: JsonObject;
}
