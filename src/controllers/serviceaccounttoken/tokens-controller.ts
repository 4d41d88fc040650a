// Fills the Secrets that are to hold a token of a service account, and lets them go with it.
// Models kubernetes pkg/controller/serviceaccount/tokens_controller.go.

import type { LegacyTokenIssuer } from '../../api/action.ts';
import type { Client } from '../../api/client.ts';
import { ACCOUNT_NAME, ACCOUNT_UID, isTokenSecretOf, TOKEN_SECRET_TYPE } from '../../api/core/v1/token-secret.ts';
import type { Secret, ServiceAccount } from '../../api/types/core-v1.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import type { Controller, Outcome } from '../runtime/component.ts';

const IN_TEXT = `"type":"${TOKEN_SECRET_TYPE}"`;

export interface TokensControllerOptions {
  readonly tokens: LegacyTokenIssuer;
  /** PEM of what signs the API's certificate; empty where that is publicly trusted. */
  readonly authority: string;
}

/** A key is `namespace/name` of a Secret. */
export function tokensController({ tokens, authority }: TokensControllerOptions): Controller {
  return {
    name: 'tokens-controller',
    watches: {
      serviceaccounts: ({ verb, namespace, object }, { client }) =>
        verb === 'delete' ? secretsOf(client, namespace, object) : [],
    },
    // Not of every Secret: most are no concern of this one.
    watchesAll: {
      interest: ({ resource, text }) => resource === 'secrets' && text.includes(IN_TEXT),
      keys: ({ resource, namespace, name, object }) =>
        resource === 'secrets' && (object as Secret).type === TOKEN_SECRET_TYPE ? [`${namespace}/${name}`] : [],
    },
    reconcile(key, { client }) {
      const [namespace = '', name = ''] = key.split('/');
      const secret = client.get('secrets', namespace, name);
      if (secret === undefined) return forget(client, namespace, name);
      if (secret.type !== TOKEN_SECRET_TYPE || secret.metadata.deletionTimestamp !== undefined) return undefined;
      const account = client.get('serviceaccounts', namespace, secret.metadata.annotations?.[ACCOUNT_NAME] ?? '');
      if (account === undefined || !isTokenSecretOf(secret, account)) return drop(client, secret);
      const filled = fill(secret, account, { tokens, authority });
      if (filled === undefined) return undefined;
      const updated = client.update('secrets', filled);
      return updated.ok || isNamespaceTerminating(updated.status) ? undefined : failed(updated.status.message);
    },
  };
}

function secretsOf(client: Client, namespace: string, account: ServiceAccount): string[] {
  const secrets = client.list('secrets', { namespace }).filter((secret) => isTokenSecretOf(secret, account));
  return secrets.map(({ metadata }) => `${namespace}/${metadata.name}`);
}

/** The account that it was for is gone, or another has its name. */
function drop(client: Client, { metadata: { namespace = '', name, uid } }: Secret): Outcome | undefined {
  const deleted = client.delete('secrets', namespace, name, { preconditions: { uid } });
  const gone = deleted.ok || deleted.status.reason === 'NotFound' || deleted.status.reason === 'Conflict';
  return gone ? undefined : failed(deleted.status.message);
}

/** Undefined: nothing is missing. */
function fill(secret: Secret, account: ServiceAccount, options: TokensControllerOptions): Secret | undefined {
  const { name, namespace = '', annotations } = secret.metadata;
  const { uid } = account.metadata;
  const data = { ...secret.data };
  const authority = btoa(options.authority);
  if (authority !== '') data['ca.crt'] = authority;
  if ((data['namespace'] ?? '') === '') data['namespace'] = btoa(namespace);
  if ((data['token'] ?? '') === '') {
    data['token'] = btoa(
      options.tokens.issue({ namespace, secret: name, account: { name: account.metadata.name, uid } }),
    );
  }
  if (Object.entries(data).every(([key, value]) => secret.data?.[key] === value)) return undefined;
  return { ...secret, metadata: { ...secret.metadata, annotations: { ...annotations, [ACCOUNT_UID]: uid } }, data };
}

/** Accounts no longer name a Secret that is gone. */
function forget(client: Client, namespace: string, name: string): Outcome | undefined {
  for (const account of client.list('serviceaccounts', { namespace })) {
    const secrets = (account.secrets ?? []).filter((reference) => reference.name !== name);
    if (secrets.length === (account.secrets ?? []).length) continue;
    const { secrets: _, ...rest } = account;
    const updated = client.update('serviceaccounts', secrets.length === 0 ? rest : { ...rest, secrets });
    if (!updated.ok && !isNamespaceTerminating(updated.status)) return failed(updated.status.message);
  }
  return undefined;
}

function failed(message = ''): Outcome {
  return { error: message };
}
