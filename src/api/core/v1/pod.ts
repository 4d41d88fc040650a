// Pod. Models kubernetes pkg/registry/core/pod/strategy.go.

import { formatTime } from '../../../lib/clock.ts';
import { clone } from '../../../lib/json.ts';
import type { StrategyContext } from '../../kind.ts';
import { defineKind } from '../../kind.ts';
import type { Pod, PodCondition } from '../../types/core-v1.ts';
import { podEviction } from '../../policy/v1/eviction.ts';
import { podBinding } from './pod-binding.ts';
import { claimsOf, claimTerm } from './pod-claims.ts';
import { podConnections } from './pod-connect.ts';
import { setPodDefaults } from './pod-defaults.ts';
import { mergeMatchLabelKeys } from './pod-match-label-keys.ts';
import { podParts } from './pod-parts.ts';
import { podPrinter } from './pod-printer.ts';
import { qosClass } from './pod-qos.ts';
import { validatePodCreate } from './pod-validation/pod-create.ts';
import { validatePodStatusUpdate } from './pod-validation/pod-status.ts';
import { validatePodUpdate } from './pod-validation/pod-update.ts';
import { podWarnings } from './pod-warnings.ts';

function gatedCondition(now: number): PodCondition {
  return {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: formatTime(now),
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  } as unknown as PodCondition;
}

function prepareForCreate(pod: Pod, context: StrategyContext): void {
  const spec = (pod.spec ??= { containers: [] });
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  mergeMatchLabelKeys(spec, pod.metadata.labels);
  pod.status = {
    phase: 'Pending',
    ...(spec.schedulingGates?.length ? { conditions: [gatedCondition(context.now)] } : {}),
    qosClass: qosClass(spec),
  };
}

/** Seconds until a deleted pod must be gone. One that does not run goes at once. */
function gracePeriod(pod: Pod, requested: number | undefined): number {
  const phase = pod.status?.phase;
  if (!pod.spec?.nodeName || phase === 'Failed' || phase === 'Succeeded') return 0;
  const period = requested ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  return period < 0 ? 1 : period;
}

function terms(pod: Pod): string[] {
  const { nodeName, volumes } = pod.spec ?? {};
  const node = nodeName ? [`node:${nodeName}`] : [];
  if (volumes === undefined) return node;
  const { namespace = '' } = pod.metadata;
  return [...node, ...new Set(claimsOf(pod).map((name) => claimTerm(namespace, name)))];
}

export const pod = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.Pod',

  setDefaults: setPodDefaults,
  prepareForCreate,
  validate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  warnings: podWarnings,
  hasGeneration: true,
  gracePeriod,
  deleteReturnsObject: true,

  status: {
    // Labels and annotations pass with a status, owners do not.
    prepare(object, old) {
      if (old.metadata.ownerReferences === undefined) delete object.metadata.ownerReferences;
      else object.metadata.ownerReferences = clone(old.metadata.ownerReferences);
      const status = (object.status ??= {});
      if (old.status?.qosClass !== undefined) status.qosClass ??= old.status.qosClass;
    },
    validate: validatePodStatusUpdate,
    resetFields: ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'],
  },

  actions: { binding: podBinding, eviction: podEviction },
  parts: podParts,
  connections: podConnections,

  fieldLabels: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  fields: ({ spec, status }) => ({
    'spec.nodeName': spec?.nodeName ?? '',
    'spec.restartPolicy': spec?.restartPolicy ?? '',
    'spec.schedulerName': spec?.schedulerName ?? '',
    'spec.serviceAccountName': spec?.serviceAccountName ?? '',
    'spec.hostNetwork': String(spec?.hostNetwork ?? false),
    'status.phase': status?.phase ?? '',
    'status.podIP': status?.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': status?.nominatedNodeName ?? '',
  }),
  terms,

  printer: podPrinter,
});
