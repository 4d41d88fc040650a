// One recorded request, sent as the recorder did.

import type { Recorded, RecordedRequest } from '../../src/api/testing/recorded.ts';
import type { Api } from '../support/api.ts';

/** The recorder's user. */
const RECORDER = { 'Impersonate-User': 'admin', 'Impersonate-Uid': 'admin', 'Impersonate-Group': 'system:masters' };

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly warnings: readonly string[];
}

export async function send(api: Api, request: RecordedRequest & { readonly rawBody?: string }): Promise<Answered> {
  const { method, path, rawBody, body, contentType } = request;
  const given = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const { status, text, headers } = await api.send({
    method,
    path,
    headers: RECORDER,
    ...(given === undefined ? {} : { body: given }),
    ...(contentType === undefined ? {} : { type: contentType }),
  });
  return { status, text, warnings: warningsOf(headers['warning']) };
}

/** The texts of `299 - "…"` headers. */
function warningsOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  return [...text.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) => quoted.replace(/\\(.)/g, '$1'));
}

/** The path is of a subresource that does not exist. */
export function isUnserved(recorded: Recorded['response'], actual: Answered): boolean {
  return (
    recorded.status !== 404 && actual.status === 404 && actual.text.includes('could not find the requested resource')
  );
}
