// The claims that a pod uses: those that it names, and those that are made for it.
// Models kubernetes staging/src/k8s.io/component-helpers/storage/ephemeral.

import type { Pod } from '../../types/core-v1.ts';

/** Index term of the pods that use a claim. */
export function claimTerm(namespace: string, name: string): string {
  return `claim:${namespace}/${name}`;
}

/** Names of claims in the pod's namespace. A claim that is made for a pod bears its name and the volume's. */
export function claimsOf({ metadata, spec }: Pod): string[] {
  const names: string[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of spec?.volumes ?? []) {
    if (persistentVolumeClaim !== undefined) names.push(persistentVolumeClaim.claimName);
    else if (ephemeral !== undefined) names.push(`${metadata.name}-${name}`);
  }
  return names;
}
