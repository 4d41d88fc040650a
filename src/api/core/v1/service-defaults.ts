// Defaults of a Service, and what an update may leave out.
// Models kubernetes pkg/apis/core/v1/defaults.go and pkg/registry/core/service/{strategy,storage}.

import { deepEqual } from '../../../lib/json.ts';
import type { Service, ServiceSpec } from '../../types/core-v1.ts';
import { omitEmpty } from './pod-defaults.ts';
import { isExternallyAccessible, needsClusterIp, needsHealthCheck, needsNodePorts } from './service-rules.ts';

const AFFINITY_SECONDS = 10_800;

export function setServiceDefaults(object: Service): void {
  const spec = (object.spec ??= {});
  setAffinity(spec);
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    port.port ??= 0;
    port.targetPort ||= port.port;
    omitEmpty(port, ['name', 'nodePort']);
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (needsClusterIp(spec)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') {
    spec.allocateLoadBalancerNodePorts ??= true;
    for (const ingress of object.status?.loadBalancer?.ingress ?? []) {
      if ((ingress.ip ?? '') !== '') ingress.ipMode ??= 'VIP';
    }
  }
  omitEmpty(spec, [
    'ports',
    'selector',
    'clusterIP',
    'clusterIPs',
    'externalIPs',
    'loadBalancerIP',
    'loadBalancerSourceRanges',
    'externalName',
    'externalTrafficPolicy',
    'healthCheckNodePort',
    'publishNotReadyAddresses',
    'ipFamilies',
  ]);
}

function setAffinity(spec: ServiceSpec): void {
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity !== 'ClientIP' || spec.sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined) return;
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
}

/** clusterIP is the old name of the first of clusterIPs: a client that knows only it means both. */
export function syncClusterIps(spec: ServiceSpec, old?: ServiceSpec): void {
  const ip = spec.clusterIP ?? '';
  if (old === undefined) {
    if (ip !== '' && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [ip];
    return;
  }
  const oldIp = old.clusterIP ?? '';
  const oldIps = old.clusterIPs ?? [];
  if (ip === oldIp) {
    if (oldIps.length > 0 && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [...oldIps];
  } else if (deepEqual(oldIps, spec.clusterIPs ?? [])) {
    if (ip === '') delete spec.clusterIPs;
    else spec.clusterIPs = [ip];
  }
}

/** Takes over what was allocated before and the client did not repeat. */
export function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && needsClusterIp(spec) && old.clusterIP !== undefined) {
    spec.clusterIP ||= old.clusterIP;
    if (spec.clusterIP === old.clusterIP && (spec.clusterIPs ?? []).length === 0 && old.clusterIPs !== undefined) {
      spec.clusterIPs = [...old.clusterIPs];
    }
  }
  if (needsNodePorts(old) && needsNodePorts(spec)) keepNodePorts(spec, old);
  if (needsHealthCheck(old) && needsHealthCheck(spec) && old.healthCheckNodePort !== undefined) {
    spec.healthCheckNodePort ||= old.healthCheckNodePort;
  }
}

function keepNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const before = new Map((old.ports ?? []).map((port) => [port.name ?? '', port.nodePort ?? 0]));
  const kept = new Set((old.ports ?? []).map((port) => port.nodePort ?? 0));
  const used = new Set(
    (spec.ports ?? []).map((port) => port.nodePort ?? 0).filter((port) => port !== 0 && kept.has(port)),
  );
  for (const port of spec.ports ?? []) {
    const nodePort = before.get(port.name ?? '') ?? 0;
    if ((port.nodePort ?? 0) !== 0 || nodePort === 0 || used.has(nodePort)) continue;
    port.nodePort = nodePort;
    used.add(nodePort);
  }
}

/** Drops what the new type cannot have, unless the client changed it: then validation speaks. */
export function dropForType(spec: ServiceSpec, old: ServiceSpec): void {
  const same = (key: keyof ServiceSpec): boolean => deepEqual(spec[key], old[key]);
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    if (same('clusterIP') && same('clusterIPs')) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (same('ipFamilies')) delete spec.ipFamilies;
    if (same('ipFamilyPolicy')) delete spec.ipFamilyPolicy;
  }
  const ports = (of: ServiceSpec): number[] => (of.ports ?? []).map((port) => port.nodePort ?? 0).sort((a, b) => a - b);
  if (needsNodePorts(old) && !needsNodePorts(spec) && deepEqual(ports(spec), ports(old))) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheck(old) && !needsHealthCheck(spec) && same('healthCheckNodePort')) delete spec.healthCheckNodePort;
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (same('allocateLoadBalancerNodePorts')) delete spec.allocateLoadBalancerNodePorts;
    if (same('loadBalancerClass')) delete spec.loadBalancerClass;
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(spec) && same('externalTrafficPolicy')) {
    delete spec.externalTrafficPolicy;
  }
  if (needsClusterIp(old) && !needsClusterIp(spec) && same('internalTrafficPolicy')) delete spec.internalTrafficPolicy;
}
