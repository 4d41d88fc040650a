// A whole cluster in one thread, with a clock, a seed and crashes: the engine that a cluster's Durable Object drives, over
// SQLite in memory, with the node pool's kubelets. Time stands still while something is to be done, and jumps to the next alarm.
//
//   const cluster = new SimCluster({ seed: 7 });
//   await cluster.advance(60_000);
//   cluster.send('POST', '/api/v1/namespaces/default/pods', body);
//   cluster.store.plan({ write: 3, when: 'before' });   // the process will die, and be started anew
//   await cluster.advance(60_000);

import { createHash } from 'node:crypto';
import type { Client } from '../../../src/api/client.ts';
import { bodyText } from '../../../src/apiserver/answer.ts';
import type { Engine } from '../../../src/cluster/engine.ts';
import { openEngine } from '../../../src/cluster/engine.ts';
import { certificateAuthority } from '../../../src/cluster/certificate-authority.ts';
import { newTokenKey, tokenSigner } from '../../../src/cluster/token-key.ts';
import { tokensOf } from '../../../src/cluster/tokens.ts';
import type { LogEvent } from '../../../src/eventlog/log.ts';
import { createLogger } from '../../../src/lib/log.ts';
import type { Random } from '../../../src/lib/random.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { Crash, CrashingStore } from './crashing-store.ts';
import { SimPool } from './sim-pool.ts';

export interface SimClusterOptions {
  readonly seed: number;
  /** Nodes of the pool; default 4. */
  readonly nodes?: number;
  /** Nodes that are processes of their own, by name; default none. */
  readonly outside?: readonly string[];
  /** Each step of a component is a transaction of its own, so that there are more moments to crash at. */
  readonly fine?: boolean;
  readonly observe?: (event: LogEvent) => void;
}

export interface Answer {
  /** 0: the server crashed before it could answer. */
  readonly status: number;
  readonly text: string;
}

const START = Date.UTC(2026, 0, 1);
const SETTINGS = {
  name: 'sim',
  nodes: 0,
  nodeShape: { cpu: '4', memory: '16Gi' },
  adminToken: 'admin',
  poolToken: 'pool',
  createdAt: START,
};
const NODE_GRACE_MS = 50_000;
/** More turns than this without the clock moving: something never comes to rest. */
const MAX_TURNS = 20_000;

export class SimCluster {
  now = START;
  readonly store = new CrashingStore();
  readonly pools: SimPool[];
  /** Errors that the cluster logged: a component threw. */
  readonly errors: string[] = [];
  crashes = 0;
  readonly #options: SimClusterOptions;
  readonly #signer = tokenSigner(newTokenKey());
  readonly #authority = certificateAuthority({ get: () => undefined, put: () => undefined }, { now: () => this.now });
  readonly #hash = createHash('sha256');
  #engine: Engine;
  /** The object's alarm, which a crash leaves armed. */
  #alarm: number | undefined;
  #running = false;
  #seen = 0;

