// Validation of a Service. Models ValidateService and ValidateServiceUpdate of kubernetes pkg/apis/core/validation.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { parseIp } from '../../../schema/ip.ts';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  portNameErrors,
  portNumberErrors,
  qualifiedNameErrors,
} from '../../../schema/names.ts';
import type { LoadBalancerIngress, ServicePort, ServiceSpec, ServiceStatus } from '../../types/core-v1.ts';
import { invalidEach, validateEnum, validateLabels } from '../../validation/fields.ts';
import { validateEndpointIp, validateLegacyCidr, validateLegacyIp } from '../../validation/ip.ts';
import { validateClusterIps } from './service-families.ts';
import { isExternallyAccessible, isHeadless, needsHealthCheck } from './service-rules.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const MAX_AFFINITY_SECONDS = 86_400;
const KUBELET_PORT = 10_250;
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

export function validateServiceSpec(spec: ServiceSpec): FieldError[] {
  return [
    ...validateByType(spec),
    ...validatePorts(spec.ports ?? []),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateClusterIps(spec),
    ...validateExternalIps(spec.externalIPs ?? []),
    ...validateEnum(spec.type, TYPES, 'spec.type'),
    ...validatePortNumbers(spec),
    ...validateLoadBalancer(spec),
    ...validateTraffic(spec),
  ];
}

