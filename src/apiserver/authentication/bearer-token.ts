// Authentication by bearer token: the tokens of a cluster that are known from its making (its administrator's, its node
// pool's), and those of its service accounts.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/authentication/request/bearertoken and …/token/{tokenfile,union}.

import type { TokenReviewStatus } from '../../api/types/authentication-v1.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import type { TokenSecret, TokenVerdict } from './token-verdict.ts';
import type { User } from './user.ts';
import { userInfoOf } from './user.ts';

export interface KnownToken {
  readonly token: string;
  readonly user: User;
}

/** `undefined` header or another scheme: no credentials at all. */
export type Authenticated =
  | { readonly outcome: 'user'; readonly user: User; readonly secret?: TokenSecret }
  | { readonly outcome: 'anonymous' }
  | { readonly outcome: 'refused' };

const INVALID = 'invalid bearer token';

export class TokenAuthenticator {
  readonly tokens: ServiceAccountTokens;
  readonly #users: ReadonlyMap<string, User>;

  constructor(known: readonly KnownToken[], tokens: ServiceAccountTokens) {
    this.#users = new Map(known.map(({ token, user }) => [token, user]));
    this.tokens = tokens;
  }

  authenticate(authorization: string | undefined): Authenticated {
    if (authorization === undefined) return { outcome: 'anonymous' };
    const space = authorization.indexOf(' ');
    if (space < 0 || authorization.slice(0, space).toLowerCase() !== 'bearer') return { outcome: 'anonymous' };
    const token = authorization.slice(space + 1).trim();
    if (token === '') return { outcome: 'anonymous' };
    const verdict = this.#verdict(token, [this.tokens.audience]);
    return verdict.outcome === 'user' ? verdict : { outcome: 'refused' };
  }

  /** What a TokenReview says of a token. No audiences: those of this server. */
  review(token: string, audiences: readonly string[]): TokenReviewStatus {
    const verdict = this.#verdict(token, audiences.length === 0 ? [this.tokens.audience] : audiences);
    switch (verdict.outcome) {
      case 'user':
        return { authenticated: true, user: userInfoOf(verdict.user), audiences: [...verdict.audiences] };
      case 'unknown':
        return { user: {}, error: INVALID };
      case 'refused':
        return { user: {}, error: `[${INVALID}, ${verdict.why}]` };
    }
  }

  #verdict(token: string, audiences: readonly string[]): TokenVerdict {
    // Known tokens are 256 random bits, so that looking one up in a map tells nothing of another by its timing.
    const user = this.#users.get(token);
    if (user === undefined) return this.tokens.authenticate(token, audiences);
    const meant = audiences.filter((audience) => audience === this.tokens.audience);
    return meant.length === 0 ? { outcome: 'unknown' } : { outcome: 'user', user, audiences: meant };
  }
}
