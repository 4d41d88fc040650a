// What a pod is given where its author said nothing, and the form in which it is served: fields that upstream leaves
// out when they are empty are left out. Everything here is idempotent and changes the object in place.
// Models kubernetes pkg/apis/core/v1/defaults.go and conversion.go.

import { canonicalResources, defaultContainerRequests, defaultPodResources } from './resource-lists.ts';
import { isLatest } from './image-reference.ts';
import { setVolumeDefaults } from './volume-defaults.ts';
import type {
  Container,
  ContainerStatus,
  EnvVar,
  EphemeralContainer,
  LifecycleHandler,
  Pod,
  PodCondition,
  PodSpec,
  PodStatus,
  PodTemplateSpec,
  Probe,
} from '../../types/core-v1.ts';

const SPEC_FIELDS: ReadonlyArray<keyof PodSpec> = [
  'ephemeralContainers',
  'hostAliases',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostname',
  'imagePullSecrets',
  'initContainers',
  'nodeName',
  'nodeSelector',
  'overhead',
  'priorityClassName',
  'readinessGates',
  'resourceClaims',
  'schedulingGates',
  'serviceAccount',
  'serviceAccountName',
  'subdomain',
  'tolerations',
  'topologySpreadConstraints',
  'volumes',
];
const CONTAINER_FIELDS: ReadonlyArray<keyof Container> = [
  'args',
  'command',
  'env',
  'envFrom',
  'image',
  'ports',
  'resizePolicy',
  'restartPolicyRules',
  'stdin',
  'stdinOnce',
  'tty',
  'volumeDevices',
  'volumeMounts',
  'workingDir',
];

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object') return value === '' || value === false || value === 0;
  if (value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** Removes those of the named fields that hold nothing. */
export function omitEmpty<T extends object>(object: T, fields: ReadonlyArray<keyof T>): void {
  for (const field of fields) {
    const value = object[field];
    if (value !== undefined && isEmpty(value)) delete object[field];
  }
}

function setHandlerDefaults(handler: LifecycleHandler | Probe): void {
  const http = handler.httpGet;
  if (http !== undefined) {
    http.path ||= '/';
    http.scheme ||= 'HTTP';
    omitEmpty(http, ['host', 'httpHeaders']);
  }
  if (handler.tcpSocket !== undefined) omitEmpty(handler.tcpSocket, ['host']);
}

function setProbeDefaults(probe: Probe): void {
  setHandlerDefaults(probe);
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
  omitEmpty(probe, ['initialDelaySeconds']);
}

function setEnvDefaults(variable: EnvVar): void {
  if (variable.value === '') delete variable.value;
  const source = variable.valueFrom;
  if (source === undefined) return;
  if (source.fieldRef !== undefined) source.fieldRef.apiVersion ||= 'v1';
  if (source.resourceFieldRef !== undefined) source.resourceFieldRef.divisor ??= '0';
}

function setContainerDefaults(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ||= isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent';
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  const resources = (container.resources ??= {});
  if (resources.limits !== undefined) canonicalResources(resources.limits);
  if (resources.requests !== undefined) canonicalResources(resources.requests);
  omitEmpty(resources, ['limits', 'requests', 'claims']);
  for (const port of container.ports ?? []) {
    port.protocol ||= 'TCP';
    omitEmpty(port, ['name', 'hostPort', 'hostIP']);
  }
  for (const variable of container.env ?? []) setEnvDefaults(variable);
  for (const mount of container.volumeMounts ?? []) omitEmpty(mount, ['readOnly', 'subPath', 'subPathExpr']);
  if (container.livenessProbe !== undefined) setProbeDefaults(container.livenessProbe);
  if (container.readinessProbe !== undefined) setProbeDefaults(container.readinessProbe);
  if (container.startupProbe !== undefined) setProbeDefaults(container.startupProbe);
  if (container.lifecycle?.postStart !== undefined) setHandlerDefaults(container.lifecycle.postStart);
  if (container.lifecycle?.preStop !== undefined) setHandlerDefaults(container.lifecycle.preStop);
  // Which signal stops a container is not for the author to choose unless a feature gate says so.
  if (container.lifecycle !== undefined) delete container.lifecycle.stopSignal;
  for (const rule of container.restartPolicyRules ?? []) if (rule.exitCodes) omitEmpty(rule.exitCodes, ['values']);
  if (container.securityContext?.capabilities) omitEmpty(container.securityContext.capabilities, ['add', 'drop']);
  omitEmpty(container, CONTAINER_FIELDS);
}

/** For every pod spec, in pods and in templates. */
export function setPodSpecDefaults(spec: PodSpec): void {
  spec.restartPolicy ||= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.schedulerName ||= 'default-scheduler';
  omitEmpty((spec.securityContext ??= {}), ['supplementalGroups', 'sysctls']);
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  for (const container of spec.containers ?? []) setContainerDefaults(container);
  for (const container of spec.initContainers ?? []) setContainerDefaults(container);
  for (const container of spec.ephemeralContainers ?? []) setContainerDefaults(container);
  for (const volume of spec.volumes ?? []) setVolumeDefaults(volume);
  for (const toleration of spec.tolerations ?? []) omitEmpty(toleration, ['key', 'operator', 'value', 'effect']);
  // Of a feature gate that is closed.
  delete spec.schedulingGroup;
  if (spec.overhead !== undefined) canonicalResources(spec.overhead);
  if (spec.resources !== undefined) {
    canonicalResources((spec.resources.limits ??= {}));
    canonicalResources((spec.resources.requests ??= {}));
    omitEmpty(spec.resources, ['limits', 'requests', 'claims']);
  }
  omitEmpty(spec, SPEC_FIELDS);
}

/** For the `template` of a workload. */
export function setPodTemplateDefaults(template: PodTemplateSpec): void {
  setPodSpecDefaults((template.spec ??= { containers: [] }));
}

/** On the network of its node, a container's port is the node's port. */
function defaultHostPorts(containers: readonly Container[] | undefined): void {
  for (const container of containers ?? []) {
    for (const port of container.ports ?? []) if (port.containerPort) port.hostPort ||= port.containerPort;
  }
}

/** Times that upstream serves even when they are not set. */
function setConditionDefaults(condition: PodCondition): void {
  const times = condition as { lastProbeTime?: string | null; lastTransitionTime?: string | null };
  times.lastProbeTime ??= null;
  times.lastTransitionTime ??= null;
}

function setContainerStatusDefaults(status: ContainerStatus): void {
  status.state ??= {};
  status.lastState ??= {};
}

/** podIP and podIPs say the same; where they differ podIP is right. */
function setStatusDefaults(status: PodStatus): void {
  const first = status.podIPs?.[0]?.ip;
  if (status.podIP) {
    if (first !== status.podIP) status.podIPs = [{ ip: status.podIP }];
  } else if (first) status.podIP = first;
  for (const condition of status.conditions ?? []) setConditionDefaults(condition);
  for (const container of status.containerStatuses ?? []) setContainerStatusDefaults(container);
  for (const container of status.initContainerStatuses ?? []) setContainerStatusDefaults(container);
  for (const container of status.ephemeralContainerStatuses ?? []) setContainerStatusDefaults(container);
}

export function setPodDefaults(pod: Pod): void {
  const spec = (pod.spec ??= { containers: [] });
  setPodSpecDefaults(spec);
  for (const container of spec.containers ?? []) defaultContainerRequests(container);
  for (const container of spec.initContainers ?? []) defaultContainerRequests(container);
  defaultPodResources(spec);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork === true) {
    defaultHostPorts(spec.containers);
    defaultHostPorts(spec.initContainers);
  }
  if (pod.status !== undefined) setStatusDefaults(pod.status);
}
