// The pods of a DaemonSet: what its template gets besides, and for which node a pod is.
// Models kubernetes pkg/controller/daemon/util/daemonset_util.go.

import type { Draft } from '../../api/object.ts';
import type { DaemonSet } from '../../api/types/apps-v1.ts';
import type { Affinity, Pod, PodSpec, Toleration } from '../../api/types/core-v1.ts';
import { podFromTemplate } from '../common/pod-control.ts';

/** Names the ControllerRevision that a pod was made from, and marks the revision itself. */
export const HASH_LABEL = 'controller-revision-hash';
const GENERATION_LABEL = 'pod-template-generation';
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';

/** What daemons live with: their nodes may be silent, short of something, or closed to other pods. */
const TOLERATED: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const NETWORK: Toleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

/** The template's own tolerations, and those that every daemon has. One of the template that is alike gives way in its place. */
export function daemonTolerations(spec: PodSpec | undefined): Toleration[] {
  const added = spec?.hostNetwork === true ? [...TOLERATED, NETWORK] : TOLERATED;
  const own = spec?.tolerations ?? [];
  return [
    ...own.map((toleration) => added.find((other) => isAlike(toleration, other)) ?? toleration),
    ...added.filter((toleration) => !own.some((other) => isAlike(toleration, other))),
  ].map((toleration) => ({ ...toleration }));
}

/** Alike but for how long they hold. */
function isAlike(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
}

/** Counts the changes of the template; undefined where the annotation is no number. */
function templateGeneration({ metadata }: DaemonSet): string | undefined {
  const text = metadata.annotations?.[GENERATION_ANNOTATION] ?? '';
  return /^-?[0-9]+$/.test(text) ? String(Number(text)) : undefined;
}

/** Makes drafts of pods of the revision `hash`, each for one node: the scheduler binds it there, or leaves it Pending. */
export function podMaker(set: DaemonSet, hash: string): (node: string) => Draft<Pod> {
  const generation = templateGeneration(set);
  const tolerations = daemonTolerations(set.spec?.template.spec);
  return (node) => {
    const draft = podFromTemplate(set, set.spec?.template);
    draft.metadata.labels = {
      ...draft.metadata.labels,
      ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }),
      ...(hash === '' ? {} : { [HASH_LABEL]: hash }),
    };
    const spec = draft.spec ?? { containers: [] };
    draft.spec = { ...spec, affinity: affinityTo(node, spec.affinity), tolerations };
    return draft;
  };
}

/** What the template requires of nodes has been answered by then: the node's name takes its place. */
function affinityTo(node: string, affinity: Affinity | undefined): Affinity {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms: [{ matchFields }] };
  return {
    ...affinity,
    nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution },
  };
}

/** The node that the pod runs on or is for; undefined where nothing says so. */
export function targetNode({ spec }: Pod): string | undefined {
  if ((spec?.nodeName ?? '') !== '') return spec?.nodeName;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const fields = (required?.nodeSelectorTerms ?? []).flatMap(({ matchFields = [] }) => matchFields);
  const named = fields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  return named?.values?.length === 1 ? named.values[0] : undefined;
}

/** Whether pods are of the current template. */
export function isUpdated(set: DaemonSet, hash: string): (pod: Pod) => boolean {
  const generation = templateGeneration(set);
  return ({ metadata: { labels } }) =>
    (hash !== '' && labels?.[HASH_LABEL] === hash) ||
    (generation !== undefined && labels?.[GENERATION_LABEL] === generation);
}
