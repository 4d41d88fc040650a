// Who the tokens of a cluster stand for.

import type { KnownToken } from '../apiserver/authentication/bearer-token.ts';
import type { ClusterSettings } from './settings.ts';

/** The node pool that the cluster came with. */
export const POOL_USER = 'system:node-pool';

export function tokensOf({ adminToken, poolToken }: ClusterSettings): KnownToken[] {
  return [
    {
      token: adminToken,
      user: { name: 'kubernetes-admin', uid: '', groups: ['system:masters', 'system:authenticated'] },
    },
    { token: poolToken, user: { name: POOL_USER, uid: '', groups: ['system:nodes', 'system:authenticated'] } },
  ];
}
