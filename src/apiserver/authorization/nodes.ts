// What every node may do. Which objects a node may see and change (its own, and those of the pods that are bound to it) is
// not looked at: whoever holds the credentials of one node is trusted with all of them.
// Models the rules of kubernetes plugin/pkg/auth/authorizer/node/node_authorizer.go without its graph.

import type { AccessQuestion } from '../../api/review.ts';
import { REPORT_PATH } from '../../api/report.ts';
import type { UserInfo } from '../../api/types/authentication-v1.ts';
import type { PolicyRule } from '../../api/types/rbac-v1.ts';
import { nodeRules } from './policy/cluster-roles.ts';
import { urls } from './policy/rule.ts';
import { askedOf, ruleAllows } from './rule-match.ts';

const NODES = 'system:nodes';

export class Nodes {
  #rules: readonly PolicyRule[] | undefined;

  allows({ groups }: UserInfo, question: AccessQuestion): boolean {
    if (groups?.includes(NODES) !== true) return false;
    this.#rules ??= [...nodeRules(), urls('post', REPORT_PATH)];
    const asked = askedOf(question);
    return this.#rules.some((rule) => ruleAllows(rule, asked));
  }
}
