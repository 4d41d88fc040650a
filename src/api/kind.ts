// What a kind is: everything the server knows about one kind, declared once, in the kind's own file.
// Shared code never branches on a kind; it asks the kind. src/api/scheme.ts is the table of all kinds.
// Models kubernetes pkg/registry/*/*/strategy.go and pkg/printers/internalversion.

import type { Random } from '../lib/random.ts';
import type { FieldError } from '../schema/field-error.ts';
import type { OpenApiSchema } from '../schema/openapi.ts';
import type { StructSchema } from '../schema/structural.ts';
import type { Action } from './action.ts';
import type { ComputedStrategy } from './computed.ts';
import type { Connector } from './connect.ts';
import type { Draft, KubeObject } from './object.ts';
import type { ResourceMap, ResourceName } from './resources.ts';
import type { ReviewStrategy } from './review.ts';
import type { Status } from './status.ts';
import type { CustomResourceColumnDefinition } from './types/apiextensions-v1.ts';
import type { Scale } from './types/autoscaling-v1.ts';

export type ApiVerb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** What a strategy may ask of the cluster. */
export interface StrategyContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
  /** True for a dry run: nothing may be allocated for good. */
  readonly dryRun: boolean;
  /** The live objects of a resource, in key order: for kinds of which a cluster has few. Shared: do not change them. */
  live<R extends ResourceName>(resource: R): ReadonlyArray<ResourceMap[R]>;
  /** Whether any live object carries this index term (see `Kind.terms`). */
  termInUse(term: string): boolean;
}

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  /** 0 is shown always, 1 only with `-o wide`. */
  readonly priority?: number;
  readonly description?: string;
}

export type Cell = string | number | boolean | null;

export interface Printer<T extends KubeObject> {
  readonly columns: readonly Column[];
  /** One cell for every column, the wide ones too. `now` in milliseconds since the epoch. */
  cells(object: T, now: number): Cell[];
  /** Row conditions, such as Completed of a finished pod. */
  conditions?(object: T): Array<{ type: string; status: string; reason?: string; message?: string }>;
}

/** An object that lives with another: it is made and removed in the transaction of the other's write. */
export interface Companion {
  readonly resource: ResourceName;
  readonly object: Draft;
}

/** The `status` subresource: a write to it keeps everything but status; a write elsewhere keeps status. */
export interface StatusStrategy<T extends KubeObject> {
  /** A create may carry a status (Node). Default: it is dropped. */
  readonly keptOnCreate?: boolean;
  /** Runs after the shared rule (spec and metadata of `old` are kept, labels and annotations too unless the kind lets them pass). */
  prepare?(object: T, old: T, context: StrategyContext): void;
  validate?(object: T, old: T, context: StrategyContext): FieldError[];
  /** Fields that its writes do not write, as `metadata.labels`: no one comes to own them by it. Default: spec. */
  readonly resetFields?: readonly string[];
}

export interface ScaleStrategy<T extends KubeObject> {
  get(object: T): Pick<Scale, 'spec' | 'status'>;
  /** Sets spec.replicas. */
  set(object: T, replicas: number): void;
  /** Why this object has no scale to read, where it may lack one. */
  unreadable?(object: T): Status | undefined;
  /** Where the replicas are, for who owns them: elements of a field path. Default: those of spec.replicas. */
  readonly path?: readonly string[];
}

/** A subresource that reads and writes a part of its object, as pods/resize does. Metadata stays as it was. */
export interface PartStrategy<T extends KubeObject> {
  /** Its writes may change metadata: labels and annotations, say. Unset: they leave it alone. */
  readonly writesMetadata?: boolean;
  /** Sets everything back that is not of the part; metadata is settled by shared code. */
  prepare(object: T, old: T, context: StrategyContext): void;
  validate(object: T, old: T): FieldError[];
  /** Fields that its writes do not write, as `status.certificate`: no one comes to own them. Default: none. */
  readonly resetFields?: readonly string[];
}

export interface Kind<T extends KubeObject = KubeObject> {
  /** `''` for core. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, lower case: `pods`. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  /** Name in the schema table: `io.k8s.api.core.v1.Pod`. */
  readonly definition: string;
  /** Of a kind that is not in the table: a custom resource's. */
  readonly schema?: StructSchema;
  /** Its OpenAPI schema, likewise. */
  openApi?(): OpenApiSchema;
  /** Why nothing can be read or written in this version: it would need a conversion that is not there. */
  readonly unavailable?: string;
  /** Its objects are being removed for good, and none can be made. */
  readonly closing?: boolean;
  /** Where upstream keeps it in etcd, which some messages tell. Default: resource. */
  readonly storagePath?: string;
  /** Default: all. */
  readonly verbs?: readonly ApiVerb[];
  /** Text of the `Warning:` header that every request for this version gets, reads and refusals too. */
  readonly deprecated?: string;

  /** Set where another kind's rows are served in this form (events.k8s.io Event over core Event). */
  readonly storedAs?: {
    readonly kind: string;
    readonly apiVersion: string;
    /** Log resource, `events`. */
    readonly resource: string;
    toStored(object: T): KubeObject;
    fromStored(object: KubeObject): T;
  };
  /** Of a kind whose schema changes: what is read of objects that were written under another one. */
  readonly rereading?: {
    /** Objects of this revision and later ones are as they should be. */
    readonly since: number;
    /** By whose schema older ones are pruned and given defaults: the kind in whose form the log holds them. */
    readonly by: Kind;
  };

  /**
   * Errors of a name, as texts (`a lowercase RFC 1123 subdomain must consist of …`). `prefix` is true for a
   * generateName. Default: RFC 1123 subdomain.
   */
  validateName?(name: string, prefix: boolean): string[];

