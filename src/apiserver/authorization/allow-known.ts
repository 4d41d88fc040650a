// The authorizer of a cluster without access control: whoever is known may do everything, as members of system:masters
// may elsewhere; whoever is not may see that the server lives, and which it is. It is the one place that says so:
// another authorizer takes its place in server.ts.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/authorization/authorizerfactory, with the rules that
// administrators are told of with upstream's default roles.

import type { Authorizer } from '../../api/review.ts';
import type { UserInfo } from '../../api/types/authentication-v1.ts';
import type { NonResourceRule, ResourceRule } from '../../api/types/authorization-v1.ts';
import { UNAUTHENTICATED_GROUP } from '../authentication/user.ts';

const PUBLIC_PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY_PATHS = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'];

const PUBLIC: NonResourceRule = { verbs: ['get'], nonResourceURLs: PUBLIC_PATHS };
const DISCOVERY: NonResourceRule = { verbs: ['get'], nonResourceURLs: [...DISCOVERY_PATHS, ...PUBLIC_PATHS].sort() };
const REVIEWS: readonly ResourceRule[] = [
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
];

function isKnown({ username, groups }: UserInfo): boolean {
  return username !== 'system:anonymous' && groups?.includes(UNAUTHENTICATED_GROUP) !== true;
}

export const allowKnown: Authorizer = {
  authorize(user, { nonResourceAttributes: asked }) {
    if (isKnown(user)) return { allowed: true };
    return { allowed: asked?.verb === 'get' && PUBLIC_PATHS.includes(asked.path ?? '') };
  },

  rules(user) {
    if (!isKnown(user)) return { resourceRules: [], nonResourceRules: [PUBLIC], incomplete: false };
    return {
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, ...REVIEWS],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }, DISCOVERY, PUBLIC],
      incomplete: false,
    };
  },
};
