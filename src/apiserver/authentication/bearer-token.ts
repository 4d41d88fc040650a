// Authentication by bearer token: the tokens of a cluster are few and known (its administrator's, its node pool's).
// Models kubernetes staging/src/k8s.io/apiserver/pkg/authentication/request/bearertoken and …/token/tokenfile.

import type { User } from './user.ts';

export interface KnownToken {
  readonly token: string;
  readonly user: User;
}

/** `undefined` header or another scheme: no credentials at all. */
export type Authenticated =
  | { readonly outcome: 'user'; readonly user: User }
  | { readonly outcome: 'anonymous' }
  | { readonly outcome: 'refused' };

export class TokenAuthenticator {
  readonly #users: ReadonlyMap<string, User>;

  constructor(tokens: readonly KnownToken[]) {
    this.#users = new Map(tokens.map(({ token, user }) => [token, user]));
  }

  /**
   * Tokens are 256 random bits, so that looking one up in a map tells nothing of another by its timing.
   */
  authenticate(authorization: string | undefined): Authenticated {
    if (authorization === undefined) return { outcome: 'anonymous' };
    const space = authorization.indexOf(' ');
    if (space < 0 || authorization.slice(0, space).toLowerCase() !== 'bearer') return { outcome: 'anonymous' };
    const token = authorization.slice(space + 1).trim();
    if (token === '') return { outcome: 'anonymous' };
    const user = this.#users.get(token);
    return user === undefined ? { outcome: 'refused' } : { outcome: 'user', user };
  }
}
