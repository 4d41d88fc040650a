// Pods stay on a node that is not ready or unreachable for five minutes, unless they say otherwise.
// Models kubernetes plugin/pkg/admission/defaulttolerationseconds.

import type { Pod, Toleration } from '../../api/types/core-v1.ts';
import type { AdmissionPlugin } from './plugin.ts';

const SECONDS = 300;
const KEYS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  resources: ['pods'],

  mutate(object, _old, { operation, subresource }) {
    // An update that leaves them out has them again.
    if (operation === 'DELETE' || subresource !== '') return undefined;
    const spec = (object as Pod).spec;
    if (spec === undefined) return undefined;
    const tolerations = spec.tolerations ?? [];
    const missing = KEYS.filter((key) => !tolerations.some((item) => tolerates(item, key)));
    if (missing.length === 0) return undefined;
    spec.tolerations = [
      ...tolerations,
      ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS })),
    ];
    return undefined;
  },
};

function tolerates(toleration: Toleration, key: string): boolean {
  return (
    ((toleration.key ?? '') === '' || toleration.key === key) &&
    ((toleration.effect ?? '') === '' || toleration.effect === 'NoExecute')
  );
}
