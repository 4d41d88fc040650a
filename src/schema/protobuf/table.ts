// The protobuf messages of the API, read line by line from one constant text when they are first needed.
// The text's form is told in scripts/generate-protobuf.ts.

import { TABLE } from './table-data.ts';

export interface MessageField {
  /** '' for an inlined struct: its fields are the message's own. */
  readonly name: string;
  readonly repeated: boolean;
  /** A map from strings to the type. */
  readonly map: boolean;
  /** A pointer in Go: absent is told from zero. */
  readonly pointer: boolean;
  /** `s`, `i`, `b`, `y`, `d`, or the full name of a message. */
  readonly type: string;
}

/** By number, in the order of the numbers. */
export type Message = ReadonlyMap<number, MessageField>;

/** Parsed messages. The table is constant, so that sharing what was parsed of it shares no state. */
const parsed = new Map<string, Message>();

/** `k8s.io.api.core.v1.Pod`; undefined where the table has no such message. */
export function messageOf(name: string): Message | undefined {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  // Every line, the first and the last too, stands between two newlines.
  const start = TABLE.indexOf(`\n${name}=`) + 1;
  if (start === 0) return undefined;
  const line = TABLE.slice(start + name.length + 1, TABLE.indexOf('\n', start));
  const message = parseMessage(line, name.slice(0, name.lastIndexOf('.')));
  parsed.set(name, message);
  return message;
}

function parseMessage(line: string, scope: string): Message {
  const fields = new Map<number, MessageField>();
  for (const part of line === '' ? [] : line.split(',')) {
    const [number = '', name = '', marked = ''] = part.split(' ');
    const marker = marked.charAt(0);
    const type = marker === '+' || marker === '%' || marker === '*' ? marked.slice(1) : marked;
    fields.set(Number(number), {
      name: name === '~' ? '' : name,
      repeated: marker === '+',
      map: marker === '%',
      pointer: marker === '*',
      type: type.length === 1 || type.includes('.') ? type : `${scope}.${type}`,
    });
  }
  return fields;
}
