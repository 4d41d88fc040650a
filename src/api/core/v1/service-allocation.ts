// What a Service takes of the cluster, and when: addresses and ports, before it is validated.
// Models kubernetes pkg/registry/core/service/storage (beginCreate, beginUpdate, alloc.go).

import type { StrategyContext } from '../../kind.ts';
import { addressTerm } from '../../networking/v1/service-range.ts';
import type { Status } from '../../status.ts';
import { invalidStatus } from '../../status.ts';
import type { Service, ServiceSpec } from '../../types/core-v1.ts';
import { keepAllocated, syncClusterIps } from './service-defaults.ts';
import { resolveFamilies } from './service-families.ts';
import { allocateIp } from './service-ips.ts';
import { allocatePorts, nodePortTerm } from './service-ports.ts';
import { clusterIpsOf, needsClusterIp, nodePortsOf } from './service-rules.ts';

/** In place. A refusal is all that the client hears. */
export function allocate(service: Service, old: Service | undefined, context: StrategyContext): Status | undefined {
  const spec = (service.spec ??= {});
  const before = old === undefined ? undefined : (old.spec ?? {});
  if (before !== undefined) keepAllocated(spec, before);
  syncClusterIps(spec, before);
  const errors = resolveFamilies(spec, before);
  if (errors.length > 0) return invalidStatus('', 'Service', service.metadata.name, errors);
  const gainsIp = needsClusterIp(spec) && (before === undefined || !needsClusterIp(before));
  const refused = gainsIp ? allocateIp(service, context) : undefined;
  return refused ?? allocatePorts(service, before, context);
}

/** The terms by which all that a Service holds is known to be taken. */
export function allocationTerms(spec: ServiceSpec | undefined): string[] {
  return [...clusterIpsOf(spec).map(addressTerm), ...new Set(nodePortsOf(spec).map(nodePortTerm))];
}
