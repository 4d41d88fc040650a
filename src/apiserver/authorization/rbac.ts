// The authorizer of roles and bindings: what no rule allows is not allowed.
// Models kubernetes plugin/pkg/auth/authorizer/rbac/rbac.go and pkg/registry/rbac/validation/rule.go.

import type { AccessQuestion, Authorizer } from '../../api/review.ts';
import type { UserInfo } from '../../api/types/authentication-v1.ts';
import type {
  NonResourceRule,
  ResourceRule,
  SubjectAccessReviewStatus,
  SubjectRulesReviewStatus,
} from '../../api/types/authorization-v1.ts';
import type { PolicyRule, Subject } from '../../api/types/rbac-v1.ts';
import { goQuote } from '../../schema/go-text.ts';
import type { Binding, PolicyIndex } from './policy-index.ts';
import { accountNamespace, subjectOf } from './policy-index.ts';
import { askedOf, ruleAllows } from './rule-match.ts';

export class Rbac implements Authorizer {
  readonly #index: () => PolicyIndex;

  /** `index` gives the roles and bindings as they are now. */
  constructor(index: () => PolicyIndex) {
    this.#index = index;
  }

  authorize(user: UserInfo, question: AccessQuestion): SubjectAccessReviewStatus {
    const index = this.#index();
    const asked = askedOf(question);
    let missing: Binding[] | undefined;
    const allows = (binding: Binding): boolean => {
      const rules = index.rulesOf(binding);
      if (rules === undefined) (missing ??= []).push(binding);
      return rules?.some((rule) => ruleAllows(rule, asked)) === true;
    };
    const found =
      index.find(user, '', allows) ?? (asked.namespace === '' ? undefined : index.find(user, asked.namespace, allows));
    if (found !== undefined) return allowedBy(found, user);
    return missing === undefined ? { allowed: false } : { allowed: false, reason: `RBAC: ${missingText(missing)}` };
  }

  rules(user: UserInfo, namespace: string): SubjectRulesReviewStatus {
    const index = this.#index();
    const rules: PolicyRule[] = [];
    const missing: Binding[] = [];
    const inNamespace = namespace === '' ? [] : bindingsIn(index, user, namespace);
    for (const binding of [...bindingsIn(index, user, ''), ...inNamespace]) {
      const found = index.rulesOf(binding);
      if (found === undefined) missing.push(binding);
      else for (const rule of found) rules.push(rule);
    }
    return {
      resourceRules: rules.filter(({ resources = [] }) => resources.length > 0).map(resourceRule),
      nonResourceRules: rules.filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0).map(nonResourceRule),
      incomplete: false,
      ...(missing.length === 0 ? {} : { evaluationError: missingText(missing) }),
    };
  }
}

/** Few read the reason. */
function allowedBy(binding: Binding, user: UserInfo): SubjectAccessReviewStatus {
  return {
    allowed: true,
    get reason() {
      return `RBAC: allowed by ${description(binding, user)}`;
    },
  };
}

/** In the order of their names, so that the same policy reads the same. */
function bindingsIn(index: PolicyIndex, user: UserInfo, namespace: string): Binding[] {
  const bindings = new Set<Binding>();
  index.find(user, namespace, (binding) => {
    bindings.add(binding);
    return false;
  });
  return [...bindings].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule): ResourceRule {
  return {
    verbs,
    ...(apiGroups === undefined ? {} : { apiGroups }),
    ...(resources === undefined ? {} : { resources }),
    ...(resourceNames === undefined ? {} : { resourceNames }),
  };
}

function nonResourceRule({ verbs, nonResourceURLs }: PolicyRule): NonResourceRule {
  return { verbs, ...(nonResourceURLs === undefined ? {} : { nonResourceURLs }) };
}

/** Names stand before their namespaces, as upstream prints them. */
function description(binding: Binding, user: UserInfo): string {
  const { name, namespace, roleRef } = binding;
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const which = namespace === '' ? name : `${name}/${namespace}`;
  const subject = subjectOf(binding, user);
  const to = subject === undefined ? '' : subjectText(subject, namespace);
  return `${kind} ${goQuote(which)} of ${roleRef.kind} ${goQuote(roleRef.name)} to ${to}`;
}

function subjectText(subject: Subject, bindingNamespace: string): string {
  const { kind, name } = subject;
  if (kind !== 'ServiceAccount') return `${kind} ${goQuote(name)}`;
  return `${kind} ${goQuote(`${name}/${accountNamespace(subject, bindingNamespace)}`)}`;
}

/** Upstream names the kinds in the singular here. Several errors stand in brackets, each once. */
function missingText(bindings: readonly Binding[]): string {
  const texts = bindings.map(({ roleRef: { kind, name } }) => {
    const singular = kind === 'Role' ? 'role' : 'clusterrole';
    return `${singular}.rbac.authorization.k8s.io ${goQuote(name)} not found`;
  });
  const distinct = [...new Set(texts)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
