// NodeMetrics: the resource `nodes` of metrics.k8s.io. Models kubernetes-sigs/metrics-server pkg/api/node.go.

import { structOfSchema } from '../../../schema/openapi-schema/to-struct.ts';
import type { Kind } from '../../kind.ts';
import { defineKind } from '../../kind.ts';
import { customOpenApi } from '../../custom/custom-openapi.ts';
import { fail, notFoundStatus, ok } from '../../status.ts';
import { METRICS_COLUMNS, METRICS_GROUP } from './group.ts';
import { nodeMetrics } from './measure.ts';
import { NODE_METRICS } from './schemas.ts';
import type { NodeMetrics } from './types.ts';

const ID = 'io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics';

export function nodeMetricsKind(): Kind {
  return defineKind<NodeMetrics>({
    ...METRICS_GROUP,
    kind: 'NodeMetrics',
    resource: 'nodes',
    singular: '',
    namespaced: false,
    definition: ID,
    schema: structOfSchema(NODE_METRICS, ID, 'NodeMetrics'),
    openApi: () => customOpenApi(NODE_METRICS),

    computed: {
      get(_, name, context) {
        const node = context.get('nodes', '', name);
        if (node === undefined) return fail(notFoundStatus({ group: '', resource: 'nodes' }, name));
        const found = nodeMetrics(node, context);
        return found === undefined
          ? fail(notFoundStatus({ group: METRICS_GROUP.group, resource: 'nodes' }, name))
          : ok(found);
      },
      list: (_, context) => context.list('nodes').flatMap((node) => nodeMetrics(node, context) ?? []),
    },

    printer: {
      columns: METRICS_COLUMNS,
      cells: ({ metadata, usage, window }) => [metadata.name, usage['cpu'] ?? '0', usage['memory'] ?? '0', window],
    },
  });
}
