// The refusals of paths and methods, which upstream's router gives without a name.

import type { Status } from '../api/status.ts';
import { failure } from '../api/status.ts';

export interface Refused {
  readonly ok: false;
  readonly status: Status;
}

export function notFound(): Refused {
  return { ok: false, status: failure(404, 'NotFound', 'the server could not find the requested resource', {}) };
}

export function notAllowed(): Refused {
  const message = 'the server does not allow this method on the requested resource';
  return { ok: false, status: failure(405, 'MethodNotAllowed', message, {}) };
}

/** Of a watch, by the list's own handler: the resource can be listed alone. */
export function notWatched(resource: string): Refused {
  const message = `watch is not supported on resources of kind "${resource}"`;
  return { ok: false, status: failure(405, 'MethodNotAllowed', message, { kind: resource }) };
}
