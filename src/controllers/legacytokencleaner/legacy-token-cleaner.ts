// Tokens that an account lists among its Secrets, as those that were once made for it by themselves, and that nobody has used for a
// year, are marked and no longer good; a year later they go. Made by hand and not listed, a token stays.
// Models kubernetes pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner.go, which looks once a day; here each is
// looked at when it is due. What tracking has not seen for a year yet upstream leaves alone: here it has always been tracked.

import type { Client } from '../../api/client.ts';
import {
  ACCOUNT_NAME,
  isTokenSecretOf,
  TOKEN_INVALID_SINCE,
  TOKEN_LAST_USED,
  TOKEN_SECRET_TYPE,
} from '../../api/core/v1/token-secret.ts';
import type { Pod, Secret, ServiceAccount } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import type { Controller } from '../runtime/component.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const PERIOD_MS = 365 * DAY_MS;
const IN_TEXT = `"type":"${TOKEN_SECRET_TYPE}"`;

/** A key is `namespace/name` of a Secret. */
export const legacyTokenCleaner: Controller = {
  name: 'legacy-service-account-token-cleaner',
  watches: {
    serviceaccounts: ({ verb, namespace, object }) =>
      verb === 'delete'
        ? []
        : ((object as ServiceAccount).secrets ?? []).map(({ name }) => `${namespace}/${name ?? ''}`),
  },
  watchesAll: {
    interest: ({ resource, verb, text }) => resource === 'secrets' && verb !== 'delete' && text.includes(IN_TEXT),
    keys: ({ resource, verb, namespace, name, object }) =>
      resource === 'secrets' && verb !== 'delete' && (object as Secret).type === TOKEN_SECRET_TYPE
        ? [`${namespace}/${name}`]
        : [],
  },
  reconcile(key, { client, now }) {
    const [namespace = '', name = ''] = key.split('/');
    const secret = client.get('secrets', namespace, name);
    if (secret === undefined || !isListed(client, secret)) return undefined;
    const { labels = {}, creationTimestamp, uid } = secret.metadata;
    const used = Math.max(Date.parse(creationTimestamp), timeOf(labels[TOKEN_LAST_USED]) ?? 0);
    const unused = used + PERIOD_MS + DAY_MS;
    if (now < unused) return { requeueAfter: unused - now };
    // One that a pod has mounted may be in use where nobody sees it.
    if (client.list('pods', { namespace }).some((pod) => mounts(pod, name))) return { requeueAfter: DAY_MS };
    const invalid = timeOf(labels[TOKEN_INVALID_SINCE]);
    if (invalid === undefined) {
      const marked = { ...labels, [TOKEN_INVALID_SINCE]: formatTime(now).slice(0, 10) };
      const updated = client.update('secrets', { ...secret, metadata: { ...secret.metadata, labels: marked } });
      return updated.ok ? undefined : { error: updated.status.message ?? '' };
    }
    const over = invalid + PERIOD_MS + DAY_MS;
    if (now < over) return { requeueAfter: over - now };
    const deleted = client.delete('secrets', namespace, name, { preconditions: { uid } });
    return deleted.ok || deleted.status.reason === 'NotFound' ? undefined : { error: deleted.status.message ?? '' };
  },
};

function isListed(client: Client, secret: Secret): boolean {
  const { namespace = '', name, annotations, deletionTimestamp } = secret.metadata;
  const account = client.get('serviceaccounts', namespace, annotations?.[ACCOUNT_NAME] ?? '');
  if (account === undefined || deletionTimestamp !== undefined || !isTokenSecretOf(secret, account)) return false;
  return (account.secrets ?? []).some((reference) => reference.name === name);
}

/** Of a day, `2026-01-31`; undefined: it is none. */
function timeOf(day: string | undefined): number | undefined {
  const time = Date.parse(`${day ?? ''}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}

function mounts({ spec }: Pod, name: string): boolean {
  return (spec?.volumes ?? []).some(({ secret }) => secret?.secretName === name);
}
