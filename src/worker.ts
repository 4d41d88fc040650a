// Entry of the Worker: the gateway and the classes of Durable Objects. Wiring only.

import { createGateway } from './gateway/app.ts';

export { Account } from './account/account.ts';
export { Cluster } from './cluster/cluster.ts';
export { NodePool } from './nodes/pool/node-pool.ts';

export default createGateway();
