// The cloud that the clusters here run in.
//
// 1. It has no state: what there is of it follows from the cluster's objects alone. A machine is what its Node says of it
//    (src/api/core/v1/machine.ts), a load balancer is the address in its Service's status, a route a node's range.
// 2. An address is taken while a live Service holds it (docs/adr/0015); reconciles run one after the other, so that no two
//    Services get the same.
// 3. Where a search for a free address begins follows from the Service's name: one made again mostly gets the same.

import type { Reader } from '../../api/client.ts';
import { machineOf, powerOf, providerIdOf } from '../../api/core/v1/machine.ts';
import {
  heldAddresses,
  isServiceDoor,
  LOAD_BALANCER_CIDR,
  loadBalancerTerm,
  serviceDoor,
  serviceDoors,
} from '../../api/networking/v1/load-balancer-addresses.ts';
import type { LoadBalancerStatus, Node, Service } from '../../api/types/core-v1.ts';
import { textHash } from '../../lib/hash.ts';
import type { CloudProvider, Ensured, Instance, InstanceState, Route } from './cloud-provider.ts';

const INSTANCE_TYPE = 'kubewisp';
const REGION = 'local';
const ZONE = 'zone-a';

const STATES: Readonly<Record<ReturnType<typeof powerOf>, InstanceState>> = {
  on: 'running',
  off: 'stopped',
  gone: 'gone',
};

export const simulatedCloud: CloudProvider = {
  instance: instanceOf,
  loadBalancers: {
    find(service) {
      const [address] = heldAddresses(service);
      return address === undefined ? undefined : statusOf(address);
    },
    ensure,
  },
  routes: routesTo,
};

/** Labels and addresses are what the machine told of itself when it registered; what it did not tell is the same for all. */
function instanceOf(node: Node): Instance | undefined {
  const machine = machineOf(node);
  if (machine === undefined) return undefined;
  const { labels = {} } = node.metadata;
  return {
    state: STATES[powerOf(node)],
    providerId: providerIdOf(machine),
    instanceType: labels['node.kubernetes.io/instance-type'] ?? INSTANCE_TYPE,
    zone: labels['topology.kubernetes.io/zone'] ?? ZONE,
    region: labels['topology.kubernetes.io/region'] ?? REGION,
    addresses: node.status?.addresses ?? [],
  };
}

function routesTo(node: Node): Route[] {
  const instance = instanceOf(node);
  if (instance === undefined || !instance.addresses.some(({ type }) => type === 'InternalIP')) return [];
  return (node.spec?.podCIDRs ?? []).map((destination) => ({ destination, node: node.metadata.name }));
}

function statusOf(address: string): LoadBalancerStatus {
  return { ingress: [{ ip: address, ipMode: 'VIP' }] };
}

function ensure(service: Service, cluster: Reader): Ensured {
  const isFree = (address: string): boolean =>
    cluster
      .list('services', { term: loadBalancerTerm(address) })
      .every(({ metadata }) => metadata.uid === service.metadata.uid);
  const wanted = service.spec?.loadBalancerIP ?? '';
  if (wanted !== '') {
    if (!isServiceDoor(wanted)) return refused(`address ${wanted} is not one of ${LOAD_BALANCER_CIDR}`);
    if (!isFree(wanted)) return refused(`address ${wanted} is in use by another load balancer`);
    return { ok: true, status: statusOf(wanted) };
  }
  const held = heldAddresses(service).find(isFree);
  if (held !== undefined) return { ok: true, status: statusOf(held) };
  const count = serviceDoors();
  const { namespace = '', name } = service.metadata;
  const start = Number.parseInt(textHash(`${namespace}/${name}`).slice(0, 8), 16) % count;
  for (let step = 0; step < count; step++) {
    const address = serviceDoor((start + step) % count);
    if (isFree(address)) return { ok: true, status: statusOf(address) };
  }
  return refused(`no address of ${LOAD_BALANCER_CIDR} is left`);
}

function refused(reason: string): Ensured {
  return { ok: false, reason };
}
