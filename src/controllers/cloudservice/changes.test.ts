// After kubernetes staging/src/k8s.io/cloud-provider/controllers/service/controller_test.go.

import { describe, expect, it } from 'vitest';
import type { Node, Service } from '../../api/types/core-v1.ts';
import { aNode } from '../testing/objects.ts';
import { changesHosts, FINALIZER, isHost, loadBalancerChange, needsCleanup } from './changes.ts';
import { aService, PORT } from './testing/a-service.ts';

describe('TestNeedsCleanup', () => {
  const finalizers = [FINALIZER];
  const deletionTimestamp = '2026-01-01T00:00:00Z';
  it.each<[string, Service, boolean]>([
    ['service without finalizer', aService(), false],
    ['service with finalizer without timestamp without LB', aService({ type: 'NodePort' }, { finalizers }), true],
    ['service with finalizer without timestamp with LB', aService({}, { finalizers }), false],
    ['service with finalizer with timestamp', aService({}, { finalizers, deletionTimestamp }), true],
    ['service without finalizer with timestamp', aService({}, { deletionTimestamp }), false],
  ])('%s', (_, service, expected) => {
    expect(needsCleanup(service)).toBe(expected);
  });
});

describe('TestNeedsUpdate', () => {
  const tells = (reason: string, message: string) => ({ told: { reason, message } });
  it.each<[string, Service, Service, object | undefined]>([
    ['If both services want no LB', aService({ type: 'ClusterIP' }), aService({ type: 'NodePort' }), undefined],
    ['If the service is not changed', aService(), aService(), undefined],
    [
      'If the service type is changed from LoadBalancer to ClusterIP',
      aService(),
      aService({ type: 'ClusterIP' }),
      tells('Type', 'LoadBalancer -> ClusterIP'),
    ],
    ['If the Ports are different', aService(), aService({ ports: [{ port: 81 }] }), {}],
    [
      'If only the target of a port is different',
      aService(),
      aService({ ports: [{ ...PORT, targetPort: 8080 }] }),
      undefined,
    ],
    [
      'If sessionAffinity is different',
      aService({ sessionAffinity: 'None' }),
      aService({ sessionAffinity: 'ClientIP' }),
      {},
    ],
    [
      'If sessionAffinityConfig is different',
      aService({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } }),
      aService({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 2 } } }),
      {},
    ],
    [
      'If loadBalancerSourceRanges are different',
      aService(),
      aService({ loadBalancerSourceRanges: ['10.0.0.0/8', '192.0.2.0/24'] }),
      tells('LoadBalancerSourceRanges', '[] -> [10.0.0.0/8 192.0.2.0/24]'),
    ],
    [
      'If loadBalancerIP is different',
      aService({ loadBalancerIP: '198.18.0.9' }),
      aService(),
      tells('LoadbalancerIP', '198.18.0.9 -> '),
    ],
    [
      'If external ip counts are different',
      aService(),
      aService({ externalIPs: ['192.0.2.1'] }),
      tells('ExternalIP', 'Count: 0 -> 1'),
    ],
    [
      'If external ips are different',
      aService({ externalIPs: ['192.0.2.1'] }),
      aService({ externalIPs: ['192.0.2.2'] }),
      tells('ExternalIP', 'Added: 192.0.2.2'),
    ],
    ['If annotations are different', aService(), aService({}, { annotations: { a: 'b' } }), {}],
    ['If UID is different', aService(), aService({}, { uid: 'v' }), tells('UID', 'u -> v')],
    [
      'If ExternalTrafficPolicy is different',
      aService({ externalTrafficPolicy: 'Cluster' }),
      aService({ externalTrafficPolicy: 'Local' }),
      tells('ExternalTrafficPolicy', 'Cluster -> Local'),
    ],
    [
      'If HealthCheckNodePort is different',
      aService(),
      aService({ healthCheckNodePort: 30_001 }),
      tells('HealthCheckNodePort', '0 -> 30001'),
    ],
    [
      'If service IPFamilies from single stack to dual stack',
      aService({ ipFamilies: ['IPv4'] }),
      aService({ ipFamilies: ['IPv4', 'IPv6'] }),
      tells('IPFamilies', 'Count: 1 -> 2'),
    ],
  ])('%s', (_, before, after, expected) => {
    expect(loadBalancerChange(before, after)).toEqual(expected);
  });
});

describe('nodes', () => {
  const EXCLUDED = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' };
  const node = (labels: Record<string, string> = {}, spec: Node['spec'] = {}, status: Node['status'] = {}): Node =>
    ({ ...aNode('n', spec, labels), status }) as Node;

  it.each<[string, Node | undefined, Node, boolean]>([
    ['a new node', undefined, node(), true],
    ['a new node that is excluded', undefined, node(EXCLUDED), false],
    ['exclude label added', node(), node(EXCLUDED), true],
    ['exclude label removed', node(EXCLUDED), node(), true],
    ['provider ID set', node(), node({}, { providerID: 'x' }), true],
    [
      'taint of the autoscaler added',
      node(),
      node({}, { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] }),
      false,
    ],
    ['no longer ready', node({}, {}, { conditions: [{ type: 'Ready', status: 'True' }] }), node(), false],
    ['cordoned', node(), node({}, { unschedulable: true }), false],
  ])('TestNodeChangesForStableNodeSetEnabled: %s', (_, before, after, expected) => {
    expect(changesHosts(before, after)).toBe(expected);
  });

  it('TestListWithPredicate: hosts', () => {
    const tainted = node({}, { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] });
    expect([node(), node(EXCLUDED), tainted].map(isHost)).toEqual([true, false, false]);
  });
});
