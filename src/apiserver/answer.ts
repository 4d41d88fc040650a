// From outcomes to answers.

import type { Status } from '../api/status.ts';
import type { ApiResponse, Encoding } from './http.ts';

const JSON_TYPE = 'application/json';

export function jsonAnswer(
  status: number,
  body: string | Iterable<string>,
  encoding?: Encoding,
  warnings?: readonly string[],
): ApiResponse {
  const shown = encoding === undefined ? undefined : rendering(encoding);
  return {
    status,
    contentType: JSON_TYPE,
    body,
    ...(shown === undefined ? {} : { encoding: shown }),
    ...(warnings === undefined || warnings.length === 0 ? {} : { warnings }),
  };
}

/** What the gateway is to do; undefined where the JSON goes out as it is. */
export function rendering({ failure: _, ...encoding }: Encoding): Encoding | undefined {
  const plain = encoding.format === 'json' && encoding.pretty !== true && encoding.as === undefined;
  return plain ? undefined : encoding;
}

export function objectAnswer(value: unknown): ApiResponse {
  return jsonAnswer(200, `${JSON.stringify(value)}\n`);
}

/** A Status as the answer, in the format that was asked for; failures are never made Tables. */
export function statusAnswer(status: Status, encoding?: Encoding, warnings?: readonly string[]): ApiResponse {
  const retryAfter = status.details?.retryAfterSeconds;
  const asked = (status.status === 'Failure' ? encoding?.failure : undefined) ?? encoding;
  const plain: Encoding | undefined = asked && {
    format: asked.format,
    ...(asked.pretty === true ? { pretty: true } : {}),
  };
  const answer = jsonAnswer(status.code ?? 200, `${JSON.stringify(status)}\n`, plain, warnings);
  return retryAfter === undefined ? answer : { ...answer, headers: { 'Retry-After': String(retryAfter) } };
}

export function textAnswer(status: number, body: string): ApiResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

export const PAGE_NOT_FOUND: ApiResponse = textAnswer(404, '404 page not found\n');

/** Beyond this upstream compresses an answer, in bytes; and lists come in pieces here. */
const LONG = 128 * 1024;

export function isLong(length: number): boolean {
  return length > LONG;
}

/** The whole body. Reads what comes in pieces, once. */
export function bodyText({ body }: Pick<ApiResponse, 'body'>): string {
  return typeof body === 'string' ? body : [...body].join('');
}
