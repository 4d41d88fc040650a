// What a plain YAML scalar means. YAML 1.1 as upstream's parser reads it: `yes` and `off` are booleans, `010` is eight,
// times stay strings, `1:30` is a string.
// Models go-yaml v2 resolve.go, which sigs.k8s.io/yaml uses.

import type { JsonValue } from '../../lib/json.ts';

const WORDS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const NOT_JSON = /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/;

/** undefined: a number that JSON cannot hold. */
export function plainScalar(text: string): JsonValue | undefined {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (NOT_JSON.test(text)) return undefined;
  if (!/^[-+.0-9]/.test(text)) return text;
  const digits = text.replaceAll('_', '');
  const integer = parseInteger(digits);
  if (integer !== undefined) return integer;
  if (!FLOAT.test(digits)) return text;
  const value = Number(digits);
  return Number.isFinite(value) ? value : text;
}

function parseInteger(text: string): number | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/.exec(text);
  if (match === null) return undefined;
  const [, sign, body = ''] = match;
  const octal = /^0[oO]?([0-7]+)$/.exec(body);
  const value = Number(octal === null ? body : `0o${octal[1]}`);
  return sign === '-' ? 0 - value : value;
}
