// The store: reads and appends objects of one cluster as typed kinds over the event log. It knows how kinds are
// laid out in the log (resource, text, terms), not what create, update and delete mean (create.ts, update.ts, delete.ts).

import type { Client, View } from '../api/client.ts';
import type { EventLog, Row } from '../eventlog/log.ts';
import type { Kind, StrategyContext } from '../api/kind.ts';
import { apiVersionOf, resourceName } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import type { ResourceName } from '../api/resources.ts';
import type { Result } from '../api/status.ts';
import { conflict, fail, OBJECT_MODIFIED, ok, tooLarge } from '../api/status.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { toCanonical } from './canonical.ts';
import { accompany } from './companions.ts';
import type { Heartbeats } from './heartbeats.ts';
import { NODE_LEASE_NAMESPACE } from './heartbeats.ts';
import { FieldScopes } from './managed-fields/field-scope.ts';
import { ObjectCache } from './object-cache.ts';
import { objectText, orderedMeta, orderedText } from './text.ts';
import { Views } from './views.ts';
import type { WriteContext, Written } from './write.ts';

/** The largest object text, in UTF-16 code units or bytes, whichever is met first; rows hold at most 2 MB. */
const MAX_OBJECT_BYTES = 1_572_864;
const CACHE_BYTES = 3 << 20;

export interface StoreOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly heartbeats: Heartbeats;
  /** Writes in the name of the server itself, because of the revision `cause`: how companions are made. */
  loopback(cause: number): Client;
}

/** Where a kind's objects lie in the log: events.k8s.io Events are rows of `events`. */
export function logResource(kind: Kind): string {
  return kind.storedAs?.resource ?? resourceName(kind);
}

export class Store {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly heartbeats: Heartbeats;
  readonly fieldScopes = new FieldScopes();
  readonly #loopback: StoreOptions['loopback'];
  readonly #cache = new ObjectCache(CACHE_BYTES);
  readonly #views = new Views();
  /** Of the log, when the views were last sure to tell of its states. */
  #undone = 0;

  constructor(options: StoreOptions) {
    this.log = options.log;
    this.clock = options.clock;
    this.random = options.random;
    this.heartbeats = options.heartbeats;
    this.#loopback = (cause) => options.loopback(cause);
  }

  context(dryRun: boolean): StrategyContext {
    return {
      now: this.clock.now(),
      random: this.random,
      dryRun,
      live: (resource) => this.log.list({ resource }).map((row) => this.parseStored(row)) as never,
      termInUse: (term) => this.log.byTerm(term).length > 0,
    };
  }

  /** The row of a live object. */
  row(kind: Kind, namespace: string, name: string): Row | undefined {
    return this.log.get({ resource: logResource(kind), namespace, name });
  }

  /** The object of a row, in the served form of `kind`. Shared: do not change it. */
  parse(kind: Kind, row: Row): KubeObject {
    return this.shown(kind, this.#overlay(row, this.#cache.parse(row)));
  }

  /** The served form of an object in the log's. */
  shown(kind: Kind, stored: KubeObject): KubeObject {
    const { storedAs, rereading } = kind;
    const read = rereading !== undefined && isOutdated(kind, stored) ? toCanonical(rereading.by, stored) : stored;
    return storedAs === undefined ? read : storedAs.fromStored(read);
  }

  /** The object of a row in the log's own form. Shared: do not change it. */
  parseStored(row: Pick<Row, 'rev' | 'object'>): KubeObject {
    return this.#cache.parse(row);
  }

  /** Of live objects of `kind` at these revisions, in their order. `read` is told how many had to be read. */
  view<T extends object>(
    kind: Kind,
    view: View<ResourceName, T>['of'],
    revisions: readonly number[],
    read: (count: number) => void,
  ): T[] {
    // What was read inside a transaction that was undone may not be what its revision stands for now.
    if (this.#undone !== this.log.undone) this.#views.clear();
    this.#undone = this.log.undone;
    return this.#views.of(view, revisions, (missing) => {
      read(missing.length);
      return this.log.rows(missing).map((row) => this.parse(kind, row));
    });
  }

  get(kind: Kind, namespace: string, name: string): KubeObject | undefined {
    const row = this.row(kind, namespace, name);
    return row === undefined ? undefined : this.parse(kind, row);
  }

  /** The text that clients are served for a row: the log's own wherever it can be. */
  served(kind: Kind, row: Row): string {
    if (kind.storedAs === undefined && !isNodeLease(row) && row.rev >= (kind.rereading?.since ?? 0)) return row.object;
    return objectText(this.parse(kind, row), row.rev);
  }

