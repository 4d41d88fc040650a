// The client half of the report: ordinary HTTP with a bearer token, wherever the server is.

import type { Draft } from '../api/object.ts';
import type { Node } from '../api/types/core-v1.ts';
import type { Report, ReportAnswer } from '../api/report.ts';
import { REPORT_PATH, reportAnswerSchema } from '../api/report.ts';

/** Sends one request to a path within the cluster. Throws where the server cannot be reached. */
export type Transport = (
  method: string,
  path: string,
  body: string,
) => Promise<{ readonly status: number; readonly body: string }>;

export type Sent<T> =
  | { readonly ok: true; readonly value: T }
  /** `expired`: the cursor is too old, begin again at 0. `refused`: the server has understood, and will not. */
  | { readonly ok: false; readonly expired: boolean; readonly refused: boolean; readonly error: string };

const MAX_ERROR = 300;

async function send(
  transport: Transport,
  path: string,
  body: string,
): Promise<{ status: number; body: string; error: string }> {
  try {
    const { status, body: text } = await transport('POST', path, body);
    return { status, body: text, error: `${path}: ${status} ${text.slice(0, MAX_ERROR)}` };
  } catch (error) {
    return { status: 0, body: '', error: `${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export async function sendReport(transport: Transport, report: Report): Promise<Sent<ReportAnswer>> {
  const answer = await send(transport, REPORT_PATH, JSON.stringify(report));
  if (answer.status !== 200) return failed(answer);
  const parsed = reportAnswerSchema.safeParse(parseJson(answer.body));
  if (!parsed.success) return failed({ status: 0, error: `${REPORT_PATH}: the answer is not a report's answer` });
  return { ok: true, value: parsed.data as unknown as ReportAnswer };
}

/** Registers a node. One that exists already is as good. */
export async function registerNode(transport: Transport, node: Draft<Node>): Promise<Sent<undefined>> {
  const answer = await send(transport, '/api/v1/nodes', JSON.stringify(node));
  const done = answer.status === 201 || answer.status === 200 || answer.status === 409;
  return done ? { ok: true, value: undefined } : failed(answer);
}

function failed({ status, error }: { readonly status: number; readonly error: string }) {
  const refused = status >= 400 && status < 500 && status !== 429;
  return { ok: false, expired: status === 410, refused, error } as const;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
