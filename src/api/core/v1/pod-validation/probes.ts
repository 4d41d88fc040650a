// Probes and lifecycle hooks. Models kubernetes pkg/apis/core/validation (validateProbe, validateHandler, …).

import type { FieldError } from '../../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../../schema/field-error.ts';
import { httpHeaderNameErrors, portNameErrors, portNumberErrors } from '../../../../schema/names.ts';
import type { Container, HTTPGetAction, LifecycleHandler, Probe } from '../../../types/core-v1.ts';
import type { Scope } from './scope.ts';
import { addEach } from './scope.ts';

const SCHEMES = ['HTTP', 'HTTPS'];
const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;
type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function validatePort(port: string | number, field: string, errors: FieldError[]): void {
  addEach(errors, field, port, typeof port === 'number' ? portNumberErrors(port) : portNameErrors(port));
}

function validateHttpGet(action: HTTPGetAction, path: string, errors: FieldError[]): void {
  if (!action.path) errors.push(required(`${path}.path`));
  validatePort(action.port ?? 0, `${path}.port`, errors);
  const scheme = action.scheme ?? '';
  if (!SCHEMES.includes(scheme)) errors.push(notSupported(`${path}.scheme`, scheme, SCHEMES));
  for (const header of action.httpHeaders ?? []) {
    addEach(errors, `${path}.httpHeaders`, header.name ?? '', httpHeaderNameErrors(header.name ?? ''));
  }
}

function validateAction(handler: Handler, key: (typeof HANDLERS)[number], path: string, scope: Scope): void {
  const { errors } = scope;
  switch (key) {
    case 'exec':
      if (!handler.exec?.command?.length) errors.push(required(`${path}.command`));
      break;
    case 'httpGet':
      if (handler.httpGet !== undefined) validateHttpGet(handler.httpGet, path, errors);
      break;
    case 'tcpSocket':
      validatePort(handler.tcpSocket?.port ?? 0, `${path}.port`, errors);
      break;
    case 'grpc':
      validatePort(handler.grpc?.port ?? 0, `${path}.port`, errors);
      break;
    case 'sleep': {
      const grace = scope.spec.terminationGracePeriodSeconds;
      const seconds = handler.sleep?.seconds ?? 0;
      if (grace === undefined || (seconds >= 0 && seconds <= grace)) break;
      const why = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
      errors.push(invalid(path, seconds, why));
    }
  }
}

function validateHandler(handler: Handler, path: string, scope: Scope): void {
  let found = false;
  for (const key of HANDLERS) {
    if (handler[key] === undefined) continue;
    if (found) scope.errors.push(forbidden(`${path}.${key}`, 'may not specify more than 1 handler type'));
    else validateAction(handler, key, `${path}.${key}`, scope);
    found = true;
  }
  if (!found) scope.errors.push(required(path, 'must specify a handler type'));
}

function validateProbe(
  probe: Probe | undefined,
  kind: 'liveness' | 'readiness' | 'startup',
  path: string,
  scope: Scope,
): void {
  if (probe === undefined) return;
  const { errors } = scope;
  const at = `${path}.${kind}Probe`;
  validateHandler(probe, at, scope);
  for (const key of COUNTS) {
    const value = probe[key] ?? 0;
    if (value < 0) errors.push(invalid(`${at}.${key}`, value, 'must be greater than or equal to 0'));
  }
  const grace = probe.terminationGracePeriodSeconds;
  const graceField = `${at}.terminationGracePeriodSeconds`;
  if (grace !== undefined && grace <= 0) errors.push(invalid(graceField, grace, 'must be greater than 0'));
  if (kind === 'readiness') {
    if (grace !== undefined) errors.push(invalid(graceField, grace, 'must not be set for readinessProbes'));
  } else if (probe.successThreshold !== 1) {
    errors.push(invalid(`${at}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'));
  }
}

/** Hooks and probes of a container that runs beside others. */
export function validateHooksAndProbes(container: Container, path: string, scope: Scope): void {
  const { postStart, preStop } = container.lifecycle ?? {};
  if (postStart !== undefined) validateHandler(postStart, `${path}.lifecycle.postStart`, scope);
  if (preStop !== undefined) validateHandler(preStop, `${path}.lifecycle.preStop`, scope);
  validateProbe(container.livenessProbe, 'liveness', path, scope);
  validateProbe(container.readinessProbe, 'readiness', path, scope);
  validateProbe(container.startupProbe, 'startup', path, scope);
}

/** A container that must end before the next one starts cannot have them. */
export function forbidHooksAndProbes(container: Container, path: string, { errors }: Scope): void {
  for (const key of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[key] === undefined) continue;
    errors.push(forbidden(`${path}.${key}`, 'may not be set for init containers without restartPolicy=Always'));
  }
}
