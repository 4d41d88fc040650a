// From Request to ApiRequest and from ApiResponse to Response: what is not asked for is not read.

import { failure, tooLarge } from '../api/status.ts';
import type { Status } from '../api/status.ts';
import { isLong } from '../apiserver/answer.ts';
import type { ApiRequest, ApiResponse } from '../apiserver/http.ts';
import { LONG_HEADER } from '../apiserver/http.ts';
import { sentWarnings } from '../apiserver/warnings.ts';

const MAX_BODY = 3_145_728;
const MAX_DROPPED = 8 * MAX_BODY;
export const ENCODING_HEADER = 'x-kubewisp-encoding';

interface Target {
  /** Undefined for a path outside of `/clusters/{id}`: the default cluster's. */
  readonly cluster: string | undefined;
  readonly path: string;
  readonly query: string;
}

const PREFIX = '/clusters/';

/** Splits an absolute URL. `/clusters/{id}` is taken off the path. */
export function targetOf(url: string): Target {
  const found = url.indexOf('/', url.indexOf('//') + 2);
  const start = found < 0 ? url.length : found;
  const mark = url.indexOf('?', start);
  const end = mark < 0 ? url.length : mark;
  const query = mark < 0 ? '' : url.slice(mark + 1);
  if (!url.startsWith(PREFIX, start)) return { cluster: undefined, path: url.slice(start, end) || '/', query };
  const nameStart = start + PREFIX.length;
  const slash = url.indexOf('/', nameStart);
  const nameEnd = slash < 0 || slash > end ? end : slash;
  return { cluster: url.slice(nameStart, nameEnd), path: url.slice(nameEnd, end) || '/', query };
}

export type RequestHead = Omit<ApiRequest, 'body'>;

function baseOf(url: string, { cluster }: Target): string {
  const { origin } = new URL(url);
  return cluster === undefined ? origin : `${origin}${PREFIX}${cluster}`;
}

/** All that is known before the body is there. */
export function requestHead(request: Request, target: Target): RequestHead {
  const { headers } = request;
  return {
    method: request.method,
    path: target.path,
    query: target.query,
    base: () => baseOf(request.url, target),
    header: (name) => headers.get(name) ?? undefined,
    headersWith: (prefix) => [...headers].filter(([name]) => name.startsWith(prefix)),
  };
}

function isText(contentType: string | null): boolean {
  return (
    contentType === null ||
    contentType.includes('json') ||
    contentType.includes('yaml') ||
    contentType.startsWith('text/')
  );
}

/** How many bytes of the request's body may have to be held. One that is known to be too large is not held at all. */
export function bytesToHold(request: Request): number {
  const length = request.headers.get('Content-Length');
  // Before anything asks for `request.body`: making the stream costs more than reading all of it at once.
  if (length !== null) return Number(length) <= MAX_BODY ? Number(length) : 0;
  return request.method === 'GET' || request.body === null ? 0 : MAX_BODY;
}

export type ReadBody = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly status: Status };

/** The body as text; of binary bodies a character a byte. `late` is asked for if there is something to wait for. */
export async function readBody(request: Request, late: () => Promise<'late'>): Promise<ReadBody> {
  const length = Number(request.headers.get('Content-Length') ?? NaN);
  const text = isText(request.headers.get('Content-Type'));
  if (length <= MAX_BODY && text) {
    if (length === 0) return { ok: true, text: '' };
    const bytes = await Promise.race([request.arrayBuffer(), late()]);
    return bytes === 'late' ? TIMED_OUT : { ok: true, text: utf8Text(bytes) };
  }
  if (request.body === null) return { ok: true, text: '' };
  const bytes = await readBounded(request.body, late());
  if (bytes === 'late') return TIMED_OUT;
  if (bytes === undefined) return { ok: false, status: tooLarge(`limit is ${MAX_BODY}`) };
  return { ok: true, text: text ? utf8Text(bytes) : binaryText(bytes) };
}

