// The Ingress controller of a cluster: says where the Ingresses of its classes are reached. All share one door, as the
// Ingresses of one proxy do; hosts and paths tell them apart.
// Models the status and the events of ingress-nginx (internal/ingress/status, internal/ingress/controller/store).
//
// A status that somebody else writes stands until the Ingress itself or its class changes: nobody is fought with.

import type { Reader } from '../../api/client.ts';
import { INGRESS_CLASS } from '../../api/networking/v1/ingress-validation.ts';
import { ingressAddress } from '../../api/networking/v1/load-balancer-addresses.ts';
import { INGRESS_CONTROLLER } from '../../api/networking/v1/simulated-ingress.ts';
import type { Ingress, IngressClass } from '../../api/types/networking-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import type { Change, Context, Controller } from '../runtime/component.ts';

const INGRESSES = 'ingresses.networking.k8s.io';
const CLASSES = 'ingressclasses.networking.k8s.io';

export const ingressController: Controller = {
  name: 'ingress-controller',
  eventSource: 'kubewisp-ingress-controller',
  watches: {
    [INGRESSES]: keysOfIngress,
    [CLASSES]: ({ name, object }, { client }) =>
      (object as IngressClass).spec?.controller === INGRESS_CONTROLLER
        ? client.list(INGRESSES).flatMap((ingress) => (classOf(ingress) === name ? [keyOf(ingress)] : []))
        : [],
  },
  reconcile(key, { client }) {
    const [namespace = '', name = ''] = key.split('/');
    const ingress = client.get(INGRESSES, namespace, name);
    if (ingress === undefined || isSettled(client, ingress)) return undefined;
    const loadBalancer = isOurs(client, ingress) ? { ingress: [{ ip: ingressAddress() }] } : {};
    const written = client.updateStatus(INGRESSES, { ...ingress, status: { ...ingress.status, loadBalancer } });
    return written.ok || written.status.reason === 'NotFound' ? undefined : { error: written.status.message ?? '' };
  },
};

function keyOf({ metadata: { namespace = '', name } }: Ingress): string {
  return `${namespace}/${name}`;
}

function keysOfIngress({ verb, object, old }: Change, { client }: Context): string[] {
  if (verb === 'delete') return [];
  const ingress = object as Ingress;
  const before: Ingress | undefined = old;
  if (before !== undefined && classOf(before) === classOf(ingress) && deepEqual(before.spec, ingress.spec)) return [];
  if (isOurs(client, ingress)) {
    client.event({ regarding: ingress, type: 'Normal', reason: 'Sync', message: 'Scheduled for sync' });
  }
  return isSettled(client, ingress) ? [] : [keyOf(ingress)];
}

function classOf({ spec, metadata }: Ingress): string | undefined {
  return spec?.ingressClassName ?? metadata.annotations?.[INGRESS_CLASS];
}

function isOurs(client: Reader, ingress: Ingress): boolean {
  const name = classOf(ingress);
  return name !== undefined && client.get(CLASSES, '', name)?.spec?.controller === INGRESS_CONTROLLER;
}

/** Others may have given an Ingress of theirs any address but ours. */
function isSettled(client: Reader, ingress: Ingress): boolean {
  const addresses = (ingress.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip);
  if (!isOurs(client, ingress)) return !addresses.includes(ingressAddress());
  return addresses.length === 1 && addresses[0] === ingressAddress();
}
