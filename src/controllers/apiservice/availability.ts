// Whether a group version is answered. Models kube-aggregator pkg/controllers/status/{local,remote}.

import type { Client } from '../../api/client.ts';
import type { APIService, APIServiceCondition } from '../../api/types/apiregistration-v1.ts';
import type { Service } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { deepEqual } from '../../lib/json.ts';

const DEFAULT_PORT = 443;

interface Finding {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** The object with its condition; undefined: it says so already. */
export function withAvailability(client: Client, object: APIService, now: number): APIService | undefined {
  const finding = availability(client, object);
  const conditions = object.status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'Available');
  const since = old?.status === finding.status ? old.lastTransitionTime : undefined;
  const condition: APIServiceCondition = {
    type: 'Available',
    status: finding.status,
    lastTransitionTime: since ?? formatTime(now),
    reason: finding.reason,
    message: finding.message,
  };
  if (deepEqual(condition, old)) return undefined;
  const next =
    old === undefined ? [...conditions, condition] : conditions.map((one) => (one === old ? condition : one));
  return { ...object, status: { ...object.status, conditions: next } };
}

function availability(client: Client, { spec }: APIService): Finding {
  const { service: target, group = '', version = '' } = spec ?? {};
  if (target === undefined) {
    return { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };
  }
  const { namespace = '', name = '', port = DEFAULT_PORT } = target;
  const what = `service/${name} in ${JSON.stringify(namespace)}`;
  const service = client.get('services', namespace, name);
  if (service === undefined) return missing('ServiceNotFound', `${what} is not present`);
  const why = service.spec?.type === 'ClusterIP' ? unreachable(client, service, port, what) : undefined;
  if (why !== undefined) return why;
  const url = `https://${service.spec?.clusterIP ?? ''}:${port}/apis/${group}/${version}`;
  // Nobody asks the server there: requests are not handed on.
  return missing('FailedDiscoveryCheck', `failing or missing response from ${url}: requests are not handed on to it`);
}

function unreachable(client: Client, service: Service, port: number, what: string): Finding | undefined {
  const { namespace = '', name } = service.metadata;
  const listening = service.spec?.ports?.find((one) => one.port === port);
  if (listening === undefined) return missing('ServicePortError', `${what} is not listening on port ${port}`);
  const matchLabels = { 'kubernetes.io/service-name': name };
  const slices = client.list('endpointslices.discovery.k8s.io', { namespace, matchLabels });
  if (slices.length === 0) return missing('EndpointsNotFound', `cannot find endpointslices for ${what}`);
  const portName = listening.name ?? '';
  const ready = slices.some(
    ({ endpoints, ports }) =>
      (ports ?? []).some((one) => (one.name ?? '') === portName) &&
      (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false),
  );
  if (ready) return undefined;
  const message = `endpoints for ${what} have no addresses with port name ${JSON.stringify(portName)}`;
  return missing('MissingEndpoints', message);
}

function missing(reason: string, message: string): Finding {
  return { status: 'False', reason, message };
}