const TIMED_OUT: ReadBody = {
  ok: false,
  status: failure(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout', {}),
};

/** With its byte order mark, which JSON does not allow and `request.text()` would drop. */
function utf8Text(bytes: ArrayBuffer | Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes);
}

/** A character a byte. (The platform's `latin1` decoder is windows-1252, which is not.) */
function binaryText(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return text;
}

/**
 * Undefined for a stream beyond the bound. What is beyond it is read and dropped, as far as is reasonable: a client
 * that is still sending does not see an answer. What is held is one buffer, however small the pieces are.
 */
async function readBounded(
  stream: ReadableStream<Uint8Array>,
  late: Promise<'late'>,
): Promise<Uint8Array | undefined | 'late'> {
  const reader = stream.getReader();
  let held = new Uint8Array(64 << 10);
  let size = 0;
  while (size <= MAX_DROPPED) {
    const next = await Promise.race([reader.read(), late]);
    if (next === 'late') {
      // Nobody waits for the rest: its end, or its failure, is of no interest.
      reader.cancel().catch(() => undefined);
      return 'late';
    }
    if (next.done) break;
    const chunk = next.value;
    if (size + chunk.byteLength <= MAX_BODY) {
      held = withRoom(held, size, size + chunk.byteLength);
      held.set(chunk, size);
    }
    size += chunk.byteLength;
  }
  return size > MAX_BODY ? undefined : held.subarray(0, size);
}

function withRoom(buffer: Uint8Array<ArrayBuffer>, used: number, wanted: number): Uint8Array<ArrayBuffer> {
  if (wanted <= buffer.byteLength) return buffer;
  const larger = new Uint8Array(Math.min(MAX_BODY, Math.max(wanted, 2 * buffer.byteLength)));
  larger.set(buffer.subarray(0, used));
  return larger;
}

/** A text in a header: header values are bytes, so that what is not ASCII must be escaped. */
export function headerText(value: unknown): string {
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replaceAll(/[^ -~]/g, escape);
}

/** Pieces are made when the reader is ready for them. One that throws breaks the answer off, which clients notice. */
function streamOf(pieces: Iterable<string>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = iterator.next();
        if (piece.done === true) controller.close();
        else controller.enqueue(encoder.encode(piece.value));
      },
      cancel() {
        iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The same answer; `ended` is called once its body has been read, or nobody reads it any more. */
export function whenSent(answer: ApiResponse, ended: () => void): ApiResponse {
  const { body } = answer;
  if (typeof body === 'string') {
    ended();
    return answer;
  }
  return { ...answer, body: noticed(body, ended) };
}

function* noticed(pieces: Iterable<string>, ended: () => void): Generator<string> {
  try {
    yield* pieces;
  } finally {
    ended();
  }
}

export function toResponse(answer: ApiResponse): Response {
  const { status, contentType, body, warnings, headers, encoding } = answer;
  const fields: Record<string, string> = {
    'Cache-Control': 'no-cache, private',
    ...headers,
    ...(contentType === '' ? {} : { 'Content-Type': contentType }),
  };
  if (encoding !== undefined) fields[ENCODING_HEADER] = headerText(encoding);
  if (typeof body !== 'string') fields[LONG_HEADER] = 'pieces';
  else if (isLong(body.length)) fields[LONG_HEADER] = String(body.length);
  // An answer such as 304 may not have even an empty body.
  const content = typeof body === 'string' ? body || null : streamOf(body);
  const response = new Response(content, { status, headers: fields });
  for (const warning of sentWarnings(warnings ?? []))
    response.headers.append('Warning', `299 - ${warningText(warning)}`);
  return response;
}

/** A quoted-string of a Warning header; upstream leaves letters beyond ASCII as they are, headers here cannot. */
function warningText(text: string): string {
  const printable = text.replaceAll(/[^ -~]/g, (char) => (char < ' ' ? ' ' : '?'));
  return `"${printable.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
