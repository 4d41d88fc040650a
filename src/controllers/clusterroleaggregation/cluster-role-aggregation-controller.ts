// Gives ClusterRoles that gather the rules of others the rules that they gather now.
//
// 1. There is one key: whichever role changes, any other may gather it, or have gathered it before.
// 2. A role that gathers may be gathered in turn. Its change wakes the key again, so that rules rise step by step.
//
// 3. Where nothing is gathered, only rules that this controller wrote are taken away: upstream applies what it finds, and
//    an apply of nothing leaves alone what others own.
//
// Models kubernetes pkg/controller/clusterroleaggregation.

import { aggregatedRules } from '../../api/rbac/v1/aggregation.ts';
import type { ClusterRole } from '../../api/types/rbac-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import type { Controller } from '../runtime/component.ts';

const ROLES = 'clusterroles.rbac.authorization.k8s.io';
const KEY = 'all';
/** As which controllers write. */
const MANAGER = 'kube-controller-manager';

export const clusterRoleAggregationController: Controller = {
  name: 'clusterrole-aggregation-controller',
  watches: { [ROLES]: () => [KEY] },
  reconcile(_, { client }) {
    const roles = client.list(ROLES);
    const errors: string[] = [];
    for (const role of roles) {
      const rules = aggregatedRules(role, roles);
      if (rules === undefined || deepEqual(rules, role.rules ?? [])) continue;
      if (rules.length === 0 && !wroteRules(role)) continue;
      const next = clone(role);
      next.rules = rules;
      const written = client.update(ROLES, next);
      if (!written.ok) errors.push(written.status.message ?? 'refused');
    }
    return errors.length === 0 ? undefined : { error: errors.join('; ') };
  },
};

function wroteRules({ metadata }: ClusterRole): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, fieldsV1 }) => manager === MANAGER && fieldsV1 !== undefined && 'f:rules' in fieldsV1,
  );
}
