// The representation that a client asked for, made from the JSON that the cluster answers with.

import type { PrintedKind } from '../../api/kind.ts';
import type { Encoding } from '../../apiserver/http.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
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
  readonly body: string;
}

/** Renders one answer. A Status is never made into a Table, nor is anything that is not an object. */
export function render(json: string, encoding: Encoding, context: RenderContext): Rendered {
  const value = JSON.parse(json) as JsonValue;
  if (!isObject(value)) return { contentType: 'application/json', body: json };
  const shown = value['kind'] === 'Status' ? value : transform(value, encoding, context);
  if (encoding.format === 'yaml') return { contentType: 'application/yaml', body: toYaml(shown) };
  const body = encoding.pretty === true ? `${JSON.stringify(shown, null, 2)}\n` : JSON.stringify(shown);
  return { contentType: 'application/json', body };
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
  #first = true;

  constructor(encoding: Encoding, kindOf: KindLookup, now: () => number) {
    this.#encoding = encoding;
    this.#kind = encoding.resource === undefined ? undefined : kindOf(encoding.resource);
    this.#now = now;
  }

  /** Newline-terminated frames in and out. */
  render(frames: string): string {
    let out = '';
    for (const line of frames.split('\n')) {
      if (line !== '') out += `${this.#frame(line)}\n`;
    }
    return out;
  }

  #frame(line: string): string {
    const frame = JSON.parse(line) as { type: string; object: JsonObject };
    const { as } = this.#encoding;
    if (frame.type === 'ERROR' || as === undefined) return line;
    if (as.kind !== 'Table') {
      return JSON.stringify({ type: frame.type, object: partialMetadata(frame.object, `meta.k8s.io/${as.version}`) });
    }
    const bookmark = frame.type === 'BOOKMARK';
    const shape = tableShape(this.#encoding, this.#kind, this.#now());
    const object = toTableFrame(frame.object, shape, { first: this.#first, bookmark });
    this.#first = false;
    return JSON.stringify({ type: frame.type, object });
  }
}
