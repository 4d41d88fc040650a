// Whether a pod keeps to a standard.
// Models kubernetes staging/src/k8s.io/pod-security-admission/policy/{registry,checks}.go.

import type { PodSpec } from '../../../api/types/core-v1.ts';
import type { ObjectMeta } from '../../../api/types/meta-v1.ts';
import { BASELINE } from './baseline.ts';
import type { Check, Violation } from './check.ts';
import type { Standard } from './policy.ts';
import { RESTRICTED } from './restricted.ts';

function checksOf({ level, minor }: Standard): Check[] {
  if (level === 'privileged') return [];
  const active = (checks: readonly Check[]) => checks.filter(({ since }) => since <= minor);
  if (level === 'baseline') return active(BASELINE);
  const restricted = active(RESTRICTED);
  const overridden = new Set(restricted.flatMap(({ overrides = [] }) => overrides));
  return [...active(BASELINE).filter(({ id }) => !overridden.has(id)), ...restricted];
}

export function violations(
  standard: Standard,
  metadata: Pick<ObjectMeta, 'annotations'> | undefined,
  spec: PodSpec,
): Violation[] {
  const examined = { metadata: metadata ?? {}, spec, minor: standard.minor };
  return checksOf(standard).flatMap((check) => check.run(examined) ?? []);
}

/** `privileged (container "a" must not set …), hostPort (…)` */
export function detailText(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}

export function reasonText(found: readonly Violation[]): string {
  return found.map(({ reason }) => reason).join(', ');
}
