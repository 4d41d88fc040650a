// The Worker's bindings and variables, as wrangler.toml and `kubewisp up` give them.

import type { Account } from './account/account.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { NodePool } from './nodes/pool/node-pool.ts';

export interface Env {
  readonly CLUSTER: DurableObjectNamespace<Cluster>;
  readonly NODE_POOL: DurableObjectNamespace<NodePool>;
  readonly ACCOUNT: DurableObjectNamespace<Account>;
  /** The files of OpenAPI that `npm run build` makes. */
  readonly DOCUMENTS: Fetcher;
  /** Who may create, list and delete clusters. Unset: nobody. */
  readonly OPERATOR_TOKEN?: string;
  /** The cluster that answers at the root path. */
  readonly DEFAULT_CLUSTER?: string;
  /** Base64 of the PEM certificate that kubeconfigs and pods are to trust; unset where the certificate is publicly trusted. */
  readonly CA_DATA?: string;
  /** debug, info, warn (default) or error. */
  readonly LOG_LEVEL?: string;
  /** Seconds without a heartbeat until a node is NotReady; default 50. */
  readonly NODE_GRACE_SECONDS?: string;
}
