// After kubernetes staging/src/k8s.io/cloud-provider/controllers/route/route_controller_test.go.

import { describe, expect, it } from 'vitest';
import { providerIdOf } from '../../api/core/v1/machine.ts';
import type { NodeAddress, NodeCondition } from '../../api/types/core-v1.ts';
import { simulatedCloud } from '../cloud/simulated-cloud.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { routeController } from './route-controller.ts';

const CREATED = { status: 'False', reason: 'RouteCreated', message: 'RouteController created a route' };
const MISSING = { status: 'True', reason: 'NoRouteCreated', message: 'RouteController failed to create a route' };
const ADDRESSES = [{ type: 'InternalIP', address: '10.0.0.1' }];

interface Given {
  readonly podCIDRs?: string[];
  readonly addresses?: NodeAddress[];
  readonly conditions?: NodeCondition[];
  readonly providerID?: string;
}

function play({ podCIDRs, addresses = ADDRESSES, conditions = [], providerID }: Given): FakeCluster {
  const cluster = new FakeCluster({ controllers: [routeController(simulatedCloud)] });
  const spec = {
    providerID: providerID ?? providerIdOf({ pool: 'default', name: 'node0' }),
    ...(podCIDRs === undefined ? {} : { podCIDRs }),
  };
  const status = { addresses, conditions };
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node0' }, spec, status }));
  expect(cluster.settle()).toBeUndefined();
  return cluster;
}

const conditionsOf = (cluster: FakeCluster) => cluster.client.get('nodes', '', 'node0')?.status?.conditions ?? [];

describe('TestReconcile', () => {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const said = { type: 'NetworkUnavailable', lastTransitionTime };
  it.each<[string, Given, object[]]>([
    ['the route is there', { podCIDRs: ['10.120.0.0/24'] }, [CREATED]],
    ['dual stack, both routes are there', { podCIDRs: ['10.120.0.0/24', 'a00:100::/64'] }, [CREATED]],
    ['the node has no CIDR yet', {}, []],
    ['the node has no address', { podCIDRs: ['10.120.0.0/24'], addresses: [] }, [MISSING]],
    ['the condition says otherwise', { podCIDRs: ['10.120.0.0/24'], conditions: [{ ...said, ...MISSING }] }, [CREATED]],
    [
      'the condition is right already, whoever set it',
      { podCIDRs: ['10.120.0.0/24'], conditions: [{ ...said, status: 'False', reason: 'CalicoIsUp' }] },
      [{ status: 'False', reason: 'CalicoIsUp', lastTransitionTime }],
    ],
    ['a node of another cloud', { podCIDRs: ['10.120.0.0/24'], providerID: 'example://node0' }, []],
    ['a node outside any pool', { podCIDRs: ['10.120.0.0/24'], providerID: 'kubewisp://node0' }, []],
  ])('%s', (_, given, expected) => {
    const cluster = play(given);
    expect(conditionsOf(cluster)).toMatchObject(expected.map((item) => ({ type: 'NetworkUnavailable', ...item })));
    expect(conditionsOf(cluster)).toHaveLength(expected.length);
    const { length } = cluster.history;
    cluster.restart();
    expect([cluster.settle(), cluster.history.length]).toEqual([undefined, length]);
  });

  it('the conditions of others stay, and the times are of now', () => {
    const ready = { type: 'Ready', status: 'True' };
    const cluster = play({ podCIDRs: ['10.120.0.0/24'], conditions: [ready] });
    const time = '2026-01-01T00:00:00Z';
    expect(conditionsOf(cluster)).toEqual([
      ready,
      { type: 'NetworkUnavailable', lastHeartbeatTime: time, lastTransitionTime: time, ...CREATED },
    ]);
  });
});
