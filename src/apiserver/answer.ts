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
  return {
    status,
    contentType: JSON_TYPE,
    body,
    ...(encoding === undefined ? {} : { encoding }),
    ...(warnings === undefined || warnings.length === 0 ? {} : { warnings }),
  };
}

export function objectAnswer(value: unknown): ApiResponse {
  return jsonAnswer(200, `${JSON.stringify(value)}\n`);
}

/** A Status as the answer, in the format that was asked for; failures are never made Tables. */
export function statusAnswer(status: Status, encoding?: Encoding, warnings?: readonly string[]): ApiResponse {
  const retryAfter = status.details?.retryAfterSeconds;
  const plain: Encoding | undefined =
    encoding === undefined || (encoding.format === 'json' && encoding.pretty !== true)
      ? undefined
      : { format: encoding.format, ...(encoding.pretty === true ? { pretty: true } : {}) };
  const answer = jsonAnswer(status.code ?? 200, `${JSON.stringify(status)}\n`, plain, warnings);
  return retryAfter === undefined ? answer : { ...answer, headers: { 'Retry-After': String(retryAfter) } };
}

export function textAnswer(status: number, body: string): ApiResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

export const PAGE_NOT_FOUND: ApiResponse = textAnswer(404, '404 page not found\n');

/** The whole body. Reads what comes in pieces, once. */
export function bodyText({ body }: Pick<ApiResponse, 'body'>): string {
  return typeof body === 'string' ? body : [...body].join('');
}
