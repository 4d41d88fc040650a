// The nodes of the simulated cluster: real kubelets behind real reports, with the alarm of their Durable Object, or the
// loop of their process, played by the simulation's clock.

import { outsideNode, pooledNode } from '../../../src/nodes/kubelet/node-object.ts';
import { NodeHost } from '../../../src/nodes/node-host.ts';
import type { Transport } from '../../../src/nodes/report-client.ts';
import type { Random } from '../../../src/lib/random.ts';

export interface SimPoolOptions {
  readonly names: readonly string[];
  /** Of each node. Quantities. */
  readonly cpu: string;
  readonly memory: string;
  /** A process of its own, which sends its heartbeats; else the pool, which promises them. */
  readonly outside: boolean;
  readonly transport: Transport;
  readonly random: Random;
  readonly now: () => number;
}

const GAP_MS = 25;
const HEARTBEAT_MS = 10_000;
const RETRY_MS = 5_000;

export class SimPool {
  readonly names: readonly string[];
  readonly outside: boolean;
  /** Reports get through. */
  connected = true;
  readonly #options: SimPoolOptions;
  #host: NodeHost;
  #off: readonly string[] = [];
  #asked = true;
  #due: number | undefined;
  #last = 0;
  #beat = 0;

  constructor(options: SimPoolOptions) {
    this.#options = options;
    this.names = options.names;
    this.outside = options.outside;
    this.#host = this.#newHost();
    this.#due = options.now();
  }

  poke(): void {
    this.#asked = true;
    this.#by(this.#last + GAP_MS);
  }

  /** The process ends and starts again: what it knew in memory is lost. */
  restart(): void {
    this.#host = this.#newHost();
    this.poke();
  }

  /** When a turn is to be taken, in milliseconds since the epoch. */
  next(): number | undefined {
    if (!this.connected) return undefined;
    return this.outside ? Math.min(this.#due ?? Infinity, this.#beat) : this.#due;
  }

  async turn(): Promise<void> {
    const now = this.#options.now();
    const ask = this.#asked || (this.outside && now >= this.#beat);
    this.#asked = false;
    this.#due = undefined;
    if (ask) this.#beat = now + HEARTBEAT_MS;
    const { error } = await this.#host.turn(ask);
    this.#last = now;
    if (error !== undefined) {
      this.#asked = true;
      this.#by(now + RETRY_MS);
      return;
    }
    const due = this.#host.nextDue();
    if (due !== undefined) this.#by(due);
  }

  #by(at: number): void {
    const wanted = Math.max(at, this.#options.now() + 1, this.#last + GAP_MS);
    this.#due = Math.min(this.#due ?? Infinity, wanted);
  }

  #newHost(): NodeHost {
    const { names, cpu, memory, outside, transport, random, now } = this.#options;
    return new NodeHost({
      nodes: names.map((name, index) =>
        outside ? outsideNode(name, cpu, memory) : pooledNode(index, name, cpu, memory),
      ),
      ...(outside ? {} : { pool: 'default' }),
      standing: !outside,
      transport,
      random,
      now,
      off: this.#off,
      onPower: (off) => void (this.#off = [...off]),
    });
  }
}
