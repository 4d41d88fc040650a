// Tells of node ports that several Services hold, or that no Service may have. No write leaves such a state (a port is
// taken while a live Service carries its term); a log from elsewhere may.
// Models kubernetes pkg/registry/core/service/portallocator/controller/repair.go, which looks every three minutes; here a
// change is looked at as it comes, and only what is wrong gets a key.

import type { Client } from '../../api/client.ts';
import { FIRST_NODE_PORT, isNodePort, LAST_NODE_PORT, nodePortTerm } from '../../api/core/v1/service-ports.ts';
import { nodePortsOf } from '../../api/core/v1/service-rules.ts';
import type { Service } from '../../api/types/core-v1.ts';
import type { Controller } from '../runtime/component.ts';

/** A key is a port. */
export const portRepairController: Controller = {
  name: 'portallocator-repair-controller',
  watches: {
    services: ({ verb, object }, { client }) =>
      verb === 'delete' ? [] : wrongPorts(client, object).map((port) => String(port)),
  },
  reconcile(key, { client }) {
    const port = Number(key);
    const holders = client.list('services', { term: nodePortTerm(port) });
    const range = `${FIRST_NODE_PORT}-${LAST_NODE_PORT}`;
    const tell = (regarding: Service, reason: string, why: string): void =>
      client.event({ regarding, type: 'Warning', reason, message: `Port ${port} ${why}; please recreate service` });
    if (!isNodePort(port)) {
      for (const service of holders) tell(service, 'PortOutOfRange', `is not within the port range ${range}`);
      return undefined;
    }
    // The first by name keeps it, as upstream, which lists them in that order.
    for (const service of holders.slice(1)) tell(service, 'PortAlreadyAllocated', 'was assigned to multiple services');
    return undefined;
  },
};

function wrongPorts(client: Client, { spec }: Service): number[] {
  return nodePortsOf(spec).filter(
    (port) => !isNodePort(port) || client.list('services', { term: nodePortTerm(port) }).length > 1,
  );
}
