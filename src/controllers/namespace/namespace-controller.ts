// Empties a namespace that is being deleted, and then lets it go.
// Models kubernetes pkg/controller/namespace/deletion/namespaced_resources_deleter.go.
//
// 1. Pods go first; everything else once no pod is left.
// 2. Every object of the namespace that is deleted brings the namespace back: nothing is polled.
// 3. The namespace's own finalizer is taken away only when no object is left in it.

import type { Client } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceName } from '../../api/resources.ts';
import type { Namespace } from '../../api/types/core-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import type { Remains } from './conditions.ts';
import { nextConditions } from './conditions.ts';

const FINALIZER = 'kubernetes';
/** Objects deleted in one reconcile; the rest follow at once, in the next. */
const BATCH = 200;

export const namespaceController: Controller = {
  name: 'namespace-controller',
  watches: {
    namespaces: ({ verb, name, object }) =>
      verb !== 'delete' && object.metadata.deletionTimestamp !== undefined ? [name] : [],
  },
  watchesAll: {
    interest: (notice) => notice.verb === 'delete' && notice.isNamespaceEnding(),
    keys: keysOfDeleted,
  },
  reconcile,
};

function keysOfDeleted({ verb, namespace }: Change, { client }: Context): Iterable<string> {
  if (verb !== 'delete' || namespace === '') return [];
  return client.get('namespaces', '', namespace)?.metadata.deletionTimestamp === undefined ? [] : [namespace];
}

function reconcile(key: string, { client, now }: Context): Outcome | undefined {
  const namespace = client.get('namespaces', '', key);
  if (namespace?.metadata.deletionTimestamp === undefined || !(namespace.spec?.finalizers ?? []).includes(FINALIZER))
    return undefined;
  const { remains, interrupted } = empty(client, key);
  if (interrupted) return { requeueAfter: 1 };
  const conditions = nextConditions(namespace.status?.conditions ?? [], remains, now);
  const noted = writeConditions(client, namespace, conditions);
  if (typeof noted === 'string') return { error: noted };
  if (remains.errors.length > 0) return { error: remains.errors.join(', ') };
  if (remains.resources.size > 0) return undefined;
  const next = clone(noted);
  next.spec = { ...next.spec, finalizers: (next.spec?.finalizers ?? []).filter((name) => name !== FINALIZER) };
  const finalized = client.finalize(next);
  return finalized.ok || finalized.status.reason === 'NotFound'
    ? undefined
    : { error: finalized.status.message ?? 'refused' };
}

interface Emptied {
  readonly remains: Remains;
  /** The batch is full, and there is more to delete. */
  readonly interrupted: boolean;
}

function empty(client: Client, namespace: string): Emptied {
  const resources = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const errors: string[] = [];
  const remains = { resources, finalizers, errors };
  let budget = BATCH;
  for (const resource of podsFirst(client)) {
    const objects = client
      .list(resource, { namespace })
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    for (const object of objects) {
      if (budget-- <= 0) return { remains, interrupted: true };
      const error = remove(client, resource, object);
      if (error !== undefined) errors.push(error);
    }
    const left: KubeObject[] = client.list(resource, { namespace });
    for (const { metadata } of left) {
      for (const finalizer of metadata.finalizers ?? [])
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
    }
    if (left.length > 0) resources.set(resource.includes('.') ? resource : `${resource}.`, left.length);
    // Rule 1.
    if (resource === 'pods' && left.length > 0) break;
  }
  return { remains, interrupted: false };
}

function podsFirst(client: Client): ResourceName[] {
  const all = client
    .resources()
    .filter(({ namespaced }) => namespaced)
    .map(({ resource }) => resource);
  return [...all.filter((resource) => resource === 'pods'), ...all.filter((resource) => resource !== 'pods')];
}

function remove(client: Client, resource: ResourceName, { metadata }: KubeObject): string | undefined {
  const options = { propagationPolicy: 'Background', preconditions: { uid: metadata.uid } } as const;
  const deleted = client.delete(resource, metadata.namespace ?? '', metadata.name, options);
  return deleted.ok || deleted.status.reason === 'NotFound' ? undefined : deleted.status.message;
}

/** The namespace as it is then, or why it could not be written. */
function writeConditions(
  client: Client,
  namespace: Namespace,
  conditions: (Namespace['status'] & object)['conditions'] & object,
): Namespace | string {
  if (deepEqual(conditions, namespace.status?.conditions ?? [])) return namespace;
  const status = { ...namespace.status, phase: 'Terminating', conditions };
  const written = client.updateStatus('namespaces', { ...namespace, status });
  return written.ok ? written.value : (written.status.message ?? 'refused');
}