  constructor(options: SimClusterOptions) {
    this.#options = options;
    this.#engine = this.#open();
    this.#engine.server.install();
    this.#alarm = this.now;
    const nodes = Array.from({ length: options.nodes ?? 4 }, (_, index) => `node-${index + 1}`);
    this.pools = [this.#newPool(nodes, false), ...(options.outside ?? []).map((name) => this.#newPool([name], true))];
    this.#drain();
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** Reads, without a trace. */
  get reader(): Client {
    return this.#engine.server.clientFor({ name: 'reader', eventSource: 'reader' }, 0);
  }

  /** Of all events so far: revision, verb, key, cause and object. */
  hash(): string {
    return this.#hash.copy().digest('hex');
  }

  /** A request of the administrator's. What the server does because of it waits for `settle`. */
  send(method: string, url: string, body?: unknown, type = 'application/json'): Answer {
    return this.#request(method, url, body === undefined ? '' : JSON.stringify(body), 'admin', type);
  }

  /** The process dies now and is started anew. */
  crash(): void {
    this.store.crash();
    this.#restart();
  }

  /** Until nothing is left to do now. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      if (this.#alarm !== undefined && this.#alarm <= this.now) this.#slice();
      else {
        const pool = this.pools.find((candidate) => (candidate.next() ?? Infinity) <= this.now);
        if (pool === undefined) return;
        await pool.turn();
      }
      // What a poke that has arrived lets happen.
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
    throw new Error(`no rest at ${new Date(this.now).toISOString()}, revision ${this.#engine.log.head}`);
  }

  async advance(ms: number): Promise<void> {
    const target = this.now + ms;
    for (;;) {
      await this.settle();
      const next = Math.min(this.#alarm ?? Infinity, ...this.pools.map((pool) => pool.next() ?? Infinity));
      if (next > target) break;
      this.now = Math.max(this.now, next);
    }
    this.now = target;
    await this.settle();
  }

  close(): void {
    this.store.close();
  }

  #slice(): void {
    this.#alarm = undefined;
    this.#running = true;
    try {
      const { more, nextDue } = this.#engine.run(this.#options.fine === true ? 0 : 50);
      if (more) this.#by(this.now);
      else if (nextDue !== undefined) this.#by(Math.max(nextDue, this.now + 1));
    } catch (error) {
      if (!this.store.dead) throw error;
      this.#restart();
      // An alarm that was not served to its end is served again.
      this.#by(this.now);
    } finally {
      this.#running = false;
    }
    this.#drain();
  }

  #request(method: string, url: string, body: string, token: string, type: string, agent = 'kubectl/v1.36.1'): Answer {
    const [path = '', query = ''] = url.split('?');
    const headers: Record<string, string> = {
      authorization: `Bearer ${token}`,
      'content-type': type,
      'user-agent': agent,
    };
    const { log, server } = this.#engine;
    try {
      const plan = server.plan({
        method,
        path,
        query,
        header: (name) => headers[name],
        headersWith: () => [],
        body,
      });
      if (plan.effect === 'watch') throw new Error('a watch');
      const response = plan.effect === 'write' ? log.transaction(() => plan.run()) : plan.run();
      return { status: response.status, text: bodyText(response) };
    } catch (error) {
      if (!(error instanceof Crash) && !this.store.dead) throw error;
      this.#restart();
      return { status: 0, text: '' };
    } finally {
      this.#drain();
    }
  }

  #restart(): void {
    this.crashes++;
    this.store.revive();
    this.#engine = this.#open();
    if (this.#engine.behind) this.#by(this.now);
    this.#drain();
  }

  #open(): Engine {
    const engine = openEngine({
      store: this.store,
      clock: { now: () => this.now },
      randomAt: (head) => this.#randomAt(head),
      monotonic: () => 0,
      tokens: tokensOf(SETTINGS),
      signer: this.#signer,
      authority: this.#authority,
      logger: createLogger({ level: 'error', write: (line) => this.#logged(line) }),
      runtimeMetrics: { reconciled: () => undefined, lagged: () => undefined },
      controllers: { nodeGracePeriodMs: NODE_GRACE_MS, authority: 'authority' },
      poke: () => this.#poke(),
      wakeBy: (time) => this.#by(time),
    });
    engine.log.subscribe((events) => {
      if (!this.#running && events.some((event) => engine.concerns(event))) this.#by(this.now);
      for (const pool of this.pools ?? []) if (pool.outside && events.some((event) => isFor(pool, event))) pool.poke();
    });
    return engine;
  }

  /** What a process logs in its death is of no interest. */
  #logged(line: string): void {
    if (!this.store.dead) this.errors.push(line);
  }

  #poke(): Promise<void> {
    this.pools[0]?.poke();
    return Promise.resolve();
  }

  #by(time: number): void {
    this.#alarm = Math.min(this.#alarm ?? Infinity, time);
  }

  #randomAt(head: number): Random {
    return seededRandom((this.#options.seed ^ Math.imul(head, 0x9e3779b1)) >>> 0);
  }

  #newPool(names: readonly string[], outside: boolean): SimPool {
    return new SimPool({
      names,
      ...SETTINGS.nodeShape,
      outside,
      transport: (method, path, body) => {
        const { status, text } = this.#request(method, path, body, 'pool', 'application/json', 'kubelet');
        return status === 0 ? Promise.reject(new Error('connection lost')) : Promise.resolve({ status, body: text });
      },
      random: seededRandom((this.#options.seed + 77 * names.length) >>> 0),
      now: () => this.now,
    });
  }

  /** Takes down what has happened, once, in order. */
  #drain(): void {
    const { log } = this.#engine;
    for (;;) {
      const events = log.changes(this.#seen, 1000);
      if (events.length === 0) return;
      for (const event of events) {
        this.#seen = event.rev;
        const { rev, verb, resource, namespace, name, cause, object } = event;
        this.#hash.update(`${rev} ${verb} ${resource} ${namespace}/${name} ${cause} ${object}\n`);
        this.#options.observe?.(event);
      }
    }
  }
}

/** What an outside node's watches would show it. */
function isFor(pool: SimPool, { resource, name, object, actor }: LogEvent): boolean {
  if (resource === 'nodes') return pool.names.includes(name) && actor !== 'system:node-pool';
  return resource === 'pods' && pool.names.some((node) => object.includes(`"nodeName":"${node}"`));
}
