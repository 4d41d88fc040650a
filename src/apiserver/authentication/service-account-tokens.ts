// Tokens of service accounts: JWTs (RFC 7519) that this server signs and knows again. They are not stored: a token is
// good while its time lasts and while the service account, and the object that it is bound to, are there.
//
// 1. A token that another issuer signed is nobody's: it may be known elsewhere.
// 2. A token is for its audiences alone.
// 3. What it is bound to is looked up at every use, by name and uid.
//
// Models kubernetes pkg/serviceaccount (claims.go, jwt.go).

import type { BoundRef, TokenClaims, TokenIssuer } from '../../api/action.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Scheme } from '../../api/scheme.ts';
import type { Store } from '../../registry/store.ts';
import { goQuote } from '../../schema/go-text.ts';
import { LEGACY_ISSUER, LegacyTokens } from './legacy-tokens.ts';
import { SignedTokens } from './signed-tokens.ts';
import type { TokenSigner } from './token-signer.ts';
import type { TokenVerdict } from './token-verdict.ts';
import { forOthers, NOT_SIGNED } from './token-verdict.ts';
import type { User } from './user.ts';
import { serviceAccountUser } from './user.ts';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
/** Clocks may differ by this much. */
const LEEWAY_SECONDS = 60;
const EXTRA = 'authentication.kubernetes.io/';

interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly node?: BoundRef;
    readonly pod?: BoundRef;
    readonly secret?: BoundRef;
    readonly serviceaccount: BoundRef;
    readonly warnafter?: number;
  };
  readonly nbf: number;
  readonly sub: string;
}

export interface ServiceAccountTokensOptions {
  readonly signer: TokenSigner;
  readonly store: Store;
  readonly scheme: Scheme;
}

export class ServiceAccountTokens implements TokenIssuer {
  readonly audience = ISSUER;
  /** Those that stand in Secrets. */
  readonly legacy: LegacyTokens;
  readonly #tokens: SignedTokens;
  readonly #store: Store;
  readonly #scheme: Scheme;

  constructor({ signer, store, scheme }: ServiceAccountTokensOptions) {
    this.#tokens = new SignedTokens(signer);
    this.#store = store;
    this.#scheme = scheme;
    this.legacy = new LegacyTokens({ tokens: this.#tokens, store, scheme, audience: ISSUER });
  }

  issue({ namespace, account, bound, audiences, seconds, warnAfterSeconds }: TokenClaims): string {
    const now = this.#seconds();
    const { node, pod, secret } = bound;
    const claims: Claims = {
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: ISSUER,
      jti: this.#store.random.uuid(),
      'kubernetes.io': {
        namespace,
        ...(node === undefined ? {} : { node }),
        ...(pod === undefined ? {} : { pod }),
        ...(secret === undefined ? {} : { secret }),
        serviceaccount: account,
        ...(warnAfterSeconds === undefined ? {} : { warnafter: now + warnAfterSeconds }),
      },
      nbf: now,
      sub: serviceAccountUser(namespace, account.name).name,
    };
    return this.#tokens.sign(claims);
  }

  authenticate(token: string, wanted: readonly string[]): TokenVerdict {
    const claims = this.#tokens.claims(token) as Claims | undefined;
    if (claims !== undefined && claims.iss === LEGACY_ISSUER) return this.legacy.authenticate(token, wanted);
    if (claims === undefined || claims.iss !== ISSUER) return { outcome: 'unknown' };
    if (!this.#tokens.isSigned(token)) return { outcome: 'refused', why: NOT_SIGNED };
    const audiences = wanted.filter((audience) => claims.aud.includes(audience));
    if (audiences.length === 0) return forOthers(claims.aud, wanted);
    const why = this.#fault(claims);
    return why === undefined ? { outcome: 'user', user: userOf(claims), audiences } : { outcome: 'refused', why };
  }

  /** Why a token that was signed here is no longer (or not yet) good. */
  #fault(claims: Claims): string | undefined {
    const now = this.#seconds();
    if (now > claims.exp + LEEWAY_SECONDS) return 'service account token has expired';
    if (now + LEEWAY_SECONDS < claims.nbf) return 'service account token is not valid yet';
    const { namespace, serviceaccount, secret, pod, node } = claims['kubernetes.io'];
    const account = this.#find('serviceaccounts', namespace, serviceaccount.name);
    if (account === undefined) return `serviceaccounts ${goQuote(serviceaccount.name)} not found`;
    if (this.#isLongGone(account)) return `service account ${namespace}/${serviceaccount.name} has been deleted`;
    if (account.metadata.uid !== serviceaccount.uid) {
      return `service account UID (${account.metadata.uid}) does not match claim (${serviceaccount.uid})`;
    }
    return (
      this.#boundFault('secrets', 'secret', namespace, secret) ??
      this.#boundFault('pods', 'pod', namespace, pod) ??
      // The node of a bound pod is only told of.
      (pod === undefined ? this.#boundFault('nodes', 'node', '', node) : undefined)
    );
  }

  #boundFault(resource: string, kind: string, namespace: string, ref: BoundRef | undefined): string | undefined {
    if (ref === undefined) return undefined;
    const found = this.#find(resource, namespace, ref.name);
    if (found === undefined || this.#isLongGone(found)) return 'service account token has been invalidated';
    if (found.metadata.uid === ref.uid) return undefined;
    return `${kind} UID (${found.metadata.uid}) does not match service account ${kind} ref claim (${ref.uid})`;
  }

  #find(resource: string, namespace: string, name: string): KubeObject | undefined {
    const kind = this.#scheme.byLogResource(resource);
    return kind === undefined ? undefined : this.#store.get(kind, namespace, name);
  }

  #isLongGone({ metadata: { deletionTimestamp } }: KubeObject): boolean {
    return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) / 1000 < this.#seconds() - LEEWAY_SECONDS;
  }

  #seconds(): number {
    return Math.floor(this.#store.clock.now() / 1000);
  }
}

function userOf({ jti, 'kubernetes.io': { namespace, serviceaccount, pod, node } }: Claims): User {
  const extra: Record<string, readonly string[]> = { [`${EXTRA}credential-id`]: [`JTI=${jti}`] };
  const tell = (kind: string, ref: BoundRef | undefined): void => {
    if (ref === undefined) return;
    extra[`${EXTRA}${kind}-name`] = [ref.name];
    if (ref.uid !== undefined) extra[`${EXTRA}${kind}-uid`] = [ref.uid];
  };
  tell('node', node);
  tell('pod', pod);
  return { ...serviceAccountUser(namespace, serviceaccount.name), uid: serviceaccount.uid ?? '', extra };
}
