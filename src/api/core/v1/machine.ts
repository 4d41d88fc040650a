// What a Node says of the machine of the simulated cloud that it is. The machine's kubelet, and the controllers of the
// cloud, read it alike; nothing of the cloud is kept anywhere else.

import type { Node, Taint } from '../../types/core-v1.ts';

/** `on` or absent: the machine runs. `off`: it has no power. `gone`: the cloud has it no longer. */
export const POWER_ANNOTATION = 'kubewisp.dev/power';

/** On a new node until the cloud has said what it knows of its machine. */
export const UNINITIALIZED_TAINT: Readonly<Taint> = {
  key: 'node.cloudprovider.kubernetes.io/uninitialized',
  value: 'true',
  effect: 'NoSchedule',
};

const PREFIX = 'kubewisp://';

export interface Machine {
  readonly pool: string;
  readonly name: string;
}

/** `kubewisp://<pool>/<node>`: spec.providerID of a pool's node. */
export function providerIdOf({ pool, name }: Machine): string {
  return `${PREFIX}${pool}/${name}`;
}

/** The machine of a pool that a Node is; undefined for a node of any other origin. */
export function machineOf({ spec }: Node): Machine | undefined {
  const id = spec?.providerID ?? '';
  if (!id.startsWith(PREFIX)) return undefined;
  const [pool = '', name = '', ...rest] = id.slice(PREFIX.length).split('/');
  return pool === '' || name === '' || rest.length > 0 ? undefined : { pool, name };
}

/** Where a machine is that was not told where. */
export const DEFAULT_ZONE = 'zone-a';

/** What every machine tells of itself when it registers. */
export function machineLabels(name: string, zone: string): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/instance-type': 'kubewisp',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': 'kubewisp',
    'topology.kubernetes.io/region': 'local',
    'topology.kubernetes.io/zone': zone,
  };
}

export function powerOf({ metadata }: Node): 'on' | 'off' | 'gone' {
  const value = metadata.annotations?.[POWER_ANNOTATION];
  return value === 'off' || value === 'gone' ? value : 'on';
}
