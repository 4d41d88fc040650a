// matchLabelKeys: "pods that carry the same value as this one". The server writes the value of the new pod into the
// selector, once, so that the scheduler needs to know selectors alone.
// Models kubernetes pkg/registry/core/pod/strategy.go (applyMatchLabelKeysAndMismatchLabelKeys, …).

import type { PodAffinityTerm, PodSpec } from '../../types/core-v1.ts';
import type { LabelSelector } from '../../types/meta-v1.ts';

type Labels = Readonly<Record<string, string>>;

function add(selector: LabelSelector, keys: readonly string[], operator: 'In' | 'NotIn', labels: Labels): void {
  for (const key of keys) {
    const value = labels[key];
    if (value === undefined) continue;
    (selector.matchExpressions ??= []).push({ key, operator, values: [value] });
  }
}

function mergeTerm(term: PodAffinityTerm | undefined, labels: Labels): void {
  if (term?.labelSelector === undefined) return;
  add(term.labelSelector, term.matchLabelKeys ?? [], 'In', labels);
  add(term.labelSelector, term.mismatchLabelKeys ?? [], 'NotIn', labels);
}

/** Changes the spec in place. Runs once, when the pod is created. */
export function mergeMatchLabelKeys(spec: PodSpec, labels: Labels = {}): void {
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeTerm(term, labels);
    for (const term of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      mergeTerm(term.podAffinityTerm, labels);
    }
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) {
    if (constraint.labelSelector !== undefined)
      add(constraint.labelSelector, constraint.matchLabelKeys ?? [], 'In', labels);
  }
}
