// The kinds of metrics.k8s.io/v1beta1. They stand beside the table of kinds (src/api/scheme.ts): a cluster may lack them.

import type { Kind } from '../../kind.ts';
import { nodeMetricsKind } from './node-metrics.ts';
import { podMetricsKind } from './pod-metrics.ts';

export function metricsKinds(): Kind[] {
  return [nodeMetricsKind(), podMetricsKind()];
}
