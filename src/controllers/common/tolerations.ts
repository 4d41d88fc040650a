// Which taints a pod tolerates. Models kubernetes staging/src/k8s.io/api/core/v1/toleration.go and
// pkg/apis/core/v1/helper (GetMatchingTolerations).

import type { Taint, Toleration } from '../../api/types/core-v1.ts';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === '' || operator === 'Equal') && value === (taint.value ?? '');
}

/** For each taint the first toleration that takes it; undefined where some taint has none. */
export function matchingTolerations(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): Toleration[] | undefined {
  const used: Toleration[] = [];
  for (const taint of taints) {
    const match = tolerations.find((toleration) => tolerates(toleration, taint));
    if (match === undefined) return undefined;
    used.push(match);
  }
  return used;
}
