// What a pod's status may say. Models kubernetes pkg/apis/core/validation (ValidatePodStatusUpdate).

import { append } from '../../../../lib/append.ts';
import type { FieldError } from '../../../../schema/field-error.ts';
import { duplicate, forbidden, invalid } from '../../../../schema/field-error.ts';
import { IP_TEXT, parseIp } from '../../../../schema/ip.ts';
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../../../../schema/names.ts';
import type { ContainerStatus, Pod } from '../../../types/core-v1.ts';
import { validateImmutable } from '../../../validation/fields.ts';
import { addEach } from './scope.ts';

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];

/** A container that is done for good does not come back. */
function validateEnded(
  statuses: readonly ContainerStatus[] | undefined,
  old: readonly ContainerStatus[] | undefined,
  mayRestart: (status: ContainerStatus) => boolean,
  path: string,
  errors: FieldError[],
): void {
  (old ?? []).forEach((before, index) => {
    if (before.state?.terminated === undefined || mayRestart(before)) return;
    const now = (statuses ?? []).find(({ name }) => name === before.name);
    if (now === undefined || now.state?.terminated !== undefined) return;
    errors.push(forbidden(`${path}[${index}].state`, 'may not be transitioned to non-terminated state'));
  });
}

function validateIps(ips: ReadonlyArray<{ ip?: string }> | undefined, path: string, errors: FieldError[]): void {
  const list = (ips ?? []).map(({ ip = '' }) => ip);
  const seen = new Set<string>();
  const families = new Set<number>();
  list.forEach((ip, index) => {
    const parsed = parseIp(ip);
    if (parsed === undefined) errors.push(invalid(`${path}[${index}]`, ip, IP_TEXT));
    else families.add(parsed.family);
    if (seen.has(ip)) errors.push(duplicate(`${path}[${index}]`, { IP: ip }));
    seen.add(ip);
  });
  if (list.length > 1 && (families.size !== 2 || list.length > 2)) {
    const value = list.map((ip) => ({ IP: ip }));
    errors.push(invalid(path, value, 'may specify no more than one IP for each IP family'));
  }
}

export function validatePodStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const status = pod.status ?? {};
  const before = old.status ?? {};
  (status.conditions ?? []).forEach(({ type = '' }, index) => {
    if (SYSTEM_CONDITIONS.includes(type)) return;
    addEach(errors, `metadata.conditions[${index}].Type`, type, qualifiedNameErrors(type));
  });
  const nominated = status.nominatedNodeName;
  if (nominated && nominated !== before.nominatedNodeName) {
    addEach(errors, 'status.nominatedNodeName', nominated, dns1123SubdomainErrors(nominated));
  }
  append(errors, validateImmutable(status.qosClass, before.qosClass, 'status.qosClass'));

  const { restartPolicy, containers = [], initContainers = [] } = old.spec ?? {};
  const retries = (item: ContainerStatus): boolean =>
    restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && (item.state?.terminated?.exitCode ?? 0) !== 0);
  const hasOwnPolicy = (item: ContainerStatus): boolean =>
    containers.some(({ name, restartPolicy: own, restartPolicyRules: rules }) => {
      return name === item.name && (rules?.length || (own !== undefined && own !== 'Never'));
    });
  const isSidecar = (item: ContainerStatus): boolean =>
    initContainers.some(({ name, restartPolicy: own }) => name === item.name && own === 'Always');
  const check = (
    key: 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses',
    may: typeof retries,
  ) => validateEnded(status[key], before[key], may, `status.${key}`, errors);
  check('containerStatuses', (item) => retries(item) || hasOwnPolicy(item));
  check('initContainerStatuses', (item) => retries(item) || isSidecar(item));
  check('ephemeralContainerStatuses', () => false);

  validateIps(status.podIPs, 'status.podIPs', errors);
  const host = status.hostIPs?.[0]?.ip;
  if (host !== undefined && host !== status.hostIP) {
    errors.push(invalid('status.hostIPs[0].ip', host, 'must be equal to `hostIP`'));
  }
  validateIps(status.hostIPs, 'status.hostIPs', errors);
  return errors;
}
