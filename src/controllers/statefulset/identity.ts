// Who a pod of a StatefulSet is: its ordinal, its name, its labels, and the claims that go with it.
// Models kubernetes pkg/controller/statefulset/stateful_set_utils.go.
//
// Example: the set `web` with the claim template `data` and ordinals from 0 has the pod `web-1`, whose volume `data` is of
// the claim `data-web-1`. A pod keeps its name and its claim over all its lives.

import type { Draft } from '../../api/object.ts';
import type { StatefulSet } from '../../api/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { podFromTemplate } from '../common/pod-control.ts';

const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';
/** Names the ControllerRevision that the pod was made from. */
export const REVISION_LABEL = 'controller-revision-hash';

/** The name of the set and the ordinal within it that a pod's name says; undefined where it says none. */
export function parentOf(podName: string): { readonly name: string; readonly ordinal: number } | undefined {
  const match = /^(.*)-([0-9]+)$/s.exec(podName);
  const ordinal = Number(match?.[2]);
  return match === null || ordinal >= 2 ** 31 ? undefined : { name: match[1] ?? '', ordinal };
}

/** -1 where the name says none. */
export function ordinalOf({ metadata }: Pick<Pod, 'metadata'>): number {
  return parentOf(metadata.name)?.ordinal ?? -1;
}

export function isMember(set: StatefulSet, { metadata }: Pick<Pod, 'metadata'>): boolean {
  return parentOf(metadata.name)?.name === set.metadata.name;
}

export function firstOrdinal({ spec }: StatefulSet): number {
  return spec?.ordinals?.start ?? 0;
}

export function isInRange(set: StatefulSet, pod: Pick<Pod, 'metadata'>): boolean {
  const index = ordinalOf(pod) - firstOrdinal(set);
  return index >= 0 && index < (set.spec?.replicas ?? 1);
}

export function revisionOf({ metadata }: Pick<Pod, 'metadata'>): string {
  return metadata.labels?.[REVISION_LABEL] ?? '';
}

/** A pod of the set's template; `revision` is the name of the revision that the template is of. */
export function newPod(set: StatefulSet, ordinal: number, revision: string): Draft<Pod> {
  const name = `${set.metadata.name}-${ordinal}`;
  const draft = podFromTemplate(set, set.spec?.template);
  const spec = draft.spec ?? { containers: [] };
  const { serviceName = '' } = set.spec ?? {};
  return {
    ...draft,
    metadata: {
      ...draft.metadata,
      name,
      labels: { ...draft.metadata.labels, ...identityLabels(name, ordinal), [REVISION_LABEL]: revision },
    },
    spec: {
      ...spec,
      hostname: name,
      ...(serviceName === '' ? {} : { subdomain: serviceName }),
      ...volumesMember(volumesFor(set, ordinal, spec.volumes ?? [])),
    },
  };
}

function volumesMember(volumes: Volume[]): { volumes?: Volume[] } {
  return volumes.length === 0 ? {} : { volumes };
}

function identityLabels(name: string, ordinal: number): Record<string, string> {
  return { [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal) };
}

/** Whether the pod has the label of its name, and the volumes of its claims. */
export function isItself(set: StatefulSet, pod: Pod): boolean {
  const { name, labels } = pod.metadata;
  return labels?.[POD_NAME_LABEL] === name && hasItsVolumes(set, pod);
}

export function hasItsVolumes(set: StatefulSet, pod: Pod): boolean {
  return claimsOf(set, ordinalOf(pod)).every(({ volume, claim }) =>
    pod.spec?.volumes?.some(
      ({ name, persistentVolumeClaim }) => name === volume && persistentVolumeClaim?.claimName === claim.metadata.name,
    ),
  );
}

/** The pod with the labels and the volumes that it lacks. */
export function asItself(set: StatefulSet, pod: Pod): Pod {
  const next = clone(pod);
  const ordinal = ordinalOf(pod);
  next.metadata.labels = { ...next.metadata.labels, ...identityLabels(pod.metadata.name, ordinal) };
  if (next.spec !== undefined) {
    next.spec = { ...next.spec, ...volumesMember(volumesFor(set, ordinal, next.spec.volumes ?? [])) };
  }
  return next;
}

/** Those of the claims first; others of the same names give way. */
function volumesFor(set: StatefulSet, ordinal: number, others: readonly Volume[]): Volume[] {
  const own = claimsOf(set, ordinal).map(({ volume, claim }) => ({
    name: volume,
    persistentVolumeClaim: { claimName: claim.metadata.name },
  }));
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...others.filter(({ name }) => !names.has(name))];
}

interface Claim {
  /** The name of its template, which is that of its volume. */
  readonly volume: string;
  readonly claim: Draft<PersistentVolumeClaim> & { readonly metadata: { readonly name: string } };
}

/** The claims of the pod with this ordinal, in the order of their templates. */
export function claimsOf(set: StatefulSet, ordinal: number): Claim[] {
  const { name: setName, namespace = '' } = set.metadata;
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => {
    const { metadata, spec } = template;
    const labels = { ...metadata.labels, ...set.spec?.selector.matchLabels };
    return {
      volume: metadata.name,
      claim: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: `${metadata.name}-${setName}-${ordinal}`,
          namespace,
          ...(Object.keys(labels).length === 0 ? {} : { labels }),
          ...(metadata.annotations === undefined ? {} : { annotations: { ...metadata.annotations } }),
        },
        ...(spec === undefined ? {} : { spec: clone(spec) }),
      },
    };
  });
}
