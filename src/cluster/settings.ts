// What a cluster was made with. Kept beside the log, so that a cluster that was never made costs one failed read.

import type { PoolConfigInput } from '../nodes/pool/config.ts';

/** What the account asks for. */
export interface InstallConfig {
  readonly name: string;
  readonly nodes: number;
  readonly nodeShape: NodeShape;
  readonly adminToken: string;
  readonly poolToken: string;
  /** Makes random choices repeatable. */
  readonly seed?: number;
}

export interface NodeShape {
  /** Quantities: `4`, `8Gi`. */
  readonly cpu: string;
  readonly memory: string;
}

export interface ClusterSettings extends InstallConfig {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

const KEY = 'settings';
const POOL_KEY = 'pool-configured';
const POLICY_KEY = 'policy-version';

type Keyed = Pick<SyncKvStorage, 'get' | 'put'>;

/** Undefined: there is no such cluster. */
export function readSettings(storage: Keyed): ClusterSettings | undefined {
  return storage.get<ClusterSettings>(KEY);
}

export function writeSettings(storage: Keyed, settings: ClusterSettings): void {
  storage.put(KEY, settings);
}

/** Whether the node pool has been told what it hosts. */
export function isPoolConfigured(storage: Keyed): boolean {
  return storage.get<boolean>(POOL_KEY) === true;
}

export function setPoolConfigured(storage: Keyed): void {
  storage.put(POOL_KEY, true);
}

/** Which default roles the cluster has; 0: it was made when there were none. */
export function readPolicyVersion(storage: Keyed): number {
  return storage.get<number>(POLICY_KEY) ?? 0;
}

export function writePolicyVersion(storage: Keyed, version: number): void {
  storage.put(POLICY_KEY, version);
}

/** Nodes are called `node-1`, `node-2`, … */
export function poolConfigOf(settings: ClusterSettings): PoolConfigInput {
  const { cpu, memory } = settings.nodeShape;
  return {
    cluster: settings.name,
    token: settings.poolToken,
    nodes: Array.from({ length: settings.nodes }, (_, index) => ({ name: `node-${index + 1}`, cpu, memory })),
  };
}
