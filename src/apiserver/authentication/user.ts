// Who a request comes from.

import type { UserInfo } from '../../api/types/authentication-v1.ts';

export interface User {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  /** What the authenticator knows besides, such as the pod that a token was made for. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const UNAUTHENTICATED_GROUP = 'system:unauthenticated';

/** Who sends no credentials. */
export const ANONYMOUS: User = { name: 'system:anonymous', uid: '', groups: [UNAUTHENTICATED_GROUP] };

/** As reviews show a user. */
export function userInfoOf({ name, uid, groups, extra }: User): UserInfo {
  return {
    username: name,
    ...(uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(extra === undefined ? {} : { extra: extra as Record<string, string[]> }),
  };
}

/** The user that a service account is. Models kubernetes staging/src/k8s.io/apiserver/pkg/authentication/serviceaccount. */
export function serviceAccountUser(namespace: string, name: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid: '',
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

/** The server itself, where it writes what every cluster has. */
export const API_SERVER: User = {
  name: 'system:apiserver',
  uid: '',
  groups: ['system:masters', 'system:authenticated'],
};

/** What the controllers and the scheduler act as: service accounts of kube-system. */
export function componentUser(component: string): User {
  return serviceAccountUser('kube-system', component);
}
