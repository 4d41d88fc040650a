// Gives Services of type LoadBalancer a load balancer of the cloud, and takes it back.
// Models kubernetes staging/src/k8s.io/cloud-provider/controllers/service/controller.go.
//
// Keys:
//   NAMESPACE/NAME         one Service's load balancer
//   hosts NAMESPACE/NAME   tells a Service that its load balancer sends to other nodes
//
// 1. The finalizer and the address come, and go, in one write: no Service has one without the other for long.
// 2. A refusal of the cloud is told once. It holds until the Service changes, or another gives the wanted address back:
//    then the key comes again. Nothing is tried again at intervals.

import type { Client } from '../../api/client.ts';
import {
  heldAddresses,
  LOAD_BALANCER_TERM,
  wantedAddressTerm,
  wantsLoadBalancer,
} from '../../api/networking/v1/load-balancer-addresses.ts';
import type { LoadBalancerStatus, Service } from '../../api/types/core-v1.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import type { CloudProvider } from '../cloud/cloud-provider.ts';
import type { Change, Context, Controller, Outcome } from '../runtime/component.ts';
import { changesHosts, FINALIZER, hostView, isHost, loadBalancerChange, needsCleanup } from './changes.ts';

const HOSTS = 'hosts ';

export function serviceController(cloud: CloudProvider): Controller {
  return {
    name: 'service-controller',
    watches: {
      services: (change, { client }) => [...keysOfService(change, client), ...waitingForAddress(change, client)],
      nodes: ({ verb, object, old }, { client }) =>
        (verb === 'delete' ? isHost(object) : changesHosts(old, object))
          ? client.list('services', { term: LOAD_BALANCER_TERM }).map((service) => `${HOSTS}${keyOf(service)}`)
          : [],
    },
    reconcile(key, context) {
      const [namespace = '', name = ''] = key.replace(HOSTS, '').split('/');
      const service = context.client.get('services', namespace, name);
      if (service === undefined) return undefined;
      if (key.startsWith(HOSTS)) return tellHosts(cloud, service, context);
      const wanted = wantsLoadBalancer(service) && !needsCleanup(service);
      return wanted ? ensure(cloud, service, context) : release(cloud, service, context);
    },
  };
}

function keyOf({ metadata: { namespace = '', name } }: Service): string {
  return `${namespace}/${name}`;
}

function keysOfService({ verb, object, old }: Change, client: Client): string[] {
  const service = object as Service;
  if (verb === 'delete') return [];
  if (old === undefined) return wantsLoadBalancer(service) || needsCleanup(service) ? [keyOf(service)] : [];
  const change = loadBalancerChange(old, service);
  if (change?.told !== undefined) client.event({ regarding: service, type: 'Normal', ...change.told });
  return change !== undefined || needsCleanup(service) ? [keyOf(service)] : [];
}

/** Rule 2: Services that ask for an address which is given back. */
function waitingForAddress({ verb, object, old }: Change, client: Client): string[] {
  const held = verb === 'delete' ? [] : heldAddresses(object);
  if (old === undefined) return [];
  const freed = heldAddresses(old).filter((address) => !held.includes(address));
  return freed.flatMap((address) => client.list('services', { term: wantedAddressTerm(address) }).map(keyOf));
}

function ensure(cloud: CloudProvider, service: Service, { client }: Context): Outcome | undefined {
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    client.event({ regarding: service, type, reason, message });
  tell('Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
  if (!hasHosts(client)) tellUnavailable(client, service);
  const finalizers = [...(service.metadata.finalizers ?? []).filter((item) => item !== FINALIZER), FINALIZER];
  const ensured = cloud.loadBalancers.ensure(service, client);
  if (!ensured.ok) {
    const why = `Error syncing load balancer: failed to ensure load balancer: ${ensured.reason}`;
    tell('Warning', 'SyncLoadBalancerFailed', why);
    return write(client, service, finalizers, service.status?.loadBalancer ?? {});
  }
  tell('Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  return write(client, service, finalizers, ensured.status);
}

function release(cloud: CloudProvider, service: Service, { client }: Context): Outcome | undefined {
  const tell = (reason: string, message: string): void =>
    client.event({ regarding: service, type: 'Normal', reason, message });
  if (cloud.loadBalancers.find(service) !== undefined) tell('DeletingLoadBalancer', 'Deleting load balancer');
  const finalizers = (service.metadata.finalizers ?? []).filter((item) => item !== FINALIZER);
  const outcome = write(client, service, finalizers, {});
  if (outcome === undefined) tell('DeletedLoadBalancer', 'Deleted load balancer');
  return outcome;
}

/** Of a status' write metadata passes, too. */
function write(
  client: Client,
  service: Service,
  finalizers: string[],
  loadBalancer: LoadBalancerStatus,
): Outcome | undefined {
  const next = clone(service);
  if (finalizers.length > 0) next.metadata.finalizers = finalizers;
  else delete next.metadata.finalizers;
  next.status = { ...next.status, loadBalancer };
  if (deepEqual(next, service)) return undefined;
  const written = client.updateStatus('services', next);
  return written.ok || written.status.reason === 'NotFound' ? undefined : { error: written.status.message ?? '' };
}

function tellHosts(cloud: CloudProvider, service: Service, { client }: Context): undefined {
  if (!wantsLoadBalancer(service) || needsCleanup(service)) return undefined;
  if (cloud.loadBalancers.find(service) === undefined) return undefined;
  if (!hasHosts(client)) return tellUnavailable(client, service);
  const message = 'Updated load balancer with new hosts';
  client.event({ regarding: service, type: 'Normal', reason: 'UpdatedLoadBalancer', message });
  return undefined;
}

function hasHosts(client: Client): boolean {
  return client.view(hostView, { namespace: '' }).some(({ host }) => host);
}

function tellUnavailable(client: Client, regarding: Service): undefined {
  const message = 'There are no available nodes for LoadBalancer';
  client.event({ regarding, type: 'Warning', reason: 'UnAvailableLoadBalancer', message });
  return undefined;
}