  /** The same for a text of the log that is at hand without its row's key, as in watch frames. */
  servedText(kind: Kind, text: string): string {
    if (isServedAsStored(kind)) return text;
    const stored = JSON.parse(text) as KubeObject;
    if (kind.storedAs === undefined && !isOutdated(kind, stored)) return text;
    return objectText(this.shown(kind, stored), Number(stored.metadata.resourceVersion));
  }

  /** Index terms of an object in the log's form. */
  terms(kind: Kind, object: KubeObject): string[] {
    const terms = kind.terms?.(object) ?? [];
    for (const owner of object.metadata.ownerReferences ?? []) terms.push(`owner:${owner.uid}`);
    return terms;
  }

  /**
   * Appends the object's new state. `object` (in the served form) becomes shared: the caller gives it away.
   * A dry run appends nothing and answers without a resourceVersion of its own.
   */
  append(
    kind: Kind,
    verb: 'create' | 'update' | 'delete',
    object: KubeObject,
    expected: number,
    write: WriteContext,
  ): Result<Written> {
    if (write.dryRun) return ok({ object, text: objectText(object, expected) });
    if (kind.companions === undefined) return this.#append(kind, verb, object, expected, write);
    const { namespace = '', name } = object.metadata;
    const before = verb === 'create' ? undefined : this.get(kind, namespace, name);
    const written = this.#append(kind, verb, object, expected, write);
    if (written.ok) {
      const loopback = this.#loopback(Number(object.metadata.resourceVersion));
      accompany(loopback, kind, before, verb === 'delete' ? undefined : object);
    }
    return written;
  }

  #append(
    kind: Kind,
    verb: 'create' | 'update' | 'delete',
    object: KubeObject,
    expected: number,
    write: WriteContext,
  ): Result<Written> {
    const stored = kind.storedAs === undefined ? object : kind.storedAs.toStored(object);
    const { namespace = '', name, uid } = object.metadata;
    const rev = this.log.head + 1;
    // In the text's order, so that the object that is cached is the one that a parse of the text would give.
    stored.metadata = orderedMeta(stored.metadata, rev);
    if (stored !== object) object.metadata = orderedMeta(object.metadata, rev);
    let text = orderedText(stored);
    if (text.length > MAX_OBJECT_BYTES && stored.metadata.managedFields !== undefined) {
      // Who owns what is given up before the object is.
      delete stored.metadata.managedFields;
      delete object.metadata.managedFields;
      text = orderedText(stored);
    }
    if (text.length > MAX_OBJECT_BYTES) return fail(tooLarge(`limit is ${MAX_OBJECT_BYTES}`));
    const appended = this.log.append({
      verb,
      resource: logResource(kind),
      namespace,
      name,
      uid,
      at: this.clock.now(),
      actor: write.actor,
      agent: write.agent,
      cause: write.cause,
      expected,
      terms: verb === 'delete' ? [] : this.terms(kind, stored),
      object: () => text,
    });
    if (!appended.ok) return fail(conflict(kind, name, OBJECT_MODIFIED));
    if (verb !== 'delete') this.#cache.put(appended.event.rev, stored, text);
    return ok({ object, text: kind.storedAs === undefined ? text : objectText(object, appended.event.rev) });
  }

  /** Whether the update is a heartbeat that needs no row: it is kept in memory, and reads show it. */
  absorbHeartbeat(row: Row, object: KubeObject): boolean {
    return isNodeLease(row) && this.heartbeats.absorb(object, this.#cache.parse(row));
  }

  #overlay(row: Row, object: KubeObject): KubeObject {
    return isNodeLease(row) ? this.heartbeats.overlay(object) : object;
  }
}

/** Whether all texts of the log are served as they are. */
export function isServedAsStored({ storedAs, rereading }: Kind): boolean {
  return storedAs === undefined && rereading === undefined;
}

function isOutdated({ rereading }: Kind, stored: KubeObject): boolean {
  return rereading !== undefined && Number(stored.metadata.resourceVersion) < rereading.since;
}

function isNodeLease(row: Row): boolean {
  return row.namespace === NODE_LEASE_NAMESPACE && row.resource === 'leases.coordination.k8s.io';
}

/** `{ group, resource }` of messages, and the kind's own apiVersion and kind on an object that lacks them. */
export function stampType(kind: Kind, object: KubeObject): void {
  object.kind = kind.kind;
  object.apiVersion = apiVersionOf(kind);
}
