// Containers, init containers and ephemeral containers.
// Models kubernetes pkg/apis/core/validation (validateContainers, validateInitContainers, …).

import type { FieldError } from '../../../../schema/field-error.ts';
import {
  duplicate,
  forbidden,
  invalid,
  notFound,
  notSupported,
  required,
  tooMany,
} from '../../../../schema/field-error.ts';
import { dns1123LabelErrors, portNameErrors, portNumberErrors } from '../../../../schema/names.ts';
import type { Container, ContainerPort, EphemeralContainer } from '../../../types/core-v1.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { validateDevices, validateMounts } from './mounts.ts';
import { validateHostPortsUnique } from './network.ts';
import { forbidHooksAndProbes, validateHooksAndProbes } from './probes.ts';
import { validateContainerResources } from './resources.ts';
import type { Scope } from './scope.ts';
import { addEach } from './scope.ts';
import { validateSecurityContext } from './security-context.ts';

const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const RESIZE_RESOURCES = ['cpu', 'memory'];
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const RESTART_ACTIONS = ['Restart', 'RestartAllContainers'];
const RULE_OPERATORS = ['In', 'NotIn'];
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const NOT_EPHEMERAL = 'cannot be set for an Ephemeral Container';

function validatePorts(ports: readonly ContainerPort[], path: string, { errors }: Scope): void {
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const at = `${path}[${index}]`;
    if (port.name) {
      const texts = portNameErrors(port.name);
      if (texts.length > 0) addEach(errors, `${at}.name`, port.name, texts);
      else if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      else names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else addEach(errors, `${at}.containerPort`, port.containerPort, portNumberErrors(port.containerPort));
    if (port.hostPort) addEach(errors, `${at}.hostPort`, port.hostPort, portNumberErrors(port.hostPort));
    if (!port.protocol) errors.push(required(`${at}.protocol`));
    else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${at}.protocol`, port.protocol, PROTOCOLS));
  });
}

function validateResizePolicy(container: Container, path: string, { spec, errors }: Scope): void {
  const seen = new Set<string>();
  (container.resizePolicy ?? []).forEach((policy, index) => {
    const { resourceName = '', restartPolicy = '' } = policy;
    if (seen.has(resourceName)) errors.push(duplicate(`${path}[${index}]`, resourceName));
    seen.add(resourceName);
    if (resourceName === '') errors.push(required(path));
    else if (!RESIZE_RESOURCES.includes(resourceName)) errors.push(notSupported(path, resourceName, RESIZE_RESOURCES));
    if (restartPolicy === '') errors.push(required(path));
    else if (!RESIZE_POLICIES.includes(restartPolicy)) errors.push(notSupported(path, restartPolicy, RESIZE_POLICIES));
    if (spec.restartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    }
  });
}

function validateCommon(container: Container, path: string, scope: Scope): void {
  const { errors } = scope;
  const { name = '', terminationMessagePolicy: messages = '', imagePullPolicy: pull = '' } = container;
  if (name === '') errors.push(required(`${path}.name`));
  else addEach(errors, `${path}.name`, name, dns1123LabelErrors(name));
  if (!container.image) errors.push(required(`${path}.image`));
  if (messages === '') errors.push(required(`${path}.terminationMessagePolicy`));
  else if (!MESSAGE_POLICIES.includes(messages)) {
    errors.push(notSupported(`${path}.terminationMessagePolicy`, messages, MESSAGE_POLICIES));
  }
  if (container.ports !== undefined) validatePorts(container.ports, `${path}.ports`, scope);
  if (container.env !== undefined) validateEnv(container.env, `${path}.env`, scope);
  if (container.envFrom !== undefined) validateEnvFrom(container.envFrom, `${path}.envFrom`, scope);
  if (container.volumeMounts !== undefined) validateMounts(container, path, scope);
  if (container.volumeDevices !== undefined) validateDevices(container, path, scope);
  if (pull === '') errors.push(required(`${path}.imagePullPolicy`));
  else if (!PULL_POLICIES.includes(pull)) errors.push(notSupported(`${path}.imagePullPolicy`, pull, PULL_POLICIES));
  validateContainerResources(container.resources, `${path}.resources`, scope);
  if (container.resizePolicy !== undefined) validateResizePolicy(container, `${path}.resizePolicy`, scope);
  validateSecurityContext(container.securityContext, `${path}.securityContext`, scope);
}

/** When a container starts again, which may depend on how it ended. */
function validateRestart(container: Container, path: string, { errors }: Scope): void {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  if (restartPolicy === undefined) {
    if (rules.length > 0) {
      errors.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
    }
  } else if (!RESTART_POLICIES.includes(restartPolicy)) {
    errors.push(notSupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES));
  }
  if (rules.length > MAX_RULES) errors.push(tooMany(`${path}.restartPolicyRules`, rules.length, MAX_RULES));
  rules.forEach((rule, index) => {
    const at = `${path}.restartPolicyRules[${index}]`;
    const { action = '', exitCodes } = rule;
    if (action === '') errors.push(required(`${at}.action`));
    else if (!RESTART_ACTIONS.includes(action)) errors.push(notSupported(`${at}.action`, action, RESTART_ACTIONS));
    if (exitCodes === undefined) return void errors.push(required(`${at}.exitCodes`, 'must be specified'));
    const { operator = '', values = [] } = exitCodes;
    if (operator === '') errors.push(required(`${at}.exitCodes.operator`));
    else if (!RULE_OPERATORS.includes(operator)) {
      errors.push(notSupported(`${at}.exitCodes.operator`, operator, RULE_OPERATORS));
    }
    if (values.length > MAX_EXIT_CODES) errors.push(tooMany(`${at}.exitCodes.values`, values.length, MAX_EXIT_CODES));
  });
}

export function validateContainers(path: string, scope: Scope): void {
  const { spec, errors } = scope;
  const containers = spec.containers ?? [];
  if (containers.length === 0) return void errors.push(required(path));
  const names = new Set<string>();
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    validateCommon(container, at, scope);
    const name = container.name ?? '';
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    validateHooksAndProbes(container, at, scope);
    validateRestart(container, at, scope);
  });
  validateHostPortsUnique(containers, path, 0, errors);
}

export function validateInitContainers(path: string, scope: Scope): void {
  const { spec, errors } = scope;
  if (spec.initContainers === undefined) return;
  const names = new Set((spec.containers ?? []).map((container) => container.name ?? ''));
  spec.initContainers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    validateCommon(container, at, scope);
    validateRestart(container, at, scope);
    const name = container.name ?? '';
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    else if (name !== '') names.add(name);
    validateHostPortsUnique([container], path, 0, errors);
    if (container.restartPolicy === 'Always') validateHooksAndProbes(container, at, scope);
    else forbidHooksAndProbes(container, at, scope);
  });
}

/** A debugger that is added to a running pod: the pod must not come to rely on it. */
function forbidServices(container: EphemeralContainer, path: string, { errors }: Scope): void {
  const refused = [
    'ports',
    'resources',
    'resizePolicy',
    'restartPolicy',
    'restartPolicyRules',
    'livenessProbe',
    'readinessProbe',
    'startupProbe',
    'lifecycle',
  ] as const;
  for (const key of refused) {
    const value = container[key];
    if (value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)) continue;
    errors.push(forbidden(`${path}.${key}`, NOT_EPHEMERAL));
  }
  (container.volumeMounts ?? []).forEach((mount, index) => {
    for (const key of ['subPath', 'subPathExpr'] as const) {
      if (mount[key]) errors.push(forbidden(`${path}.volumeMounts[${index}].${key}`, NOT_EPHEMERAL));
    }
  });
}

export function validateEphemeralContainers(path: string, scope: Scope): void {
  const { spec, errors } = scope;
  if (spec.ephemeralContainers === undefined) return;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name ?? ''));
  const names = new Set(others);
  spec.ephemeralContainers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    validateCommon(container, at, scope);
    validateImageSpace(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) errors.push(notFound(`${at}.targetContainerName`, target));
    forbidServices(container, at, scope);
  });
}

/** Templates are let pass with such names, pods are not. */
export function validateImageSpace(container: Pick<Container, 'image'>, path: string, errors: FieldError[]): void {
  const image = container.image ?? '';
  if (image.trim() === image) return;
  errors.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
}
