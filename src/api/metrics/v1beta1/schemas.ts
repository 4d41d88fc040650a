// The schemas of metrics.k8s.io/v1beta1, which the table of built-in kinds does not have: upstream another server has it.

import type { JsonSchema } from '../../../schema/openapi-schema/json-schema.ts';

const MEASURED: Readonly<Record<string, JsonSchema>> = {
  timestamp: { type: 'string', format: 'date-time', description: 'When the window ended in which usage was measured.' },
  window: { type: 'string', description: 'How long the window was, as a Go duration.' },
};
const USAGE: JsonSchema = {
  type: 'object',
  description: 'What was used of each resource, as quantities.',
  additionalProperties: { type: 'string' },
};

export const NODE_METRICS: JsonSchema = {
  type: 'object',
  description: 'What a node uses.',
  required: ['timestamp', 'window', 'usage'],
  properties: { ...MEASURED, usage: USAGE },
};

export const POD_METRICS: JsonSchema = {
  type: 'object',
  description: 'What the containers of a pod use.',
  required: ['timestamp', 'window', 'containers'],
  properties: {
    ...MEASURED,
    containers: {
      type: 'array',
      description: 'The containers that run.',
      items: {
        type: 'object',
        required: ['name', 'usage'],
        properties: { name: { type: 'string', description: 'Name of the container.' }, usage: USAGE },
      },
    },
  },
};
