// Failures that controllers tell apart.

import type { Status } from '../../api/status.ts';

/** The namespace is on its way out: nothing can be made in it, and trying again is of no use. */
export function isNamespaceTerminating(status: Status): boolean {
  return status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
}
