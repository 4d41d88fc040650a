// What the runtime needs of the cluster that it runs in. The cluster's shell implements these over SQLite and the event
// log; src/controllers/testing has them in memory.

import type { Client } from '../../api/client.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type { Notice } from './component.ts';

/** One event of the log. Parsing is put off until someone wants the object; it may be shared, so it is never changed. */
export interface FeedEvent extends Notice {
  readonly rev: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly namespace: string;
  readonly name: string;
  object(): KubeObject;
  /** The state before; undefined on create, or where compaction has taken it. */
  old(): KubeObject | undefined;
}

export interface Feed {
  /** Newest revision; 0 for an empty log. */
  readonly head: number;
  /** Events up to this revision cannot be read one by one any more. 0: all can. */
  readonly compacted: number;
  /** In order, with a revision above `rev`, at most `limit`. */
  changesAfter(rev: number, limit: number): FeedEvent[];
}

/** A reconcile to come, kept across restarts. */
export interface Timer {
  readonly component: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly due: number;
  /** How many attempts in a row have failed; 0 where none did. */
  readonly attempt: number;
  /** The revision that led to it, for the writes of the reconcile to come; 0: none. */
  readonly cause: number;
}

/** Durable state of the runtime. */
export interface RuntimeStore {
  cursor(name: string): number | undefined;
  setCursor(name: string, rev: number): void;
  timer(component: string, key: string): Timer | undefined;
  /** One timer for a component and key: replaces the one before. */
  setTimer(timer: Timer): void;
  deleteTimer(component: string, key: string): void;
  /** Timers whose time has come (due ≤ now), earliest first. */
  dueTimers(now: number): Timer[];
  /** When the earliest timer is due. */
  nextDue(): number | undefined;
  /** All writes of `body` (log, cursors, timers) or, where it throws, none. Nests, as EventLog.transaction does. */
  transaction<T>(body: () => T): T;
}

/** Under which name a component acts. */
export interface Identity {
  readonly name: string;
  readonly eventSource: string;
}

/** `panic`: the code threw, which is a bug. */
export type ReconcileResult = 'success' | 'requeue' | 'error' | 'panic';

export interface RuntimeMetrics {
  /** After each reconcile (of the general components: each step that threw). Duration in milliseconds. */
  reconciled(component: string, result: ReconcileResult, duration: number): void;
  /** How long the oldest change waited until the reconcile that answers it, in milliseconds. */
  lagged(component: string, lag: number): void;
}

export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

export interface RuntimePorts {
  readonly store: RuntimeStore;
  readonly feed: Feed;
  readonly clock: Clock;
  /** Milliseconds from any origin, never going back: measures how long a slice has run. */
  readonly monotonic: () => number;
  /** What the clients have spent so far (src/lib/work-meter.ts): tells of work where `monotonic` stands still. */
  readonly spent: () => number;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: RuntimeMetrics;
  /** A client under the component's identity whose writes carry `cause` (0: none). Called often: it must be cheap. */
  clientFor(identity: Identity, cause: number): Client;
}
