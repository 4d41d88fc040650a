// Who may create, list and delete clusters: the holder of the operator's token.

import type { Status } from '../api/status.ts';
import { failure, unauthorized } from '../api/status.ts';

/** Undefined: allowed. */
export async function refuseOperator(
  authorization: string | undefined,
  token: string | undefined,
): Promise<Status | undefined> {
  if (token === undefined || token === '') {
    return failure(403, 'Forbidden', 'cluster creation is closed: OPERATOR_TOKEN is not set');
  }
  const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];
  if (given === undefined || !(await sameText(given, token))) return unauthorized();
  return undefined;
}

/** Compares digests, so that the time taken tells nothing about where two texts differ. */
async function sameText(a: string, b: string): Promise<boolean> {
  const digest = async (text: string): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  const [left, right] = await Promise.all([digest(a), digest(b)]);
  let difference = 0;
  for (const [index, byte] of left.entries()) difference |= byte ^ (right[index] ?? 0);
  return difference === 0;
}
