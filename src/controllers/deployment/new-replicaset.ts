// The ReplicaSet of the Deployment's current template: found, marked with its revision, or made.
// Models kubernetes pkg/controller/deployment/sync.go getNewReplicaSet.

import type { Draft } from '../../api/object.ts';
import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.ts';
import type { PodTemplateSpec } from '../../api/types/core-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import { controllerOf, controllerReference } from '../common/owners.ts';
import { newSetAnnotations, REVISION, revisionOf, withSizes } from './annotations.ts';
import { condition, find, hasDeadline, withStatusCondition } from './conditions.ts';
import { podTemplateHash } from '../common/pod-template-hash.ts';
import { byCreation, newSize } from './replicas.ts';
import type { Sets } from './status.ts';
import type { Writer } from './writer.ts';

const HASH_LABEL = 'pod-template-hash';
/** Names of ReplicaSets are label values too. */
const MAX_NAME = 63;

/** Parts the owned sets into the current one, if there is one, and the others, and brings its revision up to date. */
export function findSets(writer: Writer, owned: readonly ReplicaSet[]): Sets {
  const template = writer.deployment.spec?.template;
  const found = owned.toSorted(byCreation).find((set) => sameTemplate(set.spec?.template, template));
  const old = owned.filter((set) => set !== found);
  return { current: found === undefined ? undefined : adoptRevision(writer, found, nextRevision(old)), old };
}

/** Makes the current set where there is none, unless that is refused (`writer.failure`). */
export function withCurrent(writer: Writer, { current, old }: Sets): Sets {
  return { current: current ?? createSet(writer, old, nextRevision(old)), old };
}

function nextRevision(old: readonly ReplicaSet[]): bigint {
  return old.map(revisionOf).reduce((newest, revision) => (revision > newest ? revision : newest), 0n) + 1n;
}

/** Whether two templates are alike but for the hash label. */
function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return deepEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { [HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {};
  const { creationTimestamp: __, ...metadata } = template?.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

function adoptRevision(writer: Writer, set: ReplicaSet, revision: bigint): ReplicaSet {
  const { deployment } = writer;
  const annotations = newSetAnnotations(deployment, set.metadata.annotations, revision);
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
  let current = set;
  if (!deepEqual(annotations, set.metadata.annotations ?? {}) || (set.spec?.minReadySeconds ?? 0) !== minReadySeconds) {
    const next = clone(set);
    next.metadata.annotations = annotations;
    if (next.spec !== undefined && (next.spec.minReadySeconds ?? 0) !== minReadySeconds)
      next.spec.minReadySeconds = minReadySeconds;
    current = writer.update(next);
  }
  let next = withRevision(deployment, annotations[REVISION] ?? '');
  if (hasDeadline(next) && find(next.status?.conditions, 'Progressing') === undefined) {
    const message = `Found new replica set "${current.metadata.name}"`;
    next = withStatusCondition(next, condition('Progressing', 'True', 'FoundNewReplicaSet', message, writer.now));
  }
  writer.writeStatus(next);
  return current;
}

function withRevision(deployment: Deployment, revision: string): Deployment {
  const { metadata } = deployment;
  if (metadata.annotations?.[REVISION] === revision) return deployment;
  return { ...deployment, metadata: { ...metadata, annotations: { ...metadata.annotations, [REVISION]: revision } } };
}

function createSet(writer: Writer, old: readonly ReplicaSet[], revision: bigint): ReplicaSet | undefined {
  if (writer.failure !== undefined) return undefined;
  const { deployment, client, now } = writer;
  const size = newSize(deployment, old, 0);
  const draft = draftOf(deployment, size, revision);
  const name = draft.metadata.name ?? '';
  const created = client.create('replicasets.apps', draft);
  if (created.ok) {
    if (size > 0) writer.event('Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
    const next = withRevision(deployment, String(revision));
    const progress = condition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`, now);
    writer.writeStatus(hasDeadline(next) ? withStatusCondition(next, progress) : next);
    return created.value;
  }
  const { status } = created;
  if (status.reason === 'AlreadyExists') {
    const existing = client.get('replicasets.apps', deployment.metadata.namespace ?? '', name);
    const ours = existing !== undefined && controllerOf(existing)?.uid === deployment.metadata.uid;
    if (ours && sameTemplate(existing.spec?.template, deployment.spec?.template)) {
      writer.writeStatus(withRevision(deployment, String(revision)));
      return existing;
    }
    // Another template has the same hash: the count makes the next one differ.
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    writer.writeStatus({ ...deployment, status: { ...deployment.status, collisionCount } });
  } else if (!isNamespaceTerminating(status)) {
    const message = `Failed to create new replica set "${name}": ${status.message ?? ''}`;
    const failed = condition('Progressing', 'False', 'ReplicaSetCreateError', message, now);
    if (hasDeadline(deployment)) writer.writeStatus(withStatusCondition(deployment, failed));
    writer.event('Warning', 'ReplicaSetCreateError', message);
  }
  writer.refused(created);
  return undefined;
}

function draftOf(deployment: Deployment, size: number, revision: bigint): Draft<ReplicaSet> {
  const { metadata, spec } = deployment;
  const template = clone(spec?.template ?? {});
  const hash = podTemplateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const { matchExpressions, matchLabels } = clone(spec?.selector ?? {});
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name.slice(0, MAX_NAME - hash.length - 1)}-${hash}`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { ...labels },
      annotations: withSizes(newSetAnnotations(deployment, undefined, revision), deployment),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: size,
      ...(spec?.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: {
        matchLabels: { ...matchLabels, [HASH_LABEL]: hash },
        ...(matchExpressions === undefined ? {} : { matchExpressions }),
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
