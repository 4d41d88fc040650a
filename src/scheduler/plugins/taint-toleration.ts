// Taints keep pods off that do not tolerate them, or make nodes less liked.
// Models pkg/scheduler/framework/plugins/tainttoleration.

import type { Taint, Toleration } from '../../api/types/core-v1.ts';
import type { FilterPlugin, ScorePlugin } from '../framework.ts';
import { defaultNormalize, unresolvable } from '../framework.ts';
import { tolerates } from './tolerations.ts';

const TAINTED = unresolvable('node(s) had untolerated taint(s)');

export const taintToleration: FilterPlugin & ScorePlugin = {
  name: 'TaintToleration',
  weight: 3,

  filter({ pod }, { node }) {
    const tolerations = pod.spec?.tolerations ?? [];
    const kept = (node?.spec?.taints ?? []).some(
      (taint) => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !isTolerated(tolerations, taint),
    );
    return kept ? TAINTED : undefined;
  },

  score({ pod }, { node }) {
    const tolerations = (pod.spec?.tolerations ?? []).filter(
      ({ effect = '' }) => effect === '' || effect === 'PreferNoSchedule',
    );
    const taints = node?.spec?.taints ?? [];
    return taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(tolerations, taint)).length;
  },

  normalize: (scores) => defaultNormalize(scores, true),
};

function isTolerated(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some((item) => tolerates(item, taint));
}
