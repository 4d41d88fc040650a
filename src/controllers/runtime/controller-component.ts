// Makes a Component of a Controller: a queue of keys in order of arrival, and a durable timer for each key that is to
// come back.
//
// 1. A key is queued at most once; a change to a queued key only makes its cause newer.
// 2. A key leaves the queue before its reconcile runs. How that ends is written, as the key's timer, in the transaction
//    of the slice, together with what the reconcile wrote: nothing of the queue needs to be durable.
// 3. After a reconcile the key has exactly the timer that it asked for (requeueAfter, or backoff after an error), or none:
//    a reconcile that went through knows better than any timer set before it.
// 4. A key that is reconciled again and again waits: rule 3 holds for the wait too, so that nothing is forgotten.
// 5. A reconcile that throws is a bug: its writes are undone, it is logged with its key, and backed off like an error.

import type { KubeObject } from '../../api/object.ts';
import type { ResourceName } from '../../api/resources.ts';
import { backoff } from './backoff.ts';
import type { Change, Component, Context, Controller, Notice, Outcome } from './component.ts';
import { KeyBudget } from './key-budget.ts';
import type { Identity, ReconcileResult, RuntimePorts, Timer } from './ports.ts';

interface Pending {
  /** Newest revision that asked for the key; 0: none did. */
  cause: number;
  /** Oldest change not yet answered; Infinity where a timer alone queued the key. */
  since: number;
  /** Time of that oldest change. */
  at: number;
}

export class ControllerComponent implements Component {
  readonly name: string;
  readonly eventSource: string;
  readonly resources: readonly ResourceName[] | 'all';
  readonly #controller: Controller;
  readonly #ports: RuntimePorts;
  readonly #identity: Identity;
  readonly #queue = new Map<string, Pending>();
  readonly #budget = new KeyBudget();

  constructor(controller: Controller, ports: RuntimePorts) {
    this.name = controller.name;
    this.eventSource = controller.eventSource ?? controller.name;
    this.resources = controller.watchesAll === undefined ? (Object.keys(controller.watches) as ResourceName[]) : 'all';
    this.#controller = controller;
    this.#ports = ports;
    this.#identity = { name: this.name, eventSource: this.eventSource };
  }

  start(): void {
    this.#queue.clear();
  }

  /** Looks at every live object as if it had just been made: for a controller that has not followed the log so far. */
  prime(context: Context): void {
    for (const { resource } of context.client.resources()) {
      if (this.resources !== 'all' && !this.resources.includes(resource)) continue;
      for (const object of context.client.list(resource)) this.observe(creation(resource, object), context);
    }
  }

  interest(notice: Notice): boolean {
    if (this.#controller.watches[notice.resource] !== undefined) return true;
    return this.#controller.watchesAll?.interest(notice) ?? false;
  }

  observe(change: Change, context: Context): void {
    try {
      const keys = this.#controller.watches[change.resource] ?? this.#controller.watchesAll?.keys;
      for (const key of keys?.(change, context) ?? []) this.#enqueue(key, change.rev, change.rev, context.now);
    } catch (error) {
      this.#bug(`${change.resource} ${change.namespace}/${change.name}`, error, 0);
    }
  }

  wake(key: string, cause: number, due: number): void {
    this.#enqueue(key, cause, Number.POSITIVE_INFINITY, due);
  }

  step(context: Context): boolean {
    const next = this.#queue.entries().next();
    if (next.done === true) return false;
    const [key, pending] = next.value;
    this.#queue.delete(key);
    this.#ports.metrics.lagged(this.name, Math.max(0, context.now - pending.at));
    const started = this.#ports.monotonic();
    const timer = this.#ports.store.timer(this.name, key);
    const wait = this.#budget.take(key, context.now);
    if (wait > 0) {
      this.#settle(key, pending.cause, { requeueAfter: wait }, context.now, timer);
      return true;
    }
    const due = timer === undefined ? {} : { due: timer.due };
    const outcome = this.#reconcile(key, pending.cause, { ...context, ...due }, started);
    if (outcome !== 'panic')
      this.#ports.metrics.reconciled(this.name, resultOf(outcome), this.#ports.monotonic() - started);
    this.#settle(key, pending.cause, outcome, context.now, timer);
    return true;
  }

  nextDue(): undefined {
    return undefined;
  }

  oldestPending(): number | undefined {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { since } of this.#queue.values()) oldest = Math.min(oldest, since);
    return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
  }

  #enqueue(key: string, cause: number, since: number, at: number): void {
    const pending = this.#queue.get(key);
    if (pending === undefined) this.#queue.set(key, { cause, since, at });
    else {
      pending.cause = Math.max(pending.cause, cause);
      pending.since = Math.min(pending.since, since);
      pending.at = Math.min(pending.at, at);
    }
  }

  #reconcile(key: string, cause: number, context: Context, started: number): Outcome | 'panic' {
    const client = this.#ports.clientFor(this.#identity, cause);
    try {
      return this.#ports.store.transaction(() => this.#controller.reconcile(key, { ...context, client })) ?? {};
    } catch (error) {
      this.#bug(key, error, this.#ports.monotonic() - started);
      return 'panic';
    }
  }

  /** Rule 3. */
  #settle(key: string, cause: number, outcome: Outcome | 'panic', now: number, before: Timer | undefined): void {
    const { store } = this.#ports;
    if (outcome === 'panic' || outcome.error !== undefined) {
      const attempt = before?.attempt ?? 0;
      const due = now + backoff(attempt);
      store.setTimer({ component: this.name, key, due, attempt: attempt + 1, cause });
      if (outcome !== 'panic')
        this.#ports.log('info', 'reconcile failed', { component: this.name, key, error: outcome.error, attempt });
    } else if (outcome.requeueAfter !== undefined) {
      const due = now + Math.max(1, Math.ceil(outcome.requeueAfter));
      if (before?.due === due && before.attempt === 0) return;
      store.setTimer({ component: this.name, key, due, attempt: 0, cause });
    } else if (before !== undefined) {
      store.deleteTimer(this.name, key);
    }
  }

  #bug(key: string, error: unknown, duration: number): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#ports.log('error', 'controller threw', { component: this.name, key, error: text });
    this.#ports.metrics.reconciled(this.name, 'panic', duration);
  }
}

function resultOf(outcome: Outcome): ReconcileResult {
  if (outcome.error !== undefined) return 'error';
  return outcome.requeueAfter === undefined ? 'success' : 'requeue';
}

function creation(resource: ResourceName, object: KubeObject): Change {
  return {
    rev: Number(object.metadata.resourceVersion),
    resource,
    verb: 'create',
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    object,
    old: undefined,
  };
}
