// The types of metrics.k8s.io/v1beta1. Models kubernetes staging/src/k8s.io/metrics/pkg/apis/metrics/v1beta1.

import type { KubeObject } from '../../object.ts';

/** Quantities by the name of the resource: `{ cpu: '1m', memory: '1Mi' }`. */
export type Usage = Readonly<Record<string, string>>;

interface Measured {
  /** When it was measured: the end of the window. */
  readonly timestamp: string;
  /** Go's text of a duration: `15s`. */
  readonly window: string;
}

export interface NodeMetrics extends KubeObject, Measured {
  readonly usage: Usage;
}

export interface ContainerMetrics {
  readonly name: string;
  readonly usage: Usage;
}

export interface PodMetrics extends KubeObject, Measured {
  readonly containers: readonly ContainerMetrics[];
}
