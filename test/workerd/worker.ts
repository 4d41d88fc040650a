// The Worker that the workerd suite runs in. `Bare` is an object with storage and nothing else, for code that only
// needs a Durable Object's SQLite.

import { DurableObject } from 'cloudflare:workers';

export class Bare extends DurableObject {}

export { NodePool } from '../../src/nodes/pool/node-pool.ts';

export default {
  fetch(): Response {
    return new Response('test worker');
  },
};
