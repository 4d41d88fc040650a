// What a node pool is told about itself. It is all that the pool keeps for good, beside the names of nodes without power.

import { z } from 'zod';

export const poolConfigSchema = z.object({
  /** Id of the cluster; also the name of its Durable Object. */
  cluster: z.string().min(1),
  pool: z.string().min(1).default('default'),
  /** Bearer token for the cluster's API. */
  token: z.string().min(1),
  /** In order: the place in the list gives a node its address and zone. Quantities as text: `4`, `16Gi`. */
  nodes: z.array(z.object({ name: z.string().min(1), cpu: z.string().min(1), memory: z.string().min(1) })).max(1000),
});

export type PoolConfig = z.output<typeof poolConfigSchema>;
export type PoolConfigInput = z.input<typeof poolConfigSchema>;
