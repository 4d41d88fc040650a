// Which nodes a pod may run on, by its nodeSelector and its required node affinity.
// Models kubernetes staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity.

import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../../types/core-v1.ts';

type NodeLabels = Readonly<Record<string, string>>;

/** Whether both let the pod onto the node of this name and these labels. */
export function selectsNode(spec: PodSpec | undefined, name: string, labels: NodeLabels): boolean {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return (
    Object.entries(spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value) &&
    (required === undefined || required.nodeSelectorTerms.some((term) => matchesNodeTerm(term, name, labels)))
  );
}

/** A term without any requirement matches nothing. */
export function matchesNodeTerm(term: NodeSelectorTerm, name: string, labels: NodeLabels): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    expressions.every((item) => matchesRequirement(item, labels[item.key])) &&
    fields.every((item) => matchesRequirement(item, item.key === 'metadata.name' ? name : ''))
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
