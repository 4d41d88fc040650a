// The client port: how controllers and the scheduler act. Inside a cluster it runs the same pipeline that HTTP
// requests run, under the component's own identity, and answers at once; nothing here is asynchronous.
//
// Objects that come out are shared and must not be changed: `clone` (src/lib/json.ts) before an update.

import type { UsageSource } from './metrics/v1beta1/measurement.ts';
import type { Draft, KubeObject } from './object.ts';
import type { ResourceMap, ResourceName } from './resources.ts';
import type { Result } from './status.ts';
import type { EventType } from './types.ts';
import type { Scale } from './types/autoscaling-v1.ts';
import type { CertificateSigningRequest } from './types/certificates-v1.ts';
import type { Namespace } from './types/core-v1.ts';

export interface ListOptions {
  /** All namespaces where absent. */
  readonly namespace?: string;
  /** An index term: `node:worker-1` for the pods bound to a node, `owner:UID` for dependents. */
  readonly term?: string;
  /** Keep only objects that carry these labels. */
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** What is scaled. */
export interface ScaleTarget {
  /** '' or missing for the core group's `v1`. */
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
}

/** An index term, or a namespace; neither: all objects. */
export type ViewOptions = { readonly term: string } | { readonly namespace?: string };

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** What an Event speaks of. */
export interface EventInput {
  readonly regarding: KubeObject;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  /** e.g. `spec.containers{web}`. */
  readonly fieldPath?: string;
  /** Set by reporters of the newer events.k8s.io form (the scheduler): `Binding`. Such Events have a series, not a count. */
  readonly action?: string;
  /** Node the reporter runs on (kubelet events). */
  readonly host?: string;
}

/** One resource that the cluster serves. */
export interface ResourceInfo {
  readonly resource: ResourceName;
  readonly namespaced: boolean;
  readonly kind: string;
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
}

/**
 * What is remembered of each object of a resource for those who look at many of them at once. Declared once, at the top of
 * a module: what it gives is kept for as long as the object does not change.
 */
export interface View<R extends ResourceName, T extends object> {
  readonly resource: R;
  /** Small, and nothing of `object` that is large: thousands are held. */
  of(object: ResourceMap[R]): T;
}

export interface Reader {
  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceMap[R] | undefined;
  /** In key order: namespace, then name. */
  list<R extends ResourceName>(resource: R, options?: ListOptions): Array<ResourceMap[R]>;
  /** What `list` gives, in its order, seen through a view: for lists of thousands, of which few have changed since. */
  view<R extends ResourceName, T extends object>(view: View<R, T>, options: ViewOptions): T[];
  /** Every live object with this index term, of any resource (`owner:UID`). */
  byTerm(term: string): KubeObject[];
  /** Where what the pods of a node use is known from. */
  usageSource(node: string): UsageSource;
  /**
   * The scale subresource of an object of any kind that has one, by its group and kind, whatever the version. Its version is
   * the object's.
   */
  scale(namespace: string, target: ScaleTarget): Result<Scale>;
  /** Every resource whose objects the log holds (each once, however many versions it is served in). */
  resources(): readonly ResourceInfo[];
}

export interface Client extends Reader {
  create<R extends ResourceName>(resource: R, object: Draft<ResourceMap[R]>): Result<ResourceMap[R]>;
  /** Refused with Conflict unless metadata.resourceVersion is the current one. An update that changes nothing writes nothing. */
  update<R extends ResourceName>(resource: R, object: ResourceMap[R]): Result<ResourceMap[R]>;
  /** Sets the replicas. Refused with Conflict unless metadata.resourceVersion is the current one. */
  updateScale(namespace: string, target: ScaleTarget, scale: Scale): Result<undefined>;
  updateStatus<R extends ResourceName>(resource: R, object: ResourceMap[R]): Result<ResourceMap[R]>;
  delete(
    resource: ResourceName,
    namespace: string,
    name: string,
    options?: DeleteOptions,
  ): Result<KubeObject | undefined>;
  /**
   * namespaces/finalize: writes spec.finalizers alone. A terminating namespace left without any finalizer is gone at once.
   */
  finalize(namespace: Namespace): Result<Namespace>;
  /** certificatesigningrequests/approval: writes its conditions. */
  approve(request: CertificateSigningRequest): Result<CertificateSigningRequest>;
  /** pods/binding. */
  bind(namespace: string, pod: string, uid: string, node: string): Result<undefined>;
  /** pods/eviction: a deletion that disruption budgets may refuse (TooManyRequests). */
  evict(namespace: string, pod: string): Result<undefined>;
  /** Records an Event; a repeat of the same one raises its count, as upstream's event correlator does. */
  event(input: EventInput): void;
}
