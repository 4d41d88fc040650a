// nodeSelector and node affinity, required and preferred. Models pkg/scheduler/framework/plugins/nodeaffinity and
// staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity.

import type { NodeSelectorRequirement, NodeSelectorTerm } from '../../api/types/core-v1.ts';
import type { FilterPlugin, PreFilterResult, ScorePlugin } from '../framework.ts';
import { defaultNormalize, unresolvable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';

const MISMATCH = unresolvable("node(s) didn't match Pod's node affinity/selector");

export const nodeAffinity: FilterPlugin & ScorePlugin = {
  name: 'NodeAffinity',
  weight: 2,

  preFilter({ pod }) {
    const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    return required === undefined ? undefined : namedNodes(required.nodeSelectorTerms);
  },

  filter({ pod }, node) {
    const labels = node.node?.metadata.labels ?? {};
    const selector = pod.spec?.nodeSelector ?? {};
    const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const passes =
      Object.entries(selector).every(([key, value]) => labels[key] === value) &&
      (required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node)));
    return passes ? undefined : MISMATCH;
  },

  applies: ({ pod }) =>
    (pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0,

  score({ pod }, node) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return preferred.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0);
  },

  normalize: (scores) => defaultNormalize(scores, false),
};

/** The nodes that the terms name, if each of them names some. */
function namedNodes(terms: readonly NodeSelectorTerm[]): PreFilterResult | undefined {
  const nodes = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const lists = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    const [first, ...others] = lists.map(({ values }) => values ?? []);
    if (first === undefined) return undefined;
    for (const name of first) if (others.every((list) => list.includes(name))) nodes.add(name);
  }
  return nodes.size === 0 ? { ok: false, reason: 'pod affinity terms conflict' } : { ok: true, nodes };
}

/** A term without any requirement matches nothing. */
function matchesTerm(term: NodeSelectorTerm, node: NodeInfo): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  const labels = node.node?.metadata.labels ?? {};
  return (
    expressions.every((item) => matchesRequirement(item, labels[item.key])) &&
    fields.every((item) => matchesRequirement(item, item.key === 'metadata.name' ? node.name : ''))
  );
}

function matchesRequirement(item: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = item.values ?? [];
  switch (item.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const integer = /^-?[0-9]+$/;
      const bound = values[0] ?? '';
      if (value === undefined || !integer.test(value) || !integer.test(bound)) return false;
      return item.operator === 'Gt' ? Number(value) > Number(bound) : Number(value) < Number(bound);
    }
    default:
      return false;
  }
}
