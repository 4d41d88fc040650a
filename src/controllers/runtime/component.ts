// What the runtime drives: controllers and the scheduler alike. It feeds them the log's changes in order, gives
// them turns, and keeps their timers; it does so inside an alarm, in slices, and a crash at any point only repeats work.

import type { Client } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceName } from '../../api/resources.ts';
import type { Random } from '../../lib/random.ts';

/** One event of the log as a component sees it. `object` is the state after it (of a delete: the last state). */
export interface Change {
  readonly rev: number;
  readonly resource: ResourceName;
  readonly verb: 'create' | 'update' | 'delete';
  readonly namespace: string;
  readonly name: string;
  readonly object: KubeObject;
  /** The state before it; undefined on create. Read on demand. */
  readonly old: KubeObject | undefined;
}

/** What can be told of an event without parsing its object. */
export interface Notice {
  readonly resource: ResourceName;
  readonly verb: 'create' | 'update' | 'delete';
  /** The stored JSON text of the object. */
  readonly text: string;
  /** Whether a live object names this one as its owner. */
  isOwner(): boolean;
  /** Whether the object's namespace is being deleted. */
  isNamespaceEnding(): boolean;
  /** Whether the object's namespace holds objects of a resource. */
  namespaceHolds(resource: ResourceName): boolean;
}

export interface Context {
  /** Its writes name as their cause the newest change that led to this call. */
  readonly client: Client;
  /** The same client with another cause: the revision (a resourceVersion, say) that led to the write. */
  causedBy(rev: number): Client;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
  /** In a controller's reconcile: when the key's timer is or was due, in milliseconds since the epoch. Undefined: it has none. */
  readonly due?: number;
}

/** What comes after a reconcile. Nothing: done until the next change. */
export interface Outcome {
  /** Come back after so many milliseconds, even across a restart. */
  readonly requeueAfter?: number;
  /** The attempt failed (a conflict, say): come back with exponential backoff. The text goes to the log. */
  readonly error?: string;
}

export interface Controller {
  /** `deployment-controller`: the user is `system:serviceaccount:kube-system:<name>`, the queue and the metrics bear it too. */
  readonly name: string;
  /** `source.component` of its Events. Default: name. */
  readonly eventSource?: string;
  /** The keys (`namespace/name`, or any text the controller likes) to reconcile after a change, by resource. */
  readonly watches: {
    readonly [R in ResourceName]?: (change: Change, context: Context) => Iterable<string>;
  };
  /** For a controller of every resource: `interest` says cheaply which events may matter, `keys` maps those to keys. */
  readonly watchesAll?: {
    interest(notice: Notice): boolean;
    keys(change: Change, context: Context): Iterable<string>;
  };
  /** From a key alone; level-triggered, idempotent. Never throws for an expected failure. */
  reconcile(key: string, context: Context): Outcome | undefined;
}

/**
 * The general form, for what is more than a map of keys (the scheduler's queue and cache).
 * `start` runs once after each cold start, before the first `observe`, and must rebuild all in-memory state by listing.
 */
export interface Component {
  readonly name: string;
  readonly eventSource?: string;
  readonly resources: readonly ResourceName[] | 'all';
  /** Cheap test before an object is parsed or the alarm is armed: false means that `observe` need not see the event. */
  interest?(notice: Notice): boolean;
  start(context: Context): void;
  /**
   * Takes every live object as if it had just been made. Called after `start` where the log cannot tell what the component
   * missed. A component whose `start` lists everything leaves it out.
   */
  prime?(context: Context): void;
  /** A durable timer of the component is due (or overdue, since `due`). */
  wake?(key: string, cause: number, due: number): void;
  observe(change: Change, context: Context): void;
  /** One bounded piece of work. True: there was some, call again; false: nothing to do now. */
  step(context: Context): boolean;
  /** When `step` should be called although nothing changed: milliseconds since the epoch. Undefined: never. */
  nextDue(): number | undefined;
  /**
   * The oldest observed revision whose work is not done yet; the durable cursor stays below it. Undefined: all is done.
   * A component that rebuilds everything in `start` leaves it out.
   */
  oldestPending?(): number | undefined;
}
