// Which changes matter to a load balancer. Models needsUpdate, needsCleanup and the node predicates of kubernetes
// staging/src/k8s.io/cloud-provider/controllers/service/controller.go.

import type { View } from '../../api/client.ts';
import type { Node, Service, ServicePort } from '../../api/types/core-v1.ts';
import { wantsLoadBalancer } from '../../api/networking/v1/load-balancer-addresses.ts';
import { deepEqual } from '../../lib/json.ts';

export const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';
const TO_BE_DELETED_TAINT = 'ToBeDeletedByClusterAutoscaler';

/** What the user is told of a change. */
export interface Told {
  readonly reason: string;
  readonly message: string;
}

/** Whether its load balancer is to go: nothing but the finalizer says that it may still have one. */
export function needsCleanup({ metadata, spec }: Service): boolean {
  if (!(metadata.finalizers ?? []).includes(FINALIZER)) return false;
  return metadata.deletionTimestamp !== undefined || spec?.type !== 'LoadBalancer';
}

/** Undefined: the load balancer stays as it is. Some changes are told of, others are just carried out. */
export function loadBalancerChange(old: Service, now: Service): { readonly told?: Told } | undefined {
  if (!wantsLoadBalancer(old) && !wantsLoadBalancer(now)) return undefined;
  const { spec: before = {} } = old;
  const { spec: after = {} } = now;
  if (wantsLoadBalancer(old) !== wantsLoadBalancer(now)) return arrow('Type', before.type, after.type);
  if (!deepEqual(before.loadBalancerSourceRanges ?? [], after.loadBalancerSourceRanges ?? [])) {
    const text = (ranges: readonly string[] | undefined): string => `[${(ranges ?? []).join(' ')}]`;
    const ranges = [before.loadBalancerSourceRanges, after.loadBalancerSourceRanges].map(text);
    return arrow('LoadBalancerSourceRanges', ranges[0], ranges[1]);
  }
  if (!deepEqual((before.ports ?? []).map(seenPort), (after.ports ?? []).map(seenPort))) return {};
  if (before.sessionAffinity !== after.sessionAffinity) return {};
  if (!deepEqual(before.sessionAffinityConfig, after.sessionAffinityConfig)) return {};
  if ((before.loadBalancerIP ?? '') !== (after.loadBalancerIP ?? '')) {
    return arrow('LoadbalancerIP', before.loadBalancerIP, after.loadBalancerIP);
  }
  const { externalIPs: had = [] } = before;
  const { externalIPs: has = [] } = after;
  if (had.length !== has.length) return tell('ExternalIP', `Count: ${had.length} -> ${has.length}`);
  const added = has.find((ip, index) => ip !== had[index]);
  if (added !== undefined) return tell('ExternalIP', `Added: ${added}`);
  if (!deepEqual(old.metadata.annotations ?? {}, now.metadata.annotations ?? {})) return {};
  if (old.metadata.uid !== now.metadata.uid) return arrow('UID', old.metadata.uid, now.metadata.uid);
  if (before.externalTrafficPolicy !== after.externalTrafficPolicy) {
    return arrow('ExternalTrafficPolicy', before.externalTrafficPolicy, after.externalTrafficPolicy);
  }
  if ((before.healthCheckNodePort ?? 0) !== (after.healthCheckNodePort ?? 0)) {
    return arrow('HealthCheckNodePort', before.healthCheckNodePort ?? 0, after.healthCheckNodePort ?? 0);
  }
  const families = [before.ipFamilies?.length ?? 0, after.ipFamilies?.length ?? 0] as const;
  if (families[0] !== families[1]) return tell('IPFamilies', `Count: ${families[0]} -> ${families[1]}`);
  return undefined;
}

function tell(reason: string, message: string): { readonly told: Told } {
  return { told: { reason, message } };
}

function arrow(reason: string, before: string | number = '', after: string | number = ''): { readonly told: Told } {
  return tell(reason, `${before} -> ${after}`);
}

/** Where a port leads to inside the cluster is no concern of a load balancer. */
function seenPort({ name = '', protocol = 'TCP', port, nodePort = 0 }: ServicePort): readonly unknown[] {
  return [name, protocol, port, nodePort];
}

/** Whether load balancers send to the node. */
export function isHost(node: Node): boolean {
  if (node.metadata.deletionTimestamp !== undefined || isExcluded(node)) return false;
  return !(node.spec?.taints ?? []).some(({ key }) => key === TO_BE_DELETED_TAINT);
}

/** For a look at all nodes at once. */
export const hostView: View<'nodes', { readonly host: boolean }> = {
  resource: 'nodes',
  of: (node) => ({ host: isHost(node) }),
};

/** Whether load balancers must hear of the node now. Readiness is left to their own health checks. */
export function changesHosts(old: Node | undefined, now: Node): boolean {
  if (old === undefined) return isHost(now);
  return isExcluded(old) !== isExcluded(now) || old.spec?.providerID !== now.spec?.providerID;
}

function isExcluded({ metadata }: Node): boolean {
  return metadata.labels?.[EXCLUDE_LABEL] !== undefined;
}
