// Objects, feed, cursors and timers in memory, with an undo list so that transactions nest.

import { persistentVolumeClaim } from '../../api/core/v1/persistent-volume-claim.ts';
import { persistentVolume } from '../../api/core/v1/persistent-volume.ts';
import { pod } from '../../api/core/v1/pod.ts';
import { service } from '../../api/core/v1/service.ts';
import { ipAddress } from '../../api/networking/v1/ip-address.ts';
import { storageClass } from '../../api/storage/v1/storage-class.ts';
import { volumeAttachment } from '../../api/storage/v1/volume-attachment.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceName } from '../../api/resources.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Feed, FeedEvent, RuntimeStore, Timer } from '../runtime/ports.ts';

/** An event of the fake log, with what tests ask for besides. */
export interface FakeEvent extends FeedEvent {
  readonly actor: string;
  readonly cause: number;
}

export interface FakeWrite {
  readonly verb: 'create' | 'update' | 'delete';
  readonly resource: ResourceName;
  readonly namespace: string;
  readonly name: string;
  readonly actor: string;
  readonly cause: number;
  /** Gets its resourceVersion here. */
  readonly object: KubeObject;
}

export class FakeStore implements RuntimeStore, Feed {
  readonly events: FakeEvent[] = [];
  compacted = 0;
  readonly #clock: Clock;
  readonly #objects = new Map<string, KubeObject>();
  readonly #resources = new Map<ResourceName, Set<string>>();
  readonly #terms = new Map<string, Set<string>>();
  readonly #cursors = new Map<string, number>();
  readonly #timers = new Map<string, Timer>();
  #undo: Array<() => void> = [];
  #depth = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get head(): number {
    return this.events.length;
  }

  changesAfter(rev: number, limit: number): FakeEvent[] {
    return this.events.slice(rev, rev + limit);
  }

  get(resource: ResourceName, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(idOf(resource, namespace, name));
  }

  list(resource: ResourceName, term?: string): KubeObject[] {
    const all = this.#resources.get(resource) ?? new Set();
    const ids = term === undefined ? [...all] : [...(this.#terms.get(term) ?? [])].filter((id) => all.has(id));
    return this.#inOrder(ids);
  }

  byTerm(term: string): KubeObject[] {
    return this.#inOrder([...(this.#terms.get(term) ?? [])]);
  }

  write(write: FakeWrite): KubeObject {
    const { verb, resource, namespace, name } = write;
    const id = idOf(resource, namespace, name);
    const rev = this.head + 1;
    const before = this.#objects.get(id);
    const object = { ...write.object, metadata: { ...write.object.metadata, resourceVersion: String(rev) } };
    this.events.push({
      ...write,
      rev,
      at: this.#clock.now(),
      get text() {
        return JSON.stringify(object);
      },
      isOwner: () => this.byTerm(`owner:${object.metadata.uid}`).length > 0,
      namespaceHolds: (held) => this.list(held).some(({ metadata }) => metadata.namespace === namespace),
      isNamespaceEnding: () => this.get('namespaces', '', namespace)?.metadata.deletionTimestamp !== undefined,
      object: () => object,
      old: () => before,
    });
    this.#put(resource, id, verb === 'delete' ? undefined : object);
    this.#undo.push(() => {
      this.events.pop();
      this.#put(resource, id, before);
    });
    return object;
  }

  transaction<T>(body: () => T): T {
    const mark = this.#undo.length;
    this.#depth += 1;
    try {
      return body();
    } catch (error) {
      while (this.#undo.length > mark) this.#undo.pop()?.();
      throw error;
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#undo = [];
    }
  }

  cursor(name: string): number | undefined {
    return this.#cursors.get(name);
  }

  setCursor(name: string, rev: number): void {
    this.#change(this.#cursors, name, rev);
  }

  timer(component: string, key: string): Timer | undefined {
    return this.#timers.get(`${component} ${key}`);
  }

  setTimer(timer: Timer): void {
    this.#change(this.#timers, `${timer.component} ${timer.key}`, timer);
  }

  deleteTimer(component: string, key: string): void {
    this.#change(this.#timers, `${component} ${key}`, undefined);
  }

  dueTimers(now: number): Timer[] {
    return [...this.#timers.values()].filter(({ due }) => due <= now).toSorted((a, b) => a.due - b.due);
  }

  nextDue(): number | undefined {
    const times = [...this.#timers.values()].map(({ due }) => due);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #inOrder(ids: string[]): KubeObject[] {
    return ids.toSorted().flatMap((id) => this.#objects.get(id) ?? []);
  }

  #put(resource: ResourceName, id: string, object: KubeObject | undefined): void {
    const before = this.#objects.get(id);
    if (before !== undefined) for (const term of termsOf(before)) this.#terms.get(term)?.delete(id);
    if (object === undefined) {
      this.#objects.delete(id);
      this.#resources.get(resource)?.delete(id);
      return;
    }
    this.#objects.set(id, object);
    addTo(this.#resources, resource, id);
    for (const term of termsOf(object)) addTo(this.#terms, term, id);
  }

  #change<T>(map: Map<string, T>, key: string, value: T | undefined): void {
    const before = map.get(key);
    const put = (to: T | undefined): void => {
      if (to === undefined) map.delete(key);
      else map.set(key, to);
    };
    put(value);
    this.#undo.push(() => {
      put(before);
    });
  }
}

function addTo<K>(sets: Map<K, Set<string>>, key: K, id: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([id]));
  else set.add(id);
}

/** Kinds with index terms that controllers ask for. */
const KINDS = [pod, persistentVolumeClaim, persistentVolume, service, ipAddress, storageClass, volumeAttachment];

/** Sorts by resource, namespace, name. */
function idOf(resource: string, namespace: string, name: string): string {
  return `${resource}\u0000${namespace}\u0000${name}`;
}

function termsOf(object: KubeObject): string[] {
  const terms = (object.metadata.ownerReferences ?? []).map(({ uid }) => `owner:${uid}`);
  const kind = KINDS.find((one) => one.kind === object.kind);
  return [...terms, ...(kind?.terms?.(object) ?? [])];
}
