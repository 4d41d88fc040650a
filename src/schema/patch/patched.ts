// What applying a patch comes to: a new value or a failure that the client sees.

import type { JsonValue } from '../../lib/json.ts';

export interface PatchFailure {
  readonly ok: false;
  readonly code: number;
  /** Empty where upstream's Status has none. */
  readonly reason: string;
  readonly message: string;
}

export type Patched =
  | {
      readonly ok: true;
      readonly value: JsonValue;
      /** Objects within `value` that the patch took apart, which upstream writes with their members sorted. */
      readonly touched: ReadonlySet<JsonValue>;
    }
  | PatchFailure;

export function badPatch(message: string): PatchFailure {
  return { ok: false, code: 400, reason: 'BadRequest', message };
}

/** A JSON patch that does not fit its object: upstream hides the cause. */
export function rejectedPatch(): PatchFailure {
  return {
    ok: false,
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
  };
}

/** Errors that upstream did not foresee. */
export function internalPatchError(message: string): PatchFailure {
  return { ok: false, code: 500, reason: '', message };
}
