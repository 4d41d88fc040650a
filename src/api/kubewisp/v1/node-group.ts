// NodeGroup: machines of one shape that the simulated cloud can start and stop. The kind is a custom one
// (manifests/node-groups.yaml): a cluster in which nobody has applied it has no groups, and is as upstream's.
//
// 1. `status.machines` is all there is of the machines of a group. The nodegroup controller alone writes it; the node pool
//    hosts what stands there.
// 2. A machine's name and address are never given to another one while it is there.
// 3. A machine stays as it was ordered, whatever becomes of the group's spec.

import { z } from 'zod';

import { parseQuantity } from '../../../schema/quantity.ts';
import { DEFAULT_ZONE, providerIdOf, machineLabels, machineOf } from '../../core/v1/machine.ts';
import type { KubeObject } from '../../object.ts';
import type { Machine } from '../../report.ts';
import type { Node, Taint } from '../../types/core-v1.ts';
import type { Condition } from '../../types/meta-v1.ts';
import { formatMicroTime, formatTime } from '../../../lib/clock.ts';
import type { Random } from '../../../lib/random.ts';

export const NODE_GROUPS = 'nodegroups.kubewisp.dev';
/** On a Node: the group whose machine it is. */
export const GROUP_LABEL = 'kubewisp.dev/node-group';

export interface NodeGroup extends KubeObject {
  spec: NodeGroupSpec;
  status?: NodeGroupStatus;
}

export interface NodeGroupSpec {
  minSize?: number;
  maxSize: number;
  /** How many machines there shall be, between the two. The autoscaler writes it. Default: minSize. */
  size?: number;
  /** Quantities. */
  machine: { cpu: string; memory: string };
  labels?: Record<string, string>;
  taints?: Taint[];
  /** How long a machine takes from its order until its kubelet registers; up to a fifth more, for each of its own. */
  bootSeconds?: number;
  zone?: string;
  /** How long the autoscaler sees a node without use until it removes it. */
  scaleDownUnneededSeconds?: number;
}

export interface NodeGroupStatus {
  size?: number;
  readyNodes?: number;
  machines?: GroupMachine[];
  conditions?: Condition[];
}

export interface GroupMachine {
  name: string;
  /** InternalIP. */
  address: string;
  /** Quantities. */
  cpu: string;
  memory: string;
  zone: string;
  /** When it was ordered; RFC 3339. */
  bornAt: string;
  /** When its kubelet starts; RFC 3339 with microseconds. */
  bootAt: string;
  /** When its Node was seen ready first. */
  readyAt?: string;
}

const BOOT_SECONDS = 5;
const UNNEEDED_SECONDS = 600;

/** By how much of its boot time a machine may be late. */
const BOOT_JITTER = 0.2;

/** A machine that is ordered now. */
export function newMachine(
  { spec }: NodeGroup,
  name: string,
  address: string,
  now: number,
  random: Random,
): GroupMachine {
  const bootMs = (spec.bootSeconds ?? BOOT_SECONDS) * 1000 * (1 + BOOT_JITTER * random.next());
  return {
    name,
    address,
    cpu: spec.machine.cpu,
    memory: spec.machine.memory,
    zone: spec.zone ?? DEFAULT_ZONE,
    bornAt: formatTime(now),
    bootAt: formatMicroTime(now + bootMs),
  };
}

export function unneededSecondsOf({ spec }: NodeGroup): number {
  return spec.scaleDownUnneededSeconds ?? UNNEEDED_SECONDS;
}

export function minSizeOf({ spec }: NodeGroup): number {
  return spec.minSize ?? 0;
}

export function wantedSize(group: NodeGroup): number {
  const min = minSizeOf(group);
  return Math.max(min, Math.min(group.spec.size ?? min, group.spec.maxSize));
}

export function machinesOf({ status }: NodeGroup): readonly GroupMachine[] {
  return status?.machines ?? [];
}

/** The group whose machine a Node says it is; both its provider ID and its label must say so. */
export function groupOf(node: Node): string | undefined {
  const pool = machineOf(node)?.pool;
  return pool !== undefined && node.metadata.labels?.[GROUP_LABEL] === pool ? pool : undefined;
}

/**
 * What the node pool is told of the group's machines. Who may change the kind's definition may store what is no NodeGroup: of that
 * there are none, since a pool's report brings the life signs of all other nodes as well.
 */
export function hostedMachines(group: KubeObject): Machine[] {
  const { name: pool } = group.metadata;
  const stored = storedGroup.safeParse(group);
  if (!stored.success) return [];
  const { spec, status } = stored.data;
  const labels = { ...spec.labels, [GROUP_LABEL]: pool };
  return (status?.machines ?? []).map(({ name, address, cpu, memory, zone, bootAt }) => ({
    name,
    pool,
    cpu,
    memory,
    ip: address,
    zone,
    labels,
    taints: (spec.taints ?? []) as Taint[],
    bootAt: Date.parse(bootAt),
  }));
}

const quantity = z.string().refine((text) => parseQuantity(text).ok);
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)));
const effect = z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']);

const storedGroup = z.object({
  spec: z.object({
    labels: z.record(z.string(), z.string()).optional(),
    taints: z.array(z.object({ key: z.string(), value: z.string().optional(), effect })).optional(),
  }),
  status: z
    .object({
      machines: z
        .array(
          z.object({
            name: z.string().min(1).max(253),
            address: z.string(),
            cpu: quantity,
            memory: quantity,
            zone: z.string(),
            bootAt: time,
          }),
        )
        .optional(),
    })
    .optional(),
});

/** The Node that a new machine of the group will be once it is ready, as far as scheduling sees it. */
export function nodeTemplate(group: NodeGroup, name: string): Node {
  const { spec, metadata } = group;
  const { cpu, memory } = spec.machine;
  const allocatable = { cpu, memory, 'ephemeral-storage': '100Gi', pods: '110' };
  const labels = { ...machineLabels(name, spec.zone ?? DEFAULT_ZONE), ...spec.labels, [GROUP_LABEL]: metadata.name };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, uid: '', resourceVersion: '', creationTimestamp: '' },
    spec: {
      providerID: providerIdOf({ pool: metadata.name, name }),
      ...(spec.taints === undefined ? {} : { taints: spec.taints }),
    },
    status: { allocatable, capacity: allocatable },
  };
}
