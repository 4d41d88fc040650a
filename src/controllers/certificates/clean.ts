// When a request has served its time. Models kubernetes pkg/controller/certificates/cleaner/cleaner.go, which looks once an
// hour; here each request goes when it is due.

import { certificateEnd } from '../../api/certificates/v1/certificate-text.ts';
import type { CertificateSigningRequest } from '../../api/types/certificates-v1.ts';
import { conditionOf, hasCondition, isIssued } from './request-state.ts';

const HOUR_MS = 60 * 60_000;
const PENDING_MS = 24 * HOUR_MS;

/** In milliseconds since the epoch. */
export function dueForRemoval(object: CertificateSigningRequest): number {
  if ((object.status?.conditions ?? []).length === 0) return Date.parse(object.metadata.creationTimestamp) + PENDING_MS;
  const decided = (['Approved', 'Denied', 'Failed'] as const).map((type) => {
    const { lastUpdateTime } = conditionOf(object, type) ?? {};
    return lastUpdateTime === undefined ? Infinity : Date.parse(lastUpdateTime) + HOUR_MS;
  });
  const issued = isIssued(object) && hasCondition(object, 'Approved');
  const end = issued ? certificateEnd(object.status?.certificate ?? '') : undefined;
  return Math.min(...decided, end ?? Infinity);
}
