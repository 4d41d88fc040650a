// What goes wrong in a day, one line each: nodes, pods, and the server's own process. `heal` makes an end of it.

import type { Random } from '../../../src/lib/random.ts';
import { evict } from './eviction.ts';
import type { SimCluster } from './sim-cluster.ts';
import type { SimPool } from './sim-pool.ts';

export interface Mishap {
  readonly name: string;
  readonly weight: number;
  /** Answers what it did, for the day's diary. */
  happen(cluster: SimCluster, random: Random): string;
}

const MERGE = 'application/merge-patch+json';
const below = (random: Random, count: number): number => Math.floor(random.next() * count);

export const MISHAPS: readonly Mishap[] = [
  {
    name: 'a pod is deleted',
    weight: 3,
    happen(cluster, random) {
      const pod = anyOf(random, cluster.reader.list('pods'));
      if (pod === undefined) return 'none';
      const grace = random.next() < 0.3 ? '?gracePeriodSeconds=0' : '';
      const { namespace, name } = pod.metadata;
      cluster.send('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}${grace}`);
      return `${namespace}/${name}${grace}`;
    },
  },
  {
    name: 'a node is drained',
    weight: 1,
    happen(cluster, random) {
      const node = anyOf(random, cluster.reader.list('nodes'));
      if (node === undefined) return 'none';
      const { name } = node.metadata;
      cluster.send('PATCH', `/api/v1/nodes/${name}`, { spec: { unschedulable: true } }, MERGE);
      const pods = cluster.reader.list('pods', { term: `node:${name}` });
      return `${name}: ${pods.map((pod) => evict(cluster, pod)).join(' ')}`;
    },
  },
  {
    name: 'pods are evicted',
    weight: 3,
    happen(cluster, random) {
      const pods = cluster.reader.list('pods').filter(() => random.next() < 0.2);
      return pods.map((pod) => evict(cluster, pod)).join(' ');
    },
  },
  {
    name: 'a node is open again',
    weight: 2,
    happen(cluster) {
      const closed = cluster.reader.list('nodes').find(({ spec }) => spec?.unschedulable === true);
      if (closed === undefined) return 'none';
      cluster.send('PATCH', `/api/v1/nodes/${closed.metadata.name}`, { spec: { unschedulable: null } }, MERGE);
      return closed.metadata.name;
    },
  },
  { name: 'the power fails', weight: 1, happen: (cluster, random) => power(cluster, random, 'off') },
  { name: 'the power is back', weight: 2, happen: (cluster, random) => power(cluster, random, null) },
  {
    name: 'an outside node is not heard of, or again',
    weight: 1,
    happen(cluster, random) {
      const pool = anyOf(
        random,
        cluster.pools.filter(({ outside }) => outside),
      );
      if (pool === undefined) return 'none';
      pool.connected = !pool.connected;
      if (pool.connected) pool.poke();
      return `${pool.names.join()} ${pool.connected ? 'again' : 'silent'}`;
    },
  },
  {
    name: 'a node is deleted',
    weight: 0.5,
    happen(cluster, random) {
      const node = anyOf(random, cluster.reader.list('nodes'));
      if (node === undefined) return 'none';
      cluster.send('DELETE', `/api/v1/nodes/${node.metadata.name}`);
      return node.metadata.name;
    },
  },
  {
    name: 'kubelets start anew',
    weight: 1,
    happen(cluster, random) {
      const pool = anyOf(random, cluster.pools);
      pool?.restart();
      return pool?.names.join() ?? 'none';
    },
  },
  {
    name: 'the server crashes at a write to come',
    weight: 3,
    happen(cluster, random) {
      const plan = { write: 1 + below(random, 40), when: random.next() < 0.5 ? 'before' : 'after' } as const;
      cluster.store.plan(plan);
      return `${plan.when} ${plan.write}`;
    },
  },
  {
    name: 'the server sleeps and wakes',
    weight: 1,
    happen(cluster) {
      cluster.crash();
      return '';
    },
  },
];

/** Nodes have power and take pods, and start anew where theirs is gone; the server does not crash any more. */
export function heal(cluster: SimCluster): void {
  cluster.store.plan({ write: Infinity, when: 'before' });
  for (const { metadata } of cluster.reader.list('nodes')) {
    const patch = { metadata: { annotations: { 'kubewisp.dev/power': null } }, spec: { unschedulable: null } };
    cluster.send('PATCH', `/api/v1/nodes/${metadata.name}`, patch, MERGE);
  }
  for (const pool of cluster.pools) {
    pool.connected = true;
    // A kubelet makes its Node when it starts.
    if (missingOf(cluster, pool).length > 0) pool.restart();
    else pool.poke();
  }
}

/** What lost its Node while it was without power learns from a new one that it has power again. */
export function restoreNodes(cluster: SimCluster): void {
  for (const name of cluster.pools.flatMap((pool) => missingOf(cluster, pool))) {
    const labels = { 'kubernetes.io/hostname': name };
    cluster.send('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
  }
  heal(cluster);
}

function missingOf(cluster: SimCluster, { names }: SimPool): string[] {
  return names.filter((name) => cluster.reader.get('nodes', '', name) === undefined);
}

function power(cluster: SimCluster, random: Random, value: 'off' | null): string {
  const pooled = cluster.pools[0]?.names ?? [];
  const nodes = cluster.reader.list('nodes').filter(({ metadata }) => pooled.includes(metadata.name));
  const node = anyOf(random, nodes);
  if (node === undefined) return 'none';
  const { name } = node.metadata;
  const patch = { metadata: { annotations: { 'kubewisp.dev/power': value } } };
  cluster.send('PATCH', `/api/v1/nodes/${name}`, patch, MERGE);
  return name;
}

function anyOf<T>(random: Random, of: readonly T[]): T | undefined {
  return of[below(random, of.length)];
}
