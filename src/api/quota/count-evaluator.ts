// Objects that are counted, and nothing else of them.
// Models ObjectCountEvaluator of kubernetes staging/src/k8s.io/apiserver/pkg/quota/v1/generic.

import { whole } from './amounts.ts';
import type { Evaluator } from './evaluator.ts';

/** Resources that quotas name without `count/` too. */
const ALIASES: ReadonlySet<string> = new Set(['configmaps', 'replicationcontrollers', 'resourcequotas', 'secrets']);

/** `resource` as the log names it: `deployments.apps`. */
export function countEvaluator(resource: string): Evaluator {
  const names = ALIASES.has(resource) ? [`count/${resource}`, resource] : [`count/${resource}`];
  const one = whole(1);
  return {
    charges: (operation, subresource) => operation === 'CREATE' && subresource === '',
    matching: (given) => given.filter((name) => names.includes(name)),
    isInScope: () => false,
    usage: () => new Map(names.map((name) => [name, one])),
  };
}
