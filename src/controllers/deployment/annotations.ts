// Annotations that a Deployment keeps on itself and on its ReplicaSets: revisions, and the sizes of the last scaling.
// Models kubernetes pkg/controller/deployment/util/deployment_util.go.

import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.ts';
import { maxSurge, wanted } from './replicas.ts';

const PREFIX = 'deployment.kubernetes.io/';
export const REVISION = `${PREFIX}revision`;
const REVISION_HISTORY = `${PREFIX}revision-history`;
const DESIRED_REPLICAS = `${PREFIX}desired-replicas`;
const MAX_REPLICAS = `${PREFIX}max-replicas`;
/** Characters that the history of revisions may take. */
const HISTORY_LIMIT = 2000;

/** A Deployment's own annotations that its ReplicaSets do not get. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

type Annotations = Record<string, string>;

/** What fits into 64 bits, nearly. */
const INTEGER = /^-?[0-9]{1,19}$/;

function numberIn(set: ReplicaSet, name: string): number | undefined {
  const text = set.metadata.annotations?.[name];
  return text !== undefined && INTEGER.test(text) ? Number(text) : undefined;
}

export function revisionOf(set: ReplicaSet): bigint {
  const text = set.metadata.annotations?.[REVISION];
  return text !== undefined && INTEGER.test(text) ? BigInt(text) : 0n;
}

/** The Deployment's size when the set was last scaled. */
export function desiredReplicas(set: ReplicaSet): number | undefined {
  return numberIn(set, DESIRED_REPLICAS);
}

/** The Deployment's size with surge when the set was last scaled. */
export function maxReplicas(set: ReplicaSet): number | undefined {
  return numberIn(set, MAX_REPLICAS);
}

/** `annotations` with the sizes of now. */
export function withSizes(annotations: Annotations | undefined, deployment: Deployment): Annotations {
  const size = wanted(deployment);
  return { ...annotations, [DESIRED_REPLICAS]: String(size), [MAX_REPLICAS]: String(size + maxSurge(deployment)) };
}

/**
 * The annotations of the new ReplicaSet: those of the Deployment, and the revision. A set that is rolled back to gets the
 * new revision, and keeps its former ones as history.
 */
export function newSetAnnotations(
  deployment: Deployment,
  before: Annotations | undefined,
  revision: bigint,
): Annotations {
  const next: Annotations = { ...before };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(name)) next[name] = value;
  }
  const old = before?.[REVISION];
  if (old !== undefined && old !== '' && !INTEGER.test(old)) return next;
  const oldRevision = BigInt(old ?? 0);
  if (oldRevision >= revision) return next;
  next[REVISION] = String(revision);
  if (old !== undefined) {
    const history = withHistory(before?.[REVISION_HISTORY] ?? '', old);
    if (history !== undefined) next[REVISION_HISTORY] = history;
  }
  return next;
}

/** `history` with `revision` behind it, less what no longer fits in front. */
function withHistory(history: string, revision: string): string | undefined {
  if (history === '') return revision;
  const kept = history.split(',');
  let length = history.length + revision.length + 1;
  while (length > HISTORY_LIMIT && kept.length > 0) length -= (kept.shift()?.length ?? 0) + 1;
  return length <= HISTORY_LIMIT ? [...kept, revision].join(',') : undefined;
}
