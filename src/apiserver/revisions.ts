// resourceVersion in reads: which state a list or a watch is to see, and which are gone.

import type { EventLog } from '../eventlog/log.ts';
import type { Result, Status } from '../api/status.ts';
import { badRequest, expired, fail, failure, ok } from '../api/status.ts';
import type { Clock } from '../lib/clock.ts';

/** How long an ordinary read may look back, as upstream's compaction lets it. */
const READABLE_MS = 5 * 60_000;

function parseError(text: string): string {
  return `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
}

/** A list's resourceVersion; '' is 0. */
export function parseListRevision(text: string): Result<number> {
  if (text === '') return ok(0);
  if (!/^[0-9]+$/.test(text)) return fail(badRequest(`invalid resource version: ${parseError(text)}`));
  return ok(Number(text));
}

/** Of a get or a watch, likewise; their refusal has no reason. */
export function parseRevision(text: string): Result<number> {
  if (text === '') return ok(0);
  if (!/^[0-9]+$/.test(text)) return fail(failure(500, '', parseError(text)));
  return ok(Number(text));
}

/** 504 for a revision that is yet to come: another server may have it, says upstream; here it is a mistake. */
export function tooLargeRevision(revision: number, head: number): Status {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${revision}, current: ${head}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** The oldest revision that ordinary exact reads may still see. */
export function oldestReadable(log: EventLog, clock: Clock): number {
  return Math.max(log.compacted, log.revisionAt(clock.now() - READABLE_MS));
}

export function expiredList(): Status {
  return expired('The resourceVersion for the provided list is too old.');
}