function validateByType(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  if (spec.type === 'LoadBalancer') {
    ports.forEach(({ port }, index) => {
      if (port !== KUBELET_PORT) return;
      const why = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`;
      errors.push(invalid(`spec.ports[${index}]`, port, why));
    });
  }
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    errors.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type === 'ExternalName') {
    const why = 'may not be set for ExternalName services';
    if ((spec.clusterIPs ?? []).length > 0) errors.push(forbidden('spec.clusterIPs', why));
    if ((spec.ipFamilies ?? []).length > 0) errors.push(forbidden('spec.ipFamilies', why));
    if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', why));
    // A trailing dot says that the name is complete.
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    if (name === '') errors.push(required('spec.externalName'));
    else append(errors, invalidEach('spec.externalName', name, dns1123SubdomainErrors(name)));
  }
  return errors;
}

function validatePorts(ports: readonly ServicePort[]): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const errors: FieldError[] = [];
    const name = port.name ?? '';
    if (name === '') {
      if (ports.length > 1) errors.push(required(`${field}.name`));
    } else {
      append(errors, invalidEach(`${field}.name`, name, dns1123LabelErrors(name)));
      if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
      names.add(name);
    }
    append(errors, invalidEach(`${field}.port`, port.port, portNumberErrors(port.port)));
    append(errors, validateEnum(port.protocol, PROTOCOLS, `${field}.protocol`));
    const target = port.targetPort ?? 0;
    const texts = typeof target === 'number' ? portNumberErrors(target) : portNameErrors(target);
    append(errors, invalidEach(`${field}.targetPort`, target, texts));
    if (port.appProtocol !== undefined) {
      append(errors, invalidEach(`${field}.appProtocol`, port.appProtocol, qualifiedNameErrors(port.appProtocol)));
    }
    return errors;
  });
}

function validateAffinity(spec: ServiceSpec): FieldError[] {
  const errors = validateEnum(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity');
  if (spec.sessionAffinity !== 'ClientIP') return errors;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0;
  if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
    const why = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`;
    errors.push(invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, why));
  }
  return errors;
}

function validateExternalIps(ips: readonly string[]): FieldError[] {
  return ips.flatMap((ip, index) => {
    const field = `spec.externalIPs[${index}]`;
    const errors = validateLegacyIp(ip, field);
    return errors.length > 0 ? errors : validateEndpointIp(ip, field);
  });
}

/** Node ports where there may be none, and numbers used twice. */
function validatePortNumbers(spec: ServiceSpec): FieldError[] {
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [];
  if (spec.type === 'ClusterIP') {
    ports.forEach(({ nodePort }, index) => {
      if (!nodePort) return;
      errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const nodePorts = new Set<string>();
  ports.forEach(({ protocol, nodePort }, index) => {
    if (!nodePort) return;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${index}].nodePort`, nodePort));
    nodePorts.add(key);
  });
  const numbers = new Set<string>();
  ports.forEach(({ protocol = '', port }, index) => {
    const key = `${protocol}/${port}`;
    if (numbers.has(key)) {
      // Upstream prints its internal struct.
      const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
      errors.push(duplicate(`spec.ports[${index}]`, shown));
    }
    numbers.add(key);
  });
  return errors;
}

function validateLoadBalancer(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const isLoadBalancer = spec.type === 'LoadBalancer';
  const ranges = spec.loadBalancerSourceRanges ?? [];
  // The path has a capital letter upstream.
  const field = 'spec.LoadBalancerSourceRanges';
  if (ranges.length > 0 && !isLoadBalancer) errors.push(forbidden(field, ONLY_LOAD_BALANCER));
  ranges.forEach((range, index) => append(errors, validateLegacyCidr(range.trim(), `${field}[${index}]`)));
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isLoadBalancer) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', ONLY_LOAD_BALANCER));
  }
  if (isLoadBalancer && spec.allocateLoadBalancerNodePorts === undefined) {
    errors.push(required('spec.allocateLoadBalancerNodePorts'));
  }
  return [...errors, ...validateClass(spec)];
}

function validateClass(spec: ServiceSpec): FieldError[] {
  const name = spec.loadBalancerClass;
  if (name === undefined) return [];
  if (spec.type !== 'LoadBalancer') return [forbidden('spec.loadBalancerClass', ONLY_LOAD_BALANCER)];
  return invalidEach('spec.loadBalancerClass', name, qualifiedNameErrors(name));
}

function validateTraffic(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { externalTrafficPolicy = '', healthCheckNodePort = 0, internalTrafficPolicy, trafficDistribution } = spec;
  if (isExternallyAccessible(spec)) {
    if (externalTrafficPolicy === '') errors.push(required('spec.externalTrafficPolicy'));
    else append(errors, validateEnum(externalTrafficPolicy, POLICIES, 'spec.externalTrafficPolicy'));
  } else if (externalTrafficPolicy !== '') {
    const why = 'may only be set for externally-accessible services';
    errors.push(invalid('spec.externalTrafficPolicy', externalTrafficPolicy, why));
  }
  if (needsHealthCheck(spec)) {
    if (healthCheckNodePort === 0) errors.push(required('spec.healthCheckNodePort'));
    else {
      append(
        errors,
        invalidEach('spec.healthCheckNodePort', healthCheckNodePort, portNumberErrors(healthCheckNodePort)),
      );
    }
  } else if (healthCheckNodePort !== 0) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid('spec.healthCheckNodePort', healthCheckNodePort, why));
  }
  if (internalTrafficPolicy !== undefined) {
    append(errors, validateEnum(internalTrafficPolicy, POLICIES, 'spec.internalTrafficPolicy'));
  } else if (TYPES.includes(spec.type ?? '') && spec.type !== 'ExternalName') {
    errors.push(required('spec.internalTrafficPolicy'));
  }
  if (trafficDistribution !== undefined) {
    append(errors, validateEnum(trafficDistribution, DISTRIBUTIONS, 'spec.trafficDistribution'));
  }
  return errors;
}

/** What an update may not change. */
export function validateServiceChange(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    if (!(isHeadless(spec) && isHeadless(old))) append(errors, validateListChange(spec, old, 'clusterIPs'));
    const selectorless = isHeadless(spec) && isHeadless(old) && Object.keys(spec.selector ?? {}).length === 0;
    if (!selectorless) append(errors, validateListChange(spec, old, 'ipFamilies'));
  }
  if (
    spec.type === 'LoadBalancer' &&
    old.type === 'LoadBalancer' &&
    !deepEqual(spec.loadBalancerClass, old.loadBalancerClass)
  ) {
    errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'));
    append(errors, validateClass(spec));
  }
  return errors;
}

/** The first of the list stays; there is no second one on a cluster with one family. */
function validateListChange(spec: ServiceSpec, old: ServiceSpec, key: 'clusterIPs' | 'ipFamilies'): FieldError[] {
  const list: readonly string[] = spec[key] ?? [];
  const before: readonly string[] = old[key] ?? [];
  const field = `spec.${key}`;
  if (before.length > 0 && list.length === 0) {
    const what = key === 'clusterIPs' ? 'primary clusterIP' : 'primary ipFamily';
    return [invalid(`${field}[0]`, spec[key], `${what} can not be unset`)];
  }
  return before.flatMap((item, index) =>
    list[index] === undefined || list[index] === item
      ? []
      : [invalid(`${field}[${index}]`, list, 'may not change once set')],
  );
}

export function validateServiceStatus(status: ServiceStatus | undefined, spec: ServiceSpec): FieldError[] {
  const field = 'status.loadBalancer.ingress';
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0 && spec.type !== 'LoadBalancer') {
    return [forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return ingress.flatMap((item, index) => validateIngress(item, `${field}[${index}]`));
}

function validateIngress({ ip = '', ipMode, hostname = '' }: LoadBalancerIngress, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (ip !== '') append(errors, validateLegacyIp(ip, `${field}.ip`));
  if (ipMode === undefined) {
    if (ip !== '') errors.push(required(`${field}.ipMode`, 'must be specified when `ip` is set'));
  } else if (ip === '') errors.push(forbidden(`${field}.ipMode`, 'may not be specified when `ip` is not set'));
  else if (!['Proxy', 'VIP'].includes(ipMode)) errors.push(notSupported(`${field}.ipMode`, ipMode, ['Proxy', 'VIP']));
  if (hostname !== '') {
    append(errors, invalidEach(`${field}.hostname`, hostname, dns1123SubdomainErrors(hostname)));
    if (parseIp(hostname) !== undefined) {
      errors.push(invalid(`${field}.hostname`, hostname, 'must be a DNS name, not an IP address'));
    }
  }
  return errors;
}
