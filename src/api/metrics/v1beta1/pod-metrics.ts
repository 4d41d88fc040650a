// PodMetrics: the resource `pods` of metrics.k8s.io. Models kubernetes-sigs/metrics-server pkg/api/pod.go.

import { structOfSchema } from '../../../schema/openapi-schema/to-struct.ts';
import type { Kind } from '../../kind.ts';
import { defineKind } from '../../kind.ts';
import { customOpenApi } from '../../custom/custom-openapi.ts';
import { fail, notFoundStatus, ok } from '../../status.ts';
import { METRICS_COLUMNS, METRICS_GROUP } from './group.ts';
import { podMetrics } from './measure.ts';
import { POD_METRICS } from './schemas.ts';
import type { PodMetrics } from './types.ts';
import { sumOfUsage } from './usage.ts';

const ID = 'io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics';

export function podMetricsKind(): Kind {
  return defineKind<PodMetrics>({
    ...METRICS_GROUP,
    kind: 'PodMetrics',
    resource: 'pods',
    singular: '',
    namespaced: true,
    definition: ID,
    schema: structOfSchema(POD_METRICS, ID, 'PodMetrics'),
    openApi: () => customOpenApi(POD_METRICS),

    computed: {
      get(namespace, name, context) {
        const pod = context.get('pods', namespace, name);
        const found = pod === undefined ? undefined : podMetrics(pod, context);
        if (found !== undefined) return ok(found);
        const resource = { group: METRICS_GROUP.group, resource: 'podmetrics' };
        return fail(notFoundStatus(resource, `${namespace}/${name}`));
      },
      list: (namespace, context) =>
        context
          .list('pods', namespace === undefined ? {} : { namespace })
          .flatMap((pod) => podMetrics(pod, context) ?? []),
    },

    printer: {
      columns: METRICS_COLUMNS,
      cells({ metadata, containers, window }) {
        const { cpu = '0', memory = '0' } = sumOfUsage(containers.map(({ usage }) => usage));
        return [metadata.name, cpu, memory, window];
      },
    },
  });
}
