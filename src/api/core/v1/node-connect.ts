// How a node is reached: its kubelet's address, and nodes/proxy.
// Models kubernetes pkg/kubelet/client/kubelet_client.go and pkg/registry/core/node/strategy.go (ResourceLocation).

import type { ConnectPort, Connector, Location } from '../../connect.ts';
import { PROXY_METHODS, splitSchemeNamePort } from '../../connect.ts';
import type { Result } from '../../status.ts';
import { badRequest, fail, failure, notFoundStatus, ok } from '../../status.ts';
import { goQuote } from '../../../schema/go-text.ts';

const NODES = { group: '', resource: 'nodes' };
const KUBELET_PORT = '10250';
/** The kinds of addresses, the preferred ones first: as kubeadm sets up an API server. */
const ADDRESS_TYPES = ['InternalIP', 'ExternalIP', 'Hostname'];

export type Kubelet = Pick<Location, 'scheme' | 'host' | 'port'>;

/** Where a node's kubelet listens. */
export function kubeletOf(name: string, port: ConnectPort): Result<Kubelet> {
  const node = port.get('nodes', '', name);
  if (node === undefined) return fail(notFoundStatus(NODES, name));
  const addresses = node.status?.addresses ?? [];
  for (const wanted of ADDRESS_TYPES) {
    const found = addresses.find(({ type }) => type === wanted);
    if (found === undefined) continue;
    const { Port = 0 } = node.status?.daemonEndpoints?.kubeletEndpoint ?? {};
    return ok({ scheme: 'https', host: found.address, port: Port > 0 ? String(Port) : KUBELET_PORT });
  }
  const known = addresses.map(({ type, address }) => `{${type} ${address}}`).join(' ');
  return fail(failure(500, '', `no preferred addresses found; known addresses: [${known}]`));
}

export const nodeProxy: Connector = {
  kind: 'NodeProxyOptions',
  methods: PROXY_METHODS,
  manner: 'proxy',
  locate({ name: id, path }, port) {
    const split = splitSchemeNamePort(id);
    if (split === undefined) return fail(badRequest(`invalid node request ${goQuote(id)}`));
    const kubelet = kubeletOf(split.name, port);
    if (!kubelet.ok) return kubelet;
    // Another port than the kubelet's is taken as the client says.
    const own = split.port === '' || split.port === kubelet.value.port;
    return ok({ ...kubelet.value, ...(own ? {} : { scheme: split.scheme, port: split.port }), path, query: '' });
  },
};
