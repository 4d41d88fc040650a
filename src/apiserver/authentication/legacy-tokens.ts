// The tokens of service accounts that stand in Secrets: good for as long as the Secret holds them and the account is there.
// Models kubernetes pkg/serviceaccount/legacy.go.

import { TOKEN_INVALID_SINCE } from '../../api/core/v1/token-secret.ts';
import type { LegacyTokenClaims, LegacyTokenIssuer } from '../../api/action.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Scheme } from '../../api/scheme.ts';
import type { Secret } from '../../api/types/core-v1.ts';
import type { Store } from '../../registry/store.ts';
import type { SignedTokens } from './signed-tokens.ts';
import type { TokenVerdict } from './token-verdict.ts';
import { forOthers, NOT_SIGNED } from './token-verdict.ts';
import { serviceAccountUser } from './user.ts';

export const LEGACY_ISSUER = 'kubernetes/serviceaccount';
const NAMESPACE = 'kubernetes.io/serviceaccount/namespace';
const SECRET = 'kubernetes.io/serviceaccount/secret.name';
const ACCOUNT = 'kubernetes.io/serviceaccount/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/serviceaccount/service-account.uid';

export interface LegacyTokensOptions {
  readonly tokens: SignedTokens;
  readonly store: Store;
  readonly scheme: Scheme;
  /** What the tokens are good for, since they name no audience. */
  readonly audience: string;
}

export class LegacyTokens implements LegacyTokenIssuer {
  readonly #options: LegacyTokensOptions;

  constructor(options: LegacyTokensOptions) {
    this.#options = options;
  }

  issue({ namespace, secret, account }: LegacyTokenClaims): string {
    return this.#options.tokens.sign({
      iss: LEGACY_ISSUER,
      [NAMESPACE]: namespace,
      [SECRET]: secret,
      [ACCOUNT]: account.name,
      [ACCOUNT_UID]: account.uid,
      sub: serviceAccountUser(namespace, account.name).name,
    });
  }

  /** A token of this issuer: it says so. */
  authenticate(token: string, wanted: readonly string[]): TokenVerdict {
    const { tokens, audience } = this.#options;
    if (!tokens.isSigned(token)) return refused(NOT_SIGNED);
    if (!wanted.includes(audience)) return forOthers([audience], wanted);
    const claims = tokens.claims(token) ?? {};
    const claim = (name: string): string => (typeof claims[name] === 'string' ? claims[name] : '');
    const namespace = claim(NAMESPACE);
    const name = claim(ACCOUNT);
    const uid = claim(ACCOUNT_UID);
    const secret: Secret | undefined = this.#find('secrets', namespace, claim(SECRET));
    if (secret === undefined || isGoing(secret)) return refused('service account token has been invalidated');
    if (secret.data?.['token'] !== btoa(token)) return refused("service account token does not match server's copy");
    const account = this.#find('serviceaccounts', namespace, name);
    if (account === undefined) return refused(`serviceaccounts "${name}" not found`);
    if (isGoing(account)) return refused(`service account ${namespace}/${name} has been deleted`);
    if (account.metadata.uid !== uid) {
      return refused(`service account UID (${account.metadata.uid}) does not match claim (${uid})`);
    }
    if ((secret.metadata.labels?.[TOKEN_INVALID_SINCE] ?? '') !== '') {
      return refused(
        `the token in secret ${namespace}/${secret.metadata.name} for service account ${namespace}/${name} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${TOKEN_INVALID_SINCE}' label from the secret to temporarily allow use of this token`,
      );
    }
    const user = { ...serviceAccountUser(namespace, name), uid };
    return { outcome: 'user', user, audiences: [audience], secret: { namespace, name: secret.metadata.name } };
  }

  #find(resource: string, namespace: string, name: string): KubeObject | undefined {
    const kind = this.#options.scheme.byLogResource(resource);
    return kind === undefined ? undefined : this.#options.store.get(kind, namespace, name);
  }
}

function refused(why: string): TokenVerdict {
  return { outcome: 'refused', why };
}

function isGoing({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}
