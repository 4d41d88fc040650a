// Tells in a definition's status whether its names are its own and whether its resource is served, and empties the
// resource of one that is being deleted.
//
// 1. Keys: the definition's name. A change of one wakes its whole group: names that it gives up may be taken.
// 2. The resource is served as soon as the definition is written (served-kinds.ts judges by the same rules); the status
//    follows.
// 3. The finalizer goes when no object is left; objects are deleted in batches, and those with finalizers are waited for.
//
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/controller/{status,establish,finalizer}.

import { settledStatus } from '../../api/apiextensions/v1/crd-names.ts';
import { CLEANUP_FINALIZER } from '../../api/apiextensions/v1/custom-resource-definition.ts';
import type { Client } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceName } from '../../api/resources.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../../api/types/apiextensions-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import type { Change, Context, Controller, Notice, Outcome } from '../runtime/component.ts';

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
/** Objects deleted in one reconcile; the rest follow at once, in the next. */
const BATCH = 100;

export const customResourceDefinitionController: Controller = {
  name: 'customresourcedefinition-controller',
  watches: {},
  watchesAll: {
    // The end of an object may be the end of its definition's wait.
    interest: ({ resource, verb }: Notice) => resource === DEFINITIONS || (verb === 'delete' && resource.includes('.')),
    keys,
  },
  reconcile,
};

function keys({ resource, name, object }: Change, { client }: Context): Iterable<string> {
  if (resource !== DEFINITIONS) {
    const waiting = client.get(DEFINITIONS, '', resource);
    return waiting?.metadata.deletionTimestamp === undefined ? [] : [resource];
  }
  const { group } = (object as CustomResourceDefinition).spec;
  const others = client.list(DEFINITIONS).filter(({ spec }) => spec.group === group);
  return new Set([name, ...others.map(({ metadata }) => metadata.name)]);
}

function reconcile(key: string, { client, now }: Context): Outcome | undefined {
  const definition = client.get(DEFINITIONS, '', key);
  if (definition === undefined) return undefined;
  if (definition.metadata.deletionTimestamp !== undefined) return finalize(client, definition, now);
  const status = settledStatus(definition, client.list(DEFINITIONS), now);
  if (deepEqual(status, definition.status)) return undefined;
  return outcomeOf(client.updateStatus(DEFINITIONS, { ...definition, status }));
}

function finalize(client: Client, definition: CustomResourceDefinition, now: number): Outcome | undefined {
  const { metadata } = definition;
  if (!(metadata.finalizers ?? []).includes(CLEANUP_FINALIZER)) return undefined;
  const resource = metadata.name as ResourceName;
  const known = client.resources().some((info) => info.resource === resource);
  const objects: KubeObject[] = known ? client.list(resource) : [];
  const live = objects.filter((object) => object.metadata.deletionTimestamp === undefined);
  for (const object of live.slice(0, BATCH)) {
    const { namespace = '', name, uid } = object.metadata;
    const deleted = client.delete(resource, namespace, name, { preconditions: { uid } });
    if (!deleted.ok && deleted.status.reason !== 'NotFound') return { error: deleted.status.message ?? 'refused' };
  }
  if (live.length > BATCH) return { requeueAfter: 1 };
  if (known && client.list(resource).length > 0) {
    const message = 'CustomResource deletion is in progress';
    return outcomeOf(note(client, definition, 'True', 'InstanceDeletionInProgress', message, now));
  }
  const noted = note(client, definition, 'False', 'InstanceDeletionCompleted', 'removed all instances', now);
  if (!noted.ok) return outcomeOf(noted);
  const next = clone(noted.value);
  next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
  return outcomeOf(client.update(DEFINITIONS, next));
}

type Written = ReturnType<typeof note>;

function note(
  client: Client,
  definition: CustomResourceDefinition,
  status: string,
  reason: string,
  message: string,
  now: number,
) {
  const conditions = definition.status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'Terminating');
  const lastTransitionTime = old?.status === status ? old.lastTransitionTime : formatTime(now);
  const condition: CustomResourceDefinitionCondition = {
    type: 'Terminating',
    status,
    ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
    reason,
    message,
  };
  const others = conditions.filter(({ type }) => type !== 'Terminating');
  const next = { ...definition, status: { ...definition.status, conditions: [...others, condition] } };
  return client.updateStatus(DEFINITIONS, next);
}

function outcomeOf(written: Written): Outcome | undefined {
  return written.ok || written.status.reason === 'NotFound'
    ? undefined
    : { error: written.status.message ?? 'refused' };
}
