// A cluster in memory for controller tests: the runtime over a FakeStore, with a clock that tests move.
//
//   const cluster = new FakeCluster({ controllers: [replicaSetController, fakeKubelet()] });
//   cluster.client.create('replicasets.apps', …);
//   cluster.settle();            // until nothing is left to do now
//   cluster.advance(10_000);     // moves the clock from timer to timer, settling at each

import type { Client } from '../../api/client.ts';
import type { UsageSource } from '../../api/metrics/v1beta1/measurement.ts';
import type { Random } from '../../lib/random.ts';
import { seededRandom } from '../../lib/random.ts';
import type { Component, Controller } from '../runtime/component.ts';
import { ControllerComponent } from '../runtime/controller-component.ts';
import type { Identity, RuntimePorts } from '../runtime/ports.ts';
import { Runtime } from '../runtime/runtime.ts';
import type { Gate, Prepare, RecordedEvent } from './fake-client.ts';
import { FakeClient } from './fake-client.ts';
import type { FakeEvent } from './fake-store.ts';
import { FakeStore } from './fake-store.ts';

export interface FakeClusterOptions {
  readonly controllers?: readonly Controller[];
  /** More general components, such as the scheduler. */
  readonly components?: (ports: RuntimePorts) => readonly Component[];
  /** Milliseconds since the epoch; default 2026-01-01. */
  readonly now?: number;
  readonly seed?: number;
  /** Lets a test refuse writes. */
  readonly gate?: Gate;
  /** Default: nothing is done to new objects. */
  readonly prepare?: Prepare;
  /** Default: nodes do not measure what their pods use. */
  readonly usageSource?: (node: string) => UsageSource;
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const MAX_SLICES = 10_000;

export class FakeCluster {
  /** Milliseconds since the epoch. Tests may set it; `advance` also fires timers on the way. */
  now: number;
  readonly store: FakeStore;
  readonly random: Random;
  /** A user's client. */
  readonly client: Client;
  /** Events in the order in which they were recorded; repeats are not joined. */
  readonly events: RecordedEvent[] = [];
  readonly logs: LogLine[] = [];
  readonly reconciles: Array<{ component: string; result: string }> = [];
  readonly ports: RuntimePorts;
  #options: FakeClusterOptions;
  #runtime: Runtime;
  /** Each client stands for some work. */
  #spent = 0;

  constructor(options: FakeClusterOptions) {
    this.#options = options;
    this.now = options.now ?? Date.UTC(2026, 0, 1);
    const clock = { now: () => this.now };
    this.store = new FakeStore(clock);
    this.random = seededRandom(options.seed ?? 1);
    this.ports = {
      store: this.store,
      feed: this.store,
      clock,
      monotonic: () => performance.now(),
      spent: () => this.#spent,
      random: this.random,
      log: (level, message, fields) => {
        this.logs.push({ level, message, fields });
      },
      metrics: {
        reconciled: (component, result) => {
          this.reconciles.push({ component, result });
        },
        lagged: () => undefined,
      },
      clientFor: (identity, cause) => this.clientFor(identity, cause),
    };
    this.client = this.clientFor({ name: 'user', eventSource: 'user' }, 0);
    this.#runtime = this.#newRuntime();
  }

  get runtime(): Runtime {
    return this.#runtime;
  }

  /** Every write so far, in order. */
  get history(): readonly FakeEvent[] {
    return this.store.events;
  }

  clientFor(identity: Identity, cause: number): Client {
    this.#spent += 100;
    return new FakeClient({
      store: this.store,
      clock: this.ports.clock,
      random: this.random,
      actor: identity.name,
      source: identity.eventSource,
      cause,
      recorded: this.events,
      gate: (verb, resource, object) => this.#options.gate?.(verb, resource, object),
      prepare: (object) => this.#options.prepare?.(object),
      usageSource: (node) => (this.#options.usageSource === undefined ? 'standing' : this.#options.usageSource(node)),
    });
  }

  /** What a crash and a cold start leave: durable state only. `changed` stands for a new version of the software. */
  restart(changed: Pick<FakeClusterOptions, 'controllers' | 'components'> = {}): void {
    this.#options = { ...this.#options, ...changed };
    this.#runtime = this.#newRuntime();
  }

  /** Runs slices until nothing is left to do now. Answers when the next timer is due. */
  settle(): number | undefined {
    for (let slice = 0; slice < MAX_SLICES; slice++) {
      const { more, nextDue } = this.#runtime.run(50);
      if (!more && (nextDue === undefined || nextDue > this.now)) return nextDue;
    }
    throw new Error(`not quiet after ${MAX_SLICES} slices`);
  }

  /** Moves the clock by so many milliseconds, stopping at each timer that comes due. */
  advance(ms: number): void {
    const target = this.now + ms;
    for (;;) {
      const due = this.settle();
      if (due === undefined || due > target) break;
      this.now = due;
    }
    this.now = target;
    this.settle();
  }

  #newRuntime(): Runtime {
    const controllers = (this.#options.controllers ?? []).map(
      (controller) => new ControllerComponent(controller, this.ports),
    );
    return new Runtime([...controllers, ...(this.#options.components?.(this.ports) ?? [])], this.ports);
  }
}
