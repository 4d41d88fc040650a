// One request under way: what the stages of the pipeline have found out about it so far.

import type { Client } from '../api/client.ts';
import type { Kind } from '../api/kind.ts';
import type { Authorizer } from '../api/review.ts';
import type { Scheme } from '../api/scheme.ts';
import type { WorkMeter } from '../lib/work-meter.ts';
import { managerName } from '../registry/managed-fields/manager.ts';
import type { ReportedUsage } from '../registry/reported-usage.ts';
import type { Store } from '../registry/store.ts';
import type { WriteContext } from '../registry/write.ts';
import type { Admission } from './admission/plugin.ts';
import type { TokenAuthenticator } from './authentication/bearer-token.ts';
import type { User } from './authentication/user.ts';
import type { ApiRequest, Encoding } from './http.ts';
import type { Query, ResourcePath } from './request-info.ts';

export interface Services {
  readonly store: Store;
  readonly scheme: Scheme;
  readonly admission: Admission;
  readonly authenticator: TokenAuthenticator;
  readonly authorizer: Authorizer;
  /** What nodes have measured. */
  readonly usage: ReportedUsage;
  /** Writes in the name of the server itself, because of the revision `cause`. */
  loopback(cause: number): Client;
  /** What its clients have spent. */
  readonly meter: WorkMeter;
}

export interface Exchange {
  readonly services: Services;
  readonly request: ApiRequest;
  readonly query: Query;
  readonly path: ResourcePath;
  readonly kind: Kind;
  readonly user: User;
  readonly encoding: Encoding | undefined;
  /** What admission warns of: the pipeline adds it to the answer. */
  readonly warnings: string[];
}

/** `fieldManager`: the one that the request names, if it does. */
export function writeContext(exchange: Exchange, dryRun: boolean, fieldManager = ''): WriteContext {
  const agent = exchange.request.header('user-agent') ?? '';
  return {
    actor: exchange.user.name,
    agent,
    cause: 0,
    dryRun,
    manager: managerName(fieldManager, agent),
    warn: (text) => void exchange.warnings.push(text),
  };
}
