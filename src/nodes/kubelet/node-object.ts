// The Node object a kubelet registers, and the status it keeps. Models kubernetes pkg/kubelet/kubelet_node_status.go and
// pkg/kubelet/nodestatus/setters.go.

import { machineLabels, providerIdOf, UNINITIALIZED_TAINT } from '../../api/core/v1/machine.ts';
import type { Draft } from '../../api/object.ts';
import type { ContainerImage, Node, NodeCondition, NodeSpec, NodeStatus, Taint } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { deepEqual } from '../../lib/json.ts';
import { KUBELET_VERSION, RUNTIME_VERSION } from '../../lib/version.ts';

export interface NodeShape {
  readonly name: string;
  /** Quantities: `4`, `16Gi`. */
  readonly cpu: string;
  readonly memory: string;
  /** InternalIP. */
  readonly ip: string;
  /** `zone-a`, … */
  readonly zone: string;
  /** The pool whose machine of the cloud it is; absent for a node outside any. */
  readonly pool?: string;
  /** It registers with these as well. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
}

export const DEFAULT_CPU = '4';
export const DEFAULT_MEMORY = '16Gi';
const PODS = '110';
const EPHEMERAL_STORAGE = '100Gi';
const ZONES = ['zone-a', 'zone-b', 'zone-c'];

/** The shape of a pool's node by its index: `10.0.x.y` addresses, zones in turn. */
export function pooledNode(index: number, name: string, cpu: string, memory: string, pool = 'default'): NodeShape {
  const host = index + 1;
  return { name, cpu, memory, ip: `10.0.${host >> 8}.${host & 255}`, zone: ZONES[index % ZONES.length] ?? '', pool };
}

/** The shape of a node outside any pool; its address in `10.1.x.y` follows from its name. */
export function outsideNode(name: string, cpu: string, memory: string): NodeShape {
  let hash = 7;
  for (let i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) % 64_516;
  return {
    name,
    cpu,
    memory,
    ip: `10.1.${Math.floor(hash / 254) + 1}.${(hash % 254) + 1}`,
    zone: ZONES[hash % ZONES.length] ?? '',
  };
}

export function registrationObject(shape: NodeShape, bootId: string, now: number): Draft<Node> {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: shape.name,
      labels: { ...machineLabels(shape.name, shape.zone), ...shape.labels },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: machineSpec(shape),
    status: nodeStatus(shape, { bootId, images: [], stored: undefined }, now),
  };
}

/** A pool's node waits for the cloud to say what it knows, as a kubelet with `--cloud-provider=external` does. */
function machineSpec({ name, pool, taints = [] }: NodeShape): NodeSpec {
  if (pool === undefined) return { providerID: `kubewisp://${name}` };
  return { providerID: providerIdOf({ pool, name }), taints: [UNINITIALIZED_TAINT, ...taints] };
}

const CONDITIONS: ReadonlyArray<readonly [type: string, status: string, reason: string, message: string]> = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

export interface NodeFacts {
  readonly bootId: string;
  readonly images: ContainerImage[];
  /** The status that the API has. */
  readonly stored: NodeStatus | undefined;
}

/** The members of the status that the kubelet owns. Extended resources that someone added stay. */
export function nodeStatus(shape: NodeShape, facts: NodeFacts, now: number): NodeStatus {
  const { stored } = facts;
  const resources = { cpu: shape.cpu, 'ephemeral-storage': EPHEMERAL_STORAGE, memory: shape.memory, pods: PODS };
  const machine = machineId(shape.name);
  return {
    addresses: [
      { type: 'InternalIP', address: shape.ip },
      { type: 'Hostname', address: shape.name },
    ],
    allocatable: { ...stored?.allocatable, ...resources },
    capacity: { ...stored?.capacity, ...resources },
    conditions: CONDITIONS.map(([type, status, reason, message]): NodeCondition => {
      const old = stored?.conditions?.find((condition) => condition.type === type);
      const since = old?.status === status ? old.lastTransitionTime : undefined;
      return {
        type,
        status,
        lastHeartbeatTime: formatTime(now),
        lastTransitionTime: since ?? formatTime(now),
        reason,
        message,
      };
    }),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    images: facts.images,
    nodeInfo: {
      architecture: 'amd64',
      bootID: facts.bootId,
      containerRuntimeVersion: `kubewisp://${RUNTIME_VERSION}`,
      kernelVersion: '6.12.0-kubewisp',
      kubeProxyVersion: '',
      kubeletVersion: KUBELET_VERSION,
      machineID: machine,
      operatingSystem: 'linux',
      osImage: 'Kubewisp',
      systemUUID: `${machine.slice(0, 8)}-${machine.slice(8, 12)}-${machine.slice(12, 16)}-${machine.slice(16, 20)}-${machine.slice(20)}`,
    },
  };
}

/** 32 hexadecimal digits that follow from the name: the machine is the same after a reboot. */
function machineId(name: string): string {
  let text = '';
  for (let round = 0; round < 4; round++) {
    let value = 0x811c9dc5 ^ round;
    for (let i = 0; i < name.length; i++) value = Math.imul(value ^ name.charCodeAt(i), 0x01000193);
    text += (value >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}

/** Laying `update` over `stored` would change nothing but the time of the last heartbeat. */
export function nodeStatusCovers(stored: NodeStatus | undefined, update: NodeStatus): boolean {
  if (stored === undefined) return false;
  const { conditions = [], ...rest } = update;
  for (const [name, value] of Object.entries(rest)) {
    const had = (stored as Record<string, unknown>)[name];
    // An empty list of images is stored as none.
    if (!deepEqual(had, value) && !(had === undefined && Array.isArray(value) && value.length === 0)) return false;
  }
  const plain = (condition: NodeCondition | undefined): object => ({ ...condition, lastHeartbeatTime: undefined });
  return conditions.every((condition) => {
    const had = stored.conditions?.find((candidate) => candidate.type === condition.type);
    return had !== undefined && deepEqual(plain(had), plain(condition));
  });
}

/** What the API holds after it has laid `update` over `stored`. */
export function laidOver(stored: NodeStatus | undefined, update: NodeStatus): NodeStatus {
  const kept = (stored?.conditions ?? []).filter(
    (old) => update.conditions?.every((condition) => condition.type !== old.type) ?? true,
  );
  return { ...stored, ...update, conditions: [...kept, ...(update.conditions ?? [])] };
}
