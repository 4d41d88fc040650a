// Secrets that hold a token of a service account.

import type { Secret, ServiceAccount } from '../../types/core-v1.ts';

export const TOKEN_SECRET_TYPE = 'kubernetes.io/service-account-token';
export const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
export const ACCOUNT_UID = 'kubernetes.io/service-account.uid';
/** Labels: the days on which the token was last used, and from which on it is good no more. */
export const TOKEN_LAST_USED = 'kubernetes.io/legacy-token-last-used';
export const TOKEN_INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

/** Whether it is meant for this account: by its name, and by its uid once that is known. */
export function isTokenSecretOf({ metadata, type }: Secret, account: ServiceAccount): boolean {
  if (type !== TOKEN_SECRET_TYPE || metadata.namespace !== account.metadata.namespace) return false;
  const { [ACCOUNT_NAME]: name = '', [ACCOUNT_UID]: uid = '' } = metadata.annotations ?? {};
  return name === account.metadata.name && (uid === '' || uid === account.metadata.uid);
}
