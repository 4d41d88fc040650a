// What a Job's pod failure policy makes of a failed pod.
// Models kubernetes pkg/controller/job/pod_failure_policy.go.

import type { PodFailurePolicy, PodFailurePolicyRule } from '../../api/types/batch-v1.ts';
import type { ContainerStatus, Pod } from '../../api/types/core-v1.ts';

export interface Verdict {
  /** Whether the failure counts towards the backoff limits. */
  readonly counts: boolean;
  /** Of the first rule that matches. */
  readonly action?: string;
  /** Why the whole Job fails; with the action FailJob only. */
  readonly message?: string;
}

const ACTIONS = new Set(['Count', 'FailIndex', 'FailJob', 'Ignore']);

export function matchPodFailurePolicy(policy: PodFailurePolicy | undefined, pod: Pod): Verdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const cause = matchRule(rule, pod);
    const { action } = rule;
    if (cause === undefined || !ACTIONS.has(action)) continue;
    if (action !== 'FailJob') return { counts: action !== 'Ignore', action };
    return { counts: true, action, message: `${cause} matching FailJob rule at index ${index}` };
  }
  return { counts: true };
}

/** How the pod matches, as messages say it; undefined: it does not. */
function matchRule(
  { onExitCodes, onPodConditions }: PodFailurePolicyRule,
  { metadata, status }: Pod,
): string | undefined {
  const name = `${metadata.namespace ?? ''}/${metadata.name}`;
  if (onExitCodes !== undefined) {
    const matches = ({ name: container, state }: ContainerStatus): boolean => {
      const code = state?.terminated?.exitCode ?? 0;
      if (code === 0 || (onExitCodes.containerName ?? container) !== container) return false;
      return onExitCodes.values.includes(code) === (onExitCodes.operator === 'In');
    };
    const container = status?.containerStatuses?.find(matches) ?? status?.initContainerStatuses?.find(matches);
    if (container === undefined) return undefined;
    return `Container ${container.name} for pod ${name} failed with exit code ${container.state?.terminated?.exitCode ?? 0}`;
  }
  const condition = status?.conditions?.find(({ type, status: value }) =>
    onPodConditions?.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === value),
  );
  return condition === undefined ? undefined : `Pod ${name} has condition ${condition.type}`;
}
