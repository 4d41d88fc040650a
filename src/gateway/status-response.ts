// Failures that the gateway answers itself, in the form of every other failure of the API.

import type { Status } from '../api/status.ts';
import { internalError, notFoundStatus } from '../api/status.ts';

const NO_CACHE = 'no-cache, private';

export function statusResponse(status: Status): Response {
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'Cache-Control': NO_CACHE };
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter);
  return new Response(`${JSON.stringify(status)}\n`, { status: status.code ?? 500, headers });
}

export const CLUSTERS = { group: 'kubewisp.dev', resource: 'clusters' } as const;

export function unknownCluster(name: string): Response {
  return statusResponse(notFoundStatus(CLUSTERS, name));
}

/** What a client sees where a Durable Object failed. Reads may be sent again: the Status says when. */
export function unavailable(error: unknown): Response {
  const { overloaded, retryable } = (error ?? {}) as { overloaded?: boolean; retryable?: boolean };
  if (overloaded !== true && retryable !== true) return statusResponse(internalError('the cluster has failed'));
  return statusResponse({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'the cluster is overloaded or restarting, please try again later',
    reason: 'ServiceUnavailable',
    details: { retryAfterSeconds: 1 },
    code: 503,
  });
}
