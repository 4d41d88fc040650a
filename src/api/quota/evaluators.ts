// The table of evaluators.
// Models kubernetes pkg/quota/v1/evaluator/core/registry.go and pkg/quota/v1/install.

import { claimEvaluator } from './claim-evaluator.ts';
import { countEvaluator } from './count-evaluator.ts';
import { deviceEvaluator } from './device-evaluator.ts';
import type { Evaluator } from './evaluator.ts';
import { podEvaluator } from './pod-evaluator.ts';
import { serviceEvaluator } from './service-evaluator.ts';

const EVALUATORS: ReadonlyMap<string, Evaluator> = new Map([
  ['persistentvolumeclaims', claimEvaluator],
  ['pods', podEvaluator],
  ['resourceclaims.resource.k8s.io', deviceEvaluator],
  ['services', serviceEvaluator],
]);

const IGNORED: ReadonlySet<string> = new Set([
  'bindings',
  'componentstatuses',
  'events',
  'events.events.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
]);

/** `resource` as the log names it: `deployments.apps`. Undefined: no quota counts such objects. */
export function evaluatorOf(resource: string): Evaluator | undefined {
  return EVALUATORS.get(resource) ?? (IGNORED.has(resource) ? undefined : countEvaluator(resource));
}
