// The body of a request as a document, before its kind is known.

import type { JsonValue } from '../../lib/json.ts';
import { decodeJson } from './json.ts';
import { decodeYaml } from './yaml.ts';

export interface Source {
  readonly ok: true;
  readonly value: JsonValue;
  readonly members: number;
  /** Of YAML only; those of JSON are found by their count. */
  readonly duplicates: readonly string[];
}

export function read(text: string, format: 'json' | 'yaml'): Source | { readonly ok: false; readonly error: string } {
  if (format === 'json') {
    const decoded = decodeJson(text);
    return decoded.ok
      ? { ...decoded, duplicates: [] }
      : { ok: false, error: `couldn't get version/kind; json parse error: ${decoded.error}` };
  }
  const decoded = decodeYaml(text);
  return decoded.ok ? { ...decoded, members: -1 } : decoded;
}

/** The repeats of a YAML document, as strict decoding tells them. */
export function yamlErrors(duplicates: readonly string[]): string {
  return `yaml: unmarshal errors:\n${duplicates.map((text) => `  ${text}`).join('\n')}`;
}

/** The start of a body, as refusals quote it. */
export function summary(text: string): string {
  return summarize(new TextEncoder().encode(text.slice(0, 31)));
}

/** The start of a body: as text if it looks like an object, else in hex. Models runtime.summarizeData. */
export function summarize(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>';
  const head = bytes.slice(0, 30);
  const shown =
    bytes[0] === 0x7b
      ? new TextDecoder().decode(head)
      : [...head].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length > 30 ? `${shown} ...` : shown;
}
