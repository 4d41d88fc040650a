// The Durable Object that hosts a pool of simulated nodes. A shell: it brings storage, alarm and transport to NodeHost.
//
// 1. All work happens inside `alarm`; a poke arms it. An armed alarm is durable, so that a crash loses no poke.
// 2. However many pokes come while a turn is under way, one more turn follows it.
// 3. Nothing due, nothing to retry: no alarm. The kubelets in memory are a cache that the first report remakes.
// 4. An alarm is armed at least GAP_MS after the turn before: one for the millisecond that is being served would be lost,
//    and stages that fall due close together share a report.

import { DurableObject } from 'cloudflare:workers';

import { systemClock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { createLogger, errorText } from '../../lib/log.ts';
import { systemRandom } from '../../lib/random.ts';
import { KUBELET_VERSION } from '../../lib/version.ts';
import { pooledNode } from '../kubelet/node-object.ts';
import { NodeHost } from '../node-host.ts';
import type { Transport } from '../report-client.ts';
import type { PoolConfig, PoolConfigInput } from './config.ts';
import { poolConfigSchema } from './config.ts';

export interface NodePoolEnv {
  readonly CLUSTER: DurableObjectNamespace;
  /** debug, info, warn (default) or error. */
  readonly LOG_LEVEL?: string;
}

const GAP_MS = 25;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

export class NodePool extends DurableObject<NodePoolEnv> {
  #host: NodeHost | undefined;
  /** A turn is under way. */
  #busy = false;
  /** The cluster has news that no turn has asked for yet. */
  #asked = true;
  #lastTurn = 0;
  #failures = 0;

  /** Sets or changes the pool and starts its nodes. */
  async configure(input: PoolConfigInput): Promise<void> {
    const config = poolConfigSchema.parse(input);
    this.ctx.storage.kv.put('config', config);
    this.#host = undefined;
    await this.poke();
  }

  /** Something changed on a hosted node or on a pod bound to one. Returns at once. */
  async poke(): Promise<void> {
    this.#asked = true;
    // The turn under way arms the next one when it ends; should it crash, its alarm is run again.
    if (this.#busy) return;
    await this.#arm(Math.max(systemClock.now() + 1, this.#lastTurn + GAP_MS));
  }

  /** Ends the pool: no alarm and nothing stored is left. */
  async destroy(): Promise<void> {
    this.#host = undefined;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    const config = this.ctx.storage.kv.get<PoolConfig>('config');
    if (config === undefined) return;
    this.#busy = true;
    let error: string | undefined;
    let host = this.#host;
    try {
      const ask = this.#asked || host === undefined;
      this.#asked = false;
      host ??= this.#host = this.#newHost(config);
      error = (await host.turn(ask)).error;
    } catch (thrown) {
      // A bug in one turn must not end the pool's life: without an alarm nothing would ever wake it again.
      error = errorText(thrown);
    }
    this.#busy = false;
    this.#lastTurn = systemClock.now();
    if (this.ctx.storage.kv.get('config') === undefined) return;
    if (error === undefined) {
      this.#failures = 0;
      const due = this.#asked || this.#host !== host ? 0 : host?.nextDue();
      if (due !== undefined) await this.#arm(Math.max(due, this.#lastTurn + GAP_MS));
      return;
    }
    this.#logger(config).warn('report failed', { error, attempt: this.#failures + 1 });
    this.#asked = true;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    this.#failures = Math.min(this.#failures + 1, 10);
    await this.#arm(this.#lastTurn + delay);
  }

  /** Makes the alarm no later than `at` (milliseconds). */
  async #arm(at: number): Promise<void> {
    const armed = await this.ctx.storage.getAlarm();
    if (armed === null || armed > at) await this.ctx.storage.setAlarm(at);
  }

  #newHost(config: PoolConfig): NodeHost {
    const { kv } = this.ctx.storage;
    return new NodeHost({
      nodes: config.nodes.map((node, index) => pooledNode(index, node.name, node.cpu, node.memory)),
      pool: config.pool,
      standing: true,
      transport: this.#transport(config),
      random: systemRandom,
      now: () => systemClock.now(),
      off: kv.get<string[]>('off') ?? [],
      onPower: (off) => kv.put('off', [...off]),
      onRefused: (refused) => this.#logger(config).warn('machine may not register', { error: refused }),
    });
  }

  #logger({ cluster, pool }: PoolConfig): Logger {
    return createLogger({ level: this.env.LOG_LEVEL, fields: { component: 'node-pool', cluster, pool } });
  }

  #transport(config: PoolConfig): Transport {
    const stub = this.env.CLUSTER.get(this.env.CLUSTER.idFromName(config.cluster));
    const headers = {
      authorization: `Bearer ${config.token}`,
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': `kubelet/${KUBELET_VERSION} (kubewisp node pool)`,
    };
    return async (method, path, body) => {
      const response = await stub.fetch(`https://cluster.internal/clusters/${config.cluster}${path}`, {
        method,
        headers,
        body,
      });
      return { status: response.status, body: await response.text() };
    };
  }
}
