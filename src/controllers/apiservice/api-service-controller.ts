// APIServices: those of custom resources are made (those of what is built in come with the cluster), and all are told
// whether they are answered.
// Models kube-aggregator pkg/controllers/{autoregister,status}.

import { serverTerm } from '../../api/apiregistration/v1/api-service.ts';
import { customService, MANAGED, namesOf } from '../../api/apiregistration/v1/local-services.ts';
import type { Client } from '../../api/client.ts';
import type { Result } from '../../api/status.ts';
import type { CustomResourceDefinition } from '../../api/types/apiextensions-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import type { Controller, Outcome } from '../runtime/component.ts';
import { withAvailability } from './availability.ts';

const SERVICES = 'apiservices.apiregistration.k8s.io';
const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
const SLICES = 'endpointslices.discovery.k8s.io';
const OF_SERVICE = 'kubernetes.io/service-name';

/** A key is a name. */
export const apiServiceController: Controller = {
  name: 'apiservice-status-available-controller',
  eventSource: 'kube-apiserver',
  watches: {
    [SERVICES]: ({ name }) => [name],
    [DEFINITIONS]: ({ object, old }) => [
      ...namesOf(object as CustomResourceDefinition),
      ...(old === undefined ? [] : namesOf(old as CustomResourceDefinition)),
    ],
    services: ({ namespace, name }, { client }) => served(client, namespace, name),
    [SLICES]: ({ namespace, object }, { client }) => {
      const service = object.metadata.labels?.[OF_SERVICE];
      return service === undefined ? [] : served(client, namespace, service);
    },
  },
  reconcile(key, { client, now }) {
    const object = client.get(SERVICES, '', key);
    const managed = object?.metadata.labels?.[MANAGED] === 'true';
    if (object === undefined || managed) {
      const wanted = customService(key, client.list(DEFINITIONS));
      if (wanted === undefined) return object === undefined ? undefined : outcome(client.delete(SERVICES, '', key));
      if (object === undefined) return outcome(client.create(SERVICES, wanted));
      if (!deepEqual(object.spec, wanted.spec)) {
        return outcome(
          client.update(SERVICES, { ...object, ...(wanted.spec === undefined ? {} : { spec: wanted.spec }) }),
        );
      }
    }
    const next = withAvailability(client, object, now);
    return next === undefined ? undefined : outcome(client.updateStatus(SERVICES, next));
  },
};

function served(client: Client, namespace: string, service: string): string[] {
  return client.list(SERVICES, { term: serverTerm(namespace, service) }).map(({ metadata }) => metadata.name);
}

function outcome(result: Result<unknown>): Outcome | undefined {
  const { reason = '', message = '' } = result.ok ? {} : result.status;
  return result.ok || reason === 'AlreadyExists' || reason === 'NotFound' ? undefined : { error: message };
}
