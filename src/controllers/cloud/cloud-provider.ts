// What the cloud controllers need of a cloud. The simulated one answers from the cluster's own objects: there is nothing
// to wait for and nothing to be undone.
// Models kubernetes staging/src/k8s.io/cloud-provider/cloud.go (InstancesV2, LoadBalancer, Routes).

import type { Reader } from '../../api/client.ts';
import type { LoadBalancerStatus, Node, NodeAddress, Service } from '../../api/types/core-v1.ts';

/** `stopped`: it is there, without power. `gone`: the cloud has it no longer. */
export type InstanceState = 'running' | 'stopped' | 'gone';

/** The machine that a node is. */
export interface Instance {
  readonly state: InstanceState;
  readonly providerId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly region: string;
  readonly addresses: readonly NodeAddress[];
}

export type Ensured =
  | { readonly ok: true; readonly status: LoadBalancerStatus }
  | { readonly ok: false; readonly reason: string };

export interface LoadBalancers {
  /** What there is for the Service; undefined: nothing. */
  find(service: Service): LoadBalancerStatus | undefined;
  /**
   * The load balancer that the Service is to have: it is there once the Service's status says so, and is gone with that.
   * A refusal holds until the Service changes, or the address that it asks for becomes free.
   */
  ensure(service: Service, cluster: Reader): Ensured;
}

/** Where packets for a range of pod addresses go. */
export interface Route {
  readonly destination: string;
  readonly node: string;
}

export interface CloudProvider {
  /** Undefined: no machine of this cloud, and none of its concern. */
  instance(node: Node): Instance | undefined;
  readonly loadBalancers: LoadBalancers;
  /** The routes that lead to a node. */
  routes(node: Node): readonly Route[];
}
