// When enough indexes of an Indexed Job have succeeded for the whole.
// Models kubernetes pkg/controller/job/success_policy.go.

import type { SuccessPolicy, SuccessPolicyRule } from '../../api/types/batch-v1.ts';
import type { Intervals } from './intervals.ts';
import { count, overlap, parseIndexes } from './intervals.ts';

/** Which rule is met, as the condition's message says it; undefined: none is. */
export function matchSuccessPolicy(
  policy: SuccessPolicy | undefined,
  completions: number,
  succeeded: Intervals,
): string | undefined {
  if (policy === undefined || succeeded.length === 0) return undefined;
  const index = policy.rules.findIndex((rule) => isMet(rule, completions, succeeded));
  return index === -1 ? undefined : `Matched rules at index ${index}`;
}

function isMet({ succeededIndexes, succeededCount }: SuccessPolicyRule, completions: number, succeeded: Intervals) {
  if (succeededIndexes === undefined) return succeededCount !== undefined && count(succeeded) >= succeededCount;
  const wanted = parseIndexes(succeededIndexes, completions);
  if (wanted.length === 0) return false;
  const met = overlap(wanted, succeeded);
  return met === count(wanted) || (succeededCount !== undefined && met >= succeededCount);
}
