// nodeSelector and node affinity, required and preferred. Models pkg/scheduler/framework/plugins/nodeaffinity and
// staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity.

import { matchesNodeTerm, selectsNode } from '../../api/core/v1/node-selector.ts';
import type { NodeSelectorTerm } from '../../api/types/core-v1.ts';
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
    return selectsNode(pod.spec, node.name, labelsOf(node)) ? undefined : MISMATCH;
  },

  applies: ({ pod }) =>
    (pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0,

  score({ pod }, node) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return preferred.reduce(
      (sum, { weight, preference }) => sum + (matchesNodeTerm(preference, node.name, labelsOf(node)) ? weight : 0),
      0,
    );
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

function labelsOf({ node }: NodeInfo): Readonly<Record<string, string>> {
  return node?.metadata.labels ?? {};
}