  /** A finalizer needs no domain: of kinds that upstream's core does not know. */
  readonly plainFinalizers?: boolean;

  /** Fills in the kind's defaults, in place. Runs on decoded input and before validation. Idempotent. */
  setDefaults?(object: T): void;
  /**
   * Gives the object what the cluster has a bounded number of (addresses, ports), in place, before all that follows.
   * Taken is what the terms of live objects name: nothing is to be given back where the write fails. A refusal is the answer.
   */
  allocate?(object: T, old: T | undefined, context: StrategyContext): Status | undefined;
  /** Resets what a client may not set on create, sets generation. Status is dropped already where `status` is declared. */
  prepareForCreate?(object: T, context: StrategyContext): void;
  /** Resets what a client may not change. Status is kept from `old` already where `status` is declared. */
  prepareForUpdate?(object: T, old: T, context: StrategyContext): void;
  /** Last touch on create, once a generated name is known. */
  canonicalize?(object: T): void;
  /** metadata is validated by shared code before. */
  validate?(object: T, context: StrategyContext): FieldError[];
  /** Last touch on a valid new object: what defaulting adds to what the strategy made. */
  settle?(object: T): void;
  /** Runs instead of `validate` on update; call `validate` where upstream does. Shared code has checked immutable metadata. */
  validateUpdate?(object: T, old: T, context: StrategyContext): FieldError[];
  /** Texts for `Warning:` headers. */
  warnings?(object: T, old: T | undefined): string[];
  /** generation counts changes of spec (and of deletionTimestamp). */
  readonly hasGeneration?: boolean;
  /** PUT of a missing name creates it (Lease, Endpoints, Event, …). */
  readonly allowCreateOnUpdate?: boolean;
  /** PUT without resourceVersion overwrites. Default true. */
  readonly allowUnconditionalUpdate?: boolean;

  /** Fields that writes of the object do not write, as `metadata.labels`: no one comes to own them. Default: status, where it is a subresource. */
  readonly resetFields?: readonly string[];
  readonly status?: StatusStrategy<T>;
  readonly scale?: ScaleStrategy<T>;
  /** Subresources beside `status` and `scale` that are read and written as the object itself. */
  readonly parts?: Readonly<Record<string, PartStrategy<T>>>;
  readonly actions?: Readonly<Record<string, Action<T>>>;
  /** Subresources that lead to a node, a container or a Service. */
  readonly connections?: Readonly<Record<string, Connector>>;
  /** POST to this kind's collection acts on an object of another (`bindings` on pods); nothing of this kind is stored. */
  readonly collectionAction?: {
    /** Log resource of the object: `pods`. */
    readonly resource: string;
    readonly action: Action<KubeObject>;
  };

  /** A question: a POST to the collection is answered, and nothing is stored. */
  readonly review?: ReviewStrategy<T>;
  /** Its objects are worked out when they are read: nothing is stored. */
  readonly computed?: ComputedStrategy<T>;

  /** Selectable fields beyond metadata.name and metadata.namespace, with their values of this object. */
  fields?(object: T): Record<string, string>;
  /** The labels of `fields`, in the order upstream lists them. */
  readonly fieldLabels?: readonly string[];
  /** Why a label is refused that is none of them, where upstream does not say so in the usual words. */
  unknownFieldLabel?(label: string): string;
  /** Index terms: `node:worker-1`, `clusterip:10.96.0.1`. Owner terms (`owner:UID`) are added by shared code. */
  terms?(object: T): string[];
  /** The server's own objects beside it: made where a write comes to name them, removed where one no longer does. */
  companions?(object: T): Companion[];

  readonly printer: Printer<T>;
  /** What `printer` was made of, where that is data: whoever renders tables elsewhere makes it again. */
  readonly columns?: readonly CustomResourceColumnDefinition[];

  /**
   * Seconds of grace for a deletion, given those asked for (undefined: none named). Absent: deleted at once.
   * 0 also means at once.
   */
  gracePeriod?(object: T, requested: number | undefined): number;
  /** A kind that keeps its terminating objects back by its own means (Namespace: spec.finalizers). */
  readonly deletion?: {
    /** The subresource `finalize` is served. */
    readonly finalize?: boolean;
    /** Changes the object in place as its deletion begins (deletionTimestamp is set already). */
    begin(object: T): void;
    isHeldBack(object: T): boolean;
  };
  /** A finished delete answers with the object instead of a Status (pods, services, …). */
  readonly deleteReturnsObject?: boolean;
  /** Dependents' fate when the client names none. Default Background. */
  readonly defaultPropagation?: 'Orphan' | 'Background';
  /** What a delete is warned of that names no propagation. */
  readonly orphanWarning?: string;
}

/** `pods` or `deployments.apps`: how the log, the client port and error messages name a resource. */
export function resourceName(kind: Pick<Kind, 'group' | 'resource'>): string {
  return kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
}

/** `v1` or `apps/v1`. */
/** What a table of objects needs of their kind. */
export type PrintedKind = Pick<Kind, 'group' | 'version' | 'kind' | 'printer'>;

export function apiVersionOf(kind: Pick<Kind, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** The group that refusals of invalid objects name: that of the form in which the kind is validated. */
export function validatedGroup({ group, storedAs }: Kind): string {
  if (storedAs === undefined) return group;
  const slash = storedAs.apiVersion.indexOf('/');
  return slash < 0 ? '' : storedAs.apiVersion.slice(0, slash);
}

/** Keeps the type parameter inside the kind's file: the table holds `Kind`. */
export function defineKind<T extends KubeObject>(kind: Kind<T>): Kind {
  return kind;
}
