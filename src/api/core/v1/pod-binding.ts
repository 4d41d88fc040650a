// pods/binding: how a scheduler says on which node a pod is to run.
// Models kubernetes pkg/registry/core/pod/storage/storage.go (BindingREST).

import { formatTime } from '../../../lib/clock.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { fieldErrorText, notSupported, required } from '../../../schema/field-error.ts';
import type { ChangingAction } from '../../action.ts';
import type { StrategyContext } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import { preconditionFailed } from '../../precondition.ts';
import type { Result, Status } from '../../status.ts';
import { badRequest, conflict, fail, failure, ok } from '../../status.ts';
import type { Binding, Pod, PodCondition, PodStatus } from '../../types/core-v1.ts';

const PODS = { group: '', resource: 'pods' };
const BINDINGS = { group: '', resource: 'pods/binding' };

function validateTarget(binding: Binding): FieldError[] {
  const errors: FieldError[] = [];
  const { kind = '', name = '' } = binding.target ?? {};
  if (kind !== '' && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
  if (name === '') errors.push(required('target.name'));
  return errors;
}

function checkPreconditions(pod: Pod, { metadata }: Binding, dryRun: boolean): Status | undefined {
  const { uid = '', resourceVersion = '' } = metadata;
  if (uid !== '' && uid !== pod.metadata.uid) return preconditionFailed(PODS, pod, 'UID', uid, dryRun);
  if (resourceVersion !== '' && resourceVersion !== pod.metadata.resourceVersion) {
    return preconditionFailed(PODS, pod, 'ResourceVersion', resourceVersion, dryRun);
  }
  return undefined;
}

/** Why a pod cannot be bound now. */
function refusal(pod: Pod): string | undefined {
  const { name } = pod.metadata;
  if (pod.metadata.deletionTimestamp !== undefined) {
    return `pod ${name} is being deleted, cannot be assigned to a host`;
  }
  const node = pod.spec?.nodeName;
  if (node) return `pod ${name} is already assigned to node ${JSON.stringify(node)}`;
  if (pod.spec?.schedulingGates?.length) return `pod ${name} has non-empty .spec.schedulingGates`;
  return undefined;
}

function markScheduled(status: PodStatus, now: number): void {
  const time = formatTime(now);
  const others = (status.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled');
  const scheduled: PodCondition & { lastProbeTime: null } = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: time,
  } as unknown as PodCondition & { lastProbeTime: null };
  const index = status.conditions?.findIndex((condition) => condition.type === 'PodScheduled') ?? -1;
  if (index >= 0) others.splice(index, 0, scheduled);
  else others.push(scheduled);
  status.conditions = others;
}

function apply(pod: Pod, body: KubeObject, context: StrategyContext): Result<Pod> {
  const binding = body as Binding;
  const { name } = pod.metadata;
  if (binding.metadata.name !== name) return fail(badRequest('name in URL does not match name in Binding object'));
  const errors = validateTarget(binding).map(fieldErrorText);
  // Upstream does not turn these into a proper 422.
  if (errors.length > 0) {
    return fail(failure(500, '', errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`));
  }
  const status = checkPreconditions(pod, binding, context.dryRun);
  if (status !== undefined) return fail(status);
  const refused = refusal(pod);
  if (refused !== undefined) return fail(conflict(BINDINGS, name, refused));

  const spec = (pod.spec ??= { containers: [] });
  spec.nodeName = binding.target.name ?? '';
  const { annotations, labels } = binding.metadata;
  if (annotations !== undefined) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations };
  if (labels !== undefined) pod.metadata.labels = { ...pod.metadata.labels, ...labels };
  pod.status ??= {};
  delete pod.status.nominatedNodeName;
  markScheduled(pod.status, context.now);
  return ok(pod);
}

export const podBinding: ChangingAction<Pod> = {
  bodyDefinition: 'io.k8s.api.core.v1.Binding',
  bodyKind: 'Binding',
  bodyApiVersion: 'v1',
  apply,
};
