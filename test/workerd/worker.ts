// The Worker that the workerd suite runs in. `Bare` is an object with storage and nothing else, for code that only
// needs a Durable Object's SQLite.

import { DurableObject } from 'cloudflare:workers';

export class Bare extends DurableObject {}

export { Account, Cluster, default, NodePool } from '../../src/worker.ts';
