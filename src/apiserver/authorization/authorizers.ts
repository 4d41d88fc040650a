// The authorizers of a cluster, in the order in which they are asked: the first that allows decides.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/authorization/{union,authorizerfactory}.

import type { Authorizer } from '../../api/review.ts';
import type { SubjectAccessReviewStatus } from '../../api/types/authorization-v1.ts';
import { Nodes } from './nodes.ts';
import type { PolicyLog } from './log-policy.ts';
import { logPolicy } from './log-policy.ts';
import { Rbac } from './rbac.ts';

/** Whose members may everything, whatever roles say. */
export const MASTERS = 'system:masters';

export function clusterAuthorizer(log: PolicyLog): Authorizer {
  const nodes = new Nodes();
  const rbac = new Rbac(logPolicy(log));
  return {
    authorize(user, question): SubjectAccessReviewStatus {
      if (user.groups?.includes(MASTERS) === true) return { allowed: true };
      return nodes.allows(user, question) ? { allowed: true } : rbac.authorize(user, question);
    },
    rules: (user, namespace) => rbac.rules(user, namespace),
  };
}
