// What follows from the type of a Service. Models kubernetes pkg/registry/core/service/strategy.go and pkg/api/service.

import type { ServiceSpec } from '../../types/core-v1.ts';

/** `'None'` counts as a cluster IP here. */
export function needsClusterIp(spec: ServiceSpec): boolean {
  return spec.type === 'ClusterIP' || hasNodePortType(spec);
}

/** Whether it may have node ports at all. */
export function hasNodePortType(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

/** Whether its ports get node ports that no one asked for. */
export function needsNodePorts(spec: ServiceSpec): boolean {
  if (spec.type === 'NodePort') return true;
  return spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false;
}

export function needsHealthCheck(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

export function isExternallyAccessible(spec: ServiceSpec): boolean {
  return hasNodePortType(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
}

export function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None';
}

/** The addresses a Service holds in the cluster. */
export function clusterIpsOf(spec: ServiceSpec | undefined): string[] {
  return (spec?.clusterIPs ?? []).filter((ip) => ip !== '' && ip !== 'None');
}

/** The node ports a Service holds, that of the health check included. */
export function nodePortsOf(spec: ServiceSpec | undefined): number[] {
  const ports = [...(spec?.ports ?? []).map((port) => port.nodePort ?? 0), spec?.healthCheckNodePort ?? 0];
  return ports.filter((port) => port !== 0);
}
