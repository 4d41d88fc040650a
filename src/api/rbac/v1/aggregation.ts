// The rules of a ClusterRole that gathers those of others by their labels.
// Models kubernetes pkg/controller/clusterroleaggregation (syncClusterRole).

import { labelMatcher } from '../../../schema/label-selector.ts';
import type { ClusterRole, PolicyRule } from '../../types/rbac-v1.ts';

/** Each rule once, in the order of the selectors, then of the roles' names. Undefined: it gathers nothing, its rules are its own. */
export function aggregatedRules(
  { metadata, aggregationRule }: ClusterRole,
  roles: readonly ClusterRole[],
): PolicyRule[] | undefined {
  if (aggregationRule === undefined) return undefined;
  const others = roles
    .filter((role) => role.metadata.name !== metadata.name)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  // By its text, which is canonical: there may be thousands.
  const gathered = new Map<string, PolicyRule>();
  for (const selector of aggregationRule.clusterRoleSelectors ?? []) {
    const selects = labelMatcher(selector);
    for (const role of others) {
      if (!selects(role.metadata.labels ?? {})) continue;
      for (const rule of role.rules ?? []) {
        const text = JSON.stringify(rule);
        if (!gathered.has(text)) gathered.set(text, rule);
      }
    }
  }
  return [...gathered.values()];
}
