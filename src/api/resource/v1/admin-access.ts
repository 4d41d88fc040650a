// Devices that others use are given for administration only in namespaces that say so.
// Models kubernetes pkg/registry/resource/utils.go.

import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden } from '../../../schema/field-error.ts';
import type { StrategyContext } from '../../kind.ts';
import type { DeviceRequest, DeviceRequestAllocationResult } from '../../types/resource-v1.ts';

const LABEL = 'resource.kubernetes.io/admin-access';
const MESSAGE = `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`;

/** Of what a claim or a template asks for: the first request alone is told. */
export function validateAdminAccess(
  requests: readonly DeviceRequest[] | undefined,
  namespace: string | undefined,
  context: StrategyContext,
): FieldError[] {
  const at = (requests ?? []).findIndex(({ exactly }) => exactly?.adminAccess === true);
  if (at < 0 || isAllowed(namespace, context)) return [];
  return [forbidden(`spec.devices.requests[${at}].adminAccess`, MESSAGE)];
}

type Results = readonly DeviceRequestAllocationResult[] | undefined;

/** Of what a claim was given. Who had such access keeps it. */
export function validateAdminAccessResults(
  results: Results,
  old: Results,
  namespace: string | undefined,
  context: StrategyContext,
): FieldError[] {
  const at = adminResult(results);
  if (at < 0 || adminResult(old) >= 0 || isAllowed(namespace, context)) return [];
  return [forbidden(`status.allocation.devices.results[${at}].adminAccess`, MESSAGE)];
}

function adminResult(results: Results): number {
  return (results ?? []).findIndex(({ adminAccess }) => adminAccess === true);
}

function isAllowed(namespace: string | undefined, { live }: StrategyContext): boolean {
  const found = live('namespaces').find(({ metadata }) => metadata.name === namespace);
  return found?.metadata.labels?.[LABEL] === 'true';
}
