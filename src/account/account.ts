// An account: the clusters that one owner has. There is one account, `operator`, until there are users.
//
// 1. A cluster is listed from the moment that it answers until its removal has begun.
// 2. A creation or removal that a crash cut short is finished by the next one of that name: the record says how far it came.

import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env.ts';
import { generateName } from './names.ts';

export interface CreateCluster {
  /** Generated where absent. */
  readonly name?: string | undefined;
  readonly nodes?: number | undefined;
  readonly nodeShape?: { readonly cpu?: string | undefined; readonly memory?: string | undefined } | undefined;
  /** Makes the cluster's random choices repeatable. */
  readonly seed?: number | undefined;
}

export interface ClusterRecord {
  readonly name: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly nodes: number;
  readonly adminToken: string;
}

interface StoredRecord extends ClusterRecord {
  readonly state: 'creating' | 'ready' | 'removing';
}

const DEFAULT_NODES = 3;
const DEFAULT_SHAPE = { cpu: '4', memory: '8Gi' } as const;

const keyOf = (name: string): string => `cluster:${name}`;

/** 256 random bits, as text that needs no escaping anywhere. */
function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

export class Account extends DurableObject<Env> {
  /** Names whose creation or removal is under way in this object. */
  readonly #busy = new Set<string>();

  /** Answers once the cluster answers. Undefined: the name is taken. */
  async create(request: CreateCluster): Promise<ClusterRecord | undefined> {
    const name = request.name ?? this.#freeName();
    if (this.#busy.has(name) || this.#read(name)?.state === 'ready') return undefined;
    const record: StoredRecord = {
      name,
      createdAt: new Date().toISOString(),
      nodes: request.nodes ?? DEFAULT_NODES,
      adminToken: newToken(),
      state: 'creating',
    };
    this.#busy.add(name);
    try {
      // What a cut-short attempt has left must not shine through.
      if (this.#read(name) !== undefined) await this.#cluster(name).remove();
      this.#write(record);
      await this.#cluster(name).install({
        name,
        nodes: record.nodes,
        nodeShape: {
          cpu: request.nodeShape?.cpu ?? DEFAULT_SHAPE.cpu,
          memory: request.nodeShape?.memory ?? DEFAULT_SHAPE.memory,
        },
        adminToken: record.adminToken,
        poolToken: newToken(),
        ...(request.seed === undefined ? {} : { seed: request.seed }),
      });
      this.#write({ ...record, state: 'ready' });
      return shown(record);
    } finally {
      this.#busy.delete(name);
    }
  }

  /** By name. */
  list(): ClusterRecord[] {
    const records = [...this.ctx.storage.kv.list<StoredRecord>({ prefix: keyOf('') })].map(([, record]) => record);
    return records.filter(({ state }) => state === 'ready').map(shown);
  }

  get(name: string): ClusterRecord | undefined {
    const record = this.#read(name);
    return record?.state === 'ready' ? shown(record) : undefined;
  }

  /** False where there is no such cluster. */
  async remove(name: string): Promise<boolean> {
    const record = this.#read(name);
    if (record === undefined || this.#busy.has(name)) return false;
    this.#busy.add(name);
    try {
      this.#write({ ...record, state: 'removing' });
      await this.#cluster(name).remove();
      this.ctx.storage.kv.delete(keyOf(name));
      return true;
    } finally {
      this.#busy.delete(name);
    }
  }

  #freeName(): string {
    for (;;) {
      const name = generateName(() => Math.random());
      if (this.#read(name) === undefined && !this.#busy.has(name)) return name;
    }
  }

  #cluster(name: string) {
    return this.env.CLUSTER.get(this.env.CLUSTER.idFromName(name));
  }

  #read(name: string): StoredRecord | undefined {
    return this.ctx.storage.kv.get<StoredRecord>(keyOf(name));
  }

  #write(record: StoredRecord): void {
    this.ctx.storage.kv.put(keyOf(record.name), record);
  }
}

function shown({ name, createdAt, nodes, adminToken }: StoredRecord): ClusterRecord {
  return { name, createdAt, nodes, adminToken };
}
