// Subresources that lead to a node or to what listens in a pod. Where they lead is found out and refused as upstream does;
// no kubelet listens there yet, so that what would be connected is answered as an API server answers that cannot
// reach one.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/proxy and …/apiserver/pkg/registry/generic/rest/streamer.go.

import type { ConnectPort, Connector, Location } from '../../api/connect.ts';
import { hostPort, urlOf } from '../../api/connect.ts';
import type { ResourceMap, ResourceName } from '../../api/resources.ts';
import type { Status } from '../../api/status.ts';
import { badRequest, failure, forbiddenStatus } from '../../api/status.ts';
import { goQuote } from '../../schema/go-text.ts';
import { statusAnswer } from '../answer.ts';
import { userInfoOf } from '../authentication/user.ts';
import type { Exchange, Services } from '../exchange.ts';
import type { ApiRequest, ApiResponse } from '../http.ts';

const DEFAULT_PORTS = { http: '80', https: '443' };
const NO_CONTENT: ApiResponse = { status: 204, contentType: '', body: '' };

export function connect(exchange: Exchange, connector: Connector): ApiResponse {
  const { path, query, request, services } = exchange;
  const { namespace, name } = path;
  const forbidden = connector.manner === 'upgrade' ? refuseStream(exchange) : undefined;
  if (forbidden !== undefined) return statusAnswer(forbidden);
  const target = { namespace, name, path: path.rest.map((part) => `/${part}`).join(''), query };
  const location = connector.locate(target, portOf(services));
  if (!location.ok) return statusAnswer(location.status);
  if (location.value === undefined) return NO_CONTENT;
  if (connector.manner === 'upgrade' && !asksForUpgrade(request)) {
    return statusAnswer(badRequest('Upgrade request required'));
  }
  return statusAnswer(unreachable(connector, location.value));
}

/** To open a stream is to create something, though a WebSocket begins with a GET. */
function refuseStream({ kind, path, request, services, user }: Exchange): Status | undefined {
  if (request.method === 'POST') return undefined;
  const { group, version, resource, subresource, namespace, name } = path;
  const resourceAttributes = { verb: 'create', group, version, resource, subresource, namespace, name };
  const { allowed, reason = '' } = services.authorizer.authorize(userInfoOf(user), { resourceAttributes });
  return allowed ? undefined : forbiddenStatus(kind, name, reason);
}

function portOf({ store, scheme }: Services): ConnectPort {
  const kindOf = (resource: string) => {
    const kind = scheme.byLogResource(resource);
    if (kind === undefined) throw new Error(`no kind is stored as ${resource}`);
    return kind;
  };
  return {
    get: <R extends ResourceName>(resource: R, namespace: string, name: string) =>
      store.get(kindOf(resource), namespace, name) as ResourceMap[R] | undefined,
    list: <R extends ResourceName>(resource: R, namespace: string) =>
      store.log.list({ resource, namespace }).map((row) => store.parse(kindOf(resource), row)) as Array<ResourceMap[R]>,
  };
}

function asksForUpgrade(request: ApiRequest): boolean {
  return (request.header('connection') ?? '').toLowerCase().includes('upgrade');
}

function unreachable({ manner }: Connector, location: Location): Status {
  const address = hostPort(location.host, location.port === '' ? DEFAULT_PORTS[location.scheme] : location.port);
  const refused = `dial tcp ${address}: connect: connection refused`;
  switch (manner) {
    case 'fetch':
      return failure(500, '', `Get ${goQuote(urlOf(location))}: ${refused}`);
    case 'upgrade':
      return failure(500, '', `error dialing backend: ${refused}`);
    case 'proxy':
      return failure(503, 'ServiceUnavailable', `error trying to reach service: ${refused}`);
  }
}
