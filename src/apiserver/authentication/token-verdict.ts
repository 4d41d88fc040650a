// What is found of a token.

import { goQuote } from '../../schema/go-text.ts';
import type { User } from './user.ts';

export type TokenVerdict =
  | {
      readonly outcome: 'user';
      readonly user: User;
      readonly audiences: readonly string[];
      /** The Secret that the token stands in, where it stands in one. */
      readonly secret?: TokenSecret;
    }
  /** Not one of this issuer's. */
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'refused'; readonly why: string };

export interface TokenSecret {
  readonly namespace: string;
  readonly name: string;
}

export const NOT_SIGNED = 'go-jose/go-jose: error in cryptographic primitive';

export function forOthers(audiences: readonly string[], wanted: readonly string[]): TokenVerdict {
  const why = `token audiences ${quoted(audiences)} is invalid for the target audiences ${quoted(wanted)}`;
  return { outcome: 'refused', why };
}

/** A list as Go prints it with the verb %q. */
function quoted(values: readonly string[]): string {
  return `[${values.map(goQuote).join(' ')}]`;
}
