// The revisions of a StatefulSet: the one that its pods came from, the one that they go to, and those before.
// Models kubernetes pkg/controller/statefulset/stateful_set_control.go (getStatefulSetRevisions, truncateHistory) and
// pkg/controller/history/controller_history.go (CreateControllerRevision, EqualRevision).

import type { Client } from '../../api/client.ts';
import type { ControllerRevision, StatefulSet } from '../../api/types/apps-v1.ts';
import type { Pod, PodTemplateSpec } from '../../api/types/core-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import { revisionHash } from '../common/history/revision-hash.ts';
import { nextNumber, removeRevision, renumber, REVISIONS, templatePatch, textOf } from '../common/history/revisions.ts';
import { controllerReference } from '../common/owners.ts';
import { revisionOf } from './identity.ts';

const HASH_LABEL = 'controller.kubernetes.io/hash';

export interface Revisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** Finds the revision of the template among the owned ones, or makes it, so that it is the newest. */
export function revisionsOf(
  client: Client,
  set: StatefulSet,
  owned: readonly ControllerRevision[],
): { readonly ok: true; readonly revisions: Revisions } | { readonly ok: false; readonly error: string } {
  const sorted = owned.toSorted(byNumber);
  const data = templatePatch(set.spec?.template);
  const collisionCount = set.status?.collisionCount ?? 0;
  const number = nextNumber(sorted);
  const equal = sorted.filter((revision) => deepEqual(revision.data, data)).at(-1);
  const newest = sorted.at(-1);
  let update: ControllerRevision;
  let collisions = collisionCount;
  if (equal !== undefined && newest !== undefined && deepEqual(newest.data, data)) update = newest;
  else if (equal !== undefined) {
    const error = renumber(client, equal, number);
    if (error !== undefined) return { ok: false, error };
    update = { ...equal, revision: number };
  } else {
    const made = make(client, set, data, number, collisionCount);
    if (!made.ok) return made;
    ({ revision: update, collisions } = made);
  }
  const current = sorted.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  return { ok: true, revisions: { current, update, collisionCount: collisions } };
}

function byNumber(a: ControllerRevision, b: ControllerRevision): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  const [from, to] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (from !== to) return from < to ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

type Made =
  | { readonly ok: true; readonly revision: ControllerRevision; readonly collisions: number }
  | { readonly ok: false; readonly error: string };

/** How often another name is tried where one is taken by a revision of other data; then the next reconcile goes on. */
const MOST_TRIES = 10;

function make(
  client: Client,
  set: StatefulSet,
  data: Record<string, unknown>,
  revision: number,
  collisionCount: number,
): Made {
  const { name: setName, namespace = '', annotations } = set.metadata;
  const labels = { ...set.spec?.template.metadata?.labels, [HASH_LABEL]: revisionHash(data, collisionCount) };
  let error = 'all names are taken';
  for (let collisions = collisionCount; collisions < collisionCount + MOST_TRIES; collisions++) {
    const name = `${setName}-${revisionHash(data, collisions)}`;
    const created = client.create(REVISIONS, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        namespace,
        labels,
        ...(annotations === undefined ? {} : { annotations: clone(annotations) }),
        ownerReferences: [controllerReference(set)],
      },
      data,
      revision,
    });
    if (created.ok) return { ok: true, revision: created.value, collisions };
    error = textOf(created.status);
    if (created.status.reason !== 'AlreadyExists') break;
    const there = client.get(REVISIONS, namespace, name);
    if (there !== undefined && deepEqual(there.data, data)) return { ok: true, revision: there, collisions };
  }
  return { ok: false, error };
}

/** The set with the template of a revision. */
export function atRevision(set: StatefulSet, { data }: ControllerRevision): StatefulSet {
  if (set.spec === undefined) return set;
  const held = (data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined)?.spec?.template;
  const { $patch: _, ...template } = held ?? {};
  return { ...set, spec: { ...set.spec, template } };
}

/** Removes the oldest of the revisions that neither the set nor a pod is of, as many as there are above the limit. */
export function truncateHistory(
  client: Client,
  set: StatefulSet,
  owned: readonly ControllerRevision[],
  { current, update }: Revisions,
  pods: readonly Pod[],
): string | undefined {
  const live = new Set([current.metadata.name, update.metadata.name, ...pods.map(revisionOf)]);
  const history = owned.filter(({ metadata }) => !live.has(metadata.name)).toSorted(byNumber);
  const limit = set.spec?.revisionHistoryLimit ?? 10;
  if (limit < 0) return undefined;
  for (const revision of history.slice(0, Math.max(0, history.length - limit))) {
    const error = removeRevision(client, revision);
    if (error !== undefined) return error;
  }
  return undefined;
}
