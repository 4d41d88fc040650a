// The ControllerRevisions of a DaemonSet: one for each template it has had, which `kubectl rollout undo` goes back to.
// Models kubernetes pkg/controller/daemon/update.go (constructHistory, snapshot, cleanupHistory).

import type { Client } from '../../api/client.ts';
import type { ControllerRevision, DaemonSet } from '../../api/types/apps-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import { controllerReference } from '../common/owners.ts';
import { podTemplateHash } from '../common/pod-template-hash.ts';
import {
  failureOf,
  nextNumber,
  removeRevision,
  renumber,
  REVISIONS,
  templatePatch,
  textOf,
} from '../common/history/revisions.ts';
import { HASH_LABEL } from './pod.ts';

export type Revisions =
  | { readonly ok: true; readonly hash: string; readonly old: readonly ControllerRevision[] }
  | { readonly ok: false; readonly error: string };

/** Finds the revision of the current template among the owned ones, or makes it; it gets the highest number. */
export function currentRevision(
  client: Client,
  set: DaemonSet,
  owned: readonly ControllerRevision[],
  pods: readonly Pod[],
): Revisions {
  const data = templatePatch(set.spec?.template);
  const current = owned.filter((revision) => deepEqual(revision.data, data));
  const old = owned.filter((revision) => !current.includes(revision));
  const number = nextNumber(old);
  const kept = current.toSorted((a, b) => a.revision - b.revision).at(-1);
  if (kept === undefined) return make(client, set, data, number, old);
  const hash = kept.metadata.labels?.[HASH_LABEL] ?? kept.metadata.name;
  const error =
    label(client, owned) ??
    renumber(client, kept, number) ??
    merge(
      client,
      current.filter((revision) => revision !== kept),
      pods,
      hash,
    );
  return error === undefined ? { ok: true, hash, old } : { ok: false, error };
}

function make(
  client: Client,
  set: DaemonSet,
  data: Record<string, unknown>,
  revision: number,
  old: readonly ControllerRevision[],
): Revisions {
  const { name: setName, namespace = '', annotations } = set.metadata;
  const hash = podTemplateHash(set.spec?.template ?? {}, set.status?.collisionCount);
  const name = `${setName}-${hash}`;
  const created = client.create(REVISIONS, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace,
      labels: { ...set.spec?.template.metadata?.labels, [HASH_LABEL]: hash },
      ...(annotations === undefined ? {} : { annotations: clone(annotations) }),
      ownerReferences: [controllerReference(set)],
    },
    data,
    revision,
  });
  if (created.ok) return { ok: true, hash, old };
  if (created.status.reason !== 'AlreadyExists') return { ok: false, error: textOf(created.status) };
  const there = client.get(REVISIONS, namespace, name);
  if (there !== undefined && deepEqual(there.data, data)) return { ok: true, hash, old };
  // Another template has the same hash: the count makes the next one differ.
  const collisionCount = (set.status?.collisionCount ?? 0) + 1;
  const status = { ...(set.status ?? EMPTY_STATUS), collisionCount };
  const counted = client.updateStatus('daemonsets.apps', { ...set, status });
  return { ok: false, error: textOf(counted.ok ? created.status : counted.status) };
}

const EMPTY_STATUS = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };

/** Those that were made elsewhere may lack the label; their name serves as well. */
function label(client: Client, owned: readonly ControllerRevision[]): string | undefined {
  let error: string | undefined;
  for (const revision of owned) {
    if (revision.metadata.labels?.[HASH_LABEL] !== undefined) continue;
    const next = clone(revision);
    next.metadata.labels = { ...next.metadata.labels, [HASH_LABEL]: next.metadata.name };
    error ??= failureOf(client.update(REVISIONS, next));
  }
  return error;
}

/** Removes revisions of the same template as that of `hash`, whose pods become its own. */
function merge(
  client: Client,
  duplicates: readonly ControllerRevision[],
  pods: readonly Pod[],
  hash: string,
): string | undefined {
  let error: string | undefined;
  if (duplicates.length === 0) return undefined;
  const hashes = new Set(duplicates.map(({ metadata }) => metadata.labels?.[HASH_LABEL] ?? metadata.name));
  for (const pod of pods) {
    if (!hashes.has(pod.metadata.labels?.[HASH_LABEL] ?? '')) continue;
    const next = clone(pod);
    next.metadata.labels = { ...next.metadata.labels, [HASH_LABEL]: hash };
    error ??= failureOf(client.update('pods', next));
  }
  for (const revision of duplicates) if (error === undefined) error = removeRevision(client, revision);
  return error;
}

/** Removes the oldest of the old revisions that no pod is of, as many as there are above the limit. */
export function cleanUpRevisions(
  client: Client,
  set: DaemonSet,
  old: readonly ControllerRevision[],
  pods: readonly Pod[],
): string | undefined {
  const surplus = old.length - (set.spec?.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return undefined;
  const live = new Set(pods.map(({ metadata }) => metadata.labels?.[HASH_LABEL]));
  const dead = old
    .filter(({ metadata }) => !live.has(metadata.labels?.[HASH_LABEL] ?? metadata.name))
    .toSorted((a, b) => a.revision - b.revision);
  let error: string | undefined;
  for (const revision of dead.slice(0, surplus)) error ??= removeRevision(client, revision);
  return error;
}
