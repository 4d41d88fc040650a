// After kubernetes staging/src/k8s.io/cloud-provider/controllers/nodelifecycle/node_lifecycle_controller_test.go.

import { describe, expect, it } from 'vitest';
import { POWER_ANNOTATION, providerIdOf, UNINITIALIZED_TAINT } from '../../api/core/v1/machine.ts';
import type { Node, Taint } from '../../api/types/core-v1.ts';
import { simulatedCloud } from '../cloud/simulated-cloud.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { cloudNodeLifecycleController } from './cloud-node-lifecycle-controller.ts';

const SHUTDOWN: Taint = { key: 'node.cloudprovider.kubernetes.io/shutdown', effect: 'NoSchedule' };
const OTHER: Taint = { key: 'some-taint', effect: 'NoSchedule' };

interface Machine {
  readonly ready?: 'True' | 'False' | 'Unknown';
  readonly power?: 'on' | 'off' | 'gone';
  readonly taints?: Taint[];
  readonly providerID?: string;
}

function newCluster(refuse: boolean = false): FakeCluster {
  const refused = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Forbidden',
    code: 403,
    message: 'no',
  };
  return new FakeCluster({
    controllers: [cloudNodeLifecycleController(simulatedCloud)],
    gate: (verb) => (refuse && verb === 'delete' ? (refused as never) : undefined),
  });
}

/** What becomes of it; undefined: it is removed. */
function play(cluster: FakeCluster, { ready, power, taints = [], providerID }: Machine): Node | undefined {
  const metadata = { name: 'node0', ...(power === undefined ? {} : { annotations: { [POWER_ANNOTATION]: power } }) };
  const spec = {
    providerID: providerID ?? providerIdOf({ pool: 'default', name: 'node0' }),
    ...(taints.length === 0 ? {} : { taints }),
  };
  const status = ready === undefined ? {} : { conditions: [{ type: 'Ready', status: ready }] };
  must(cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata, spec, status }));
  cluster.settle();
  return cluster.client.get('nodes', '', 'node0');
}

describe('Test_NodesDeleted', () => {
  it.each<[string, Machine, boolean]>([
    ['node is not ready and does not exist', { ready: 'False', power: 'gone' }, true],
    ['node is unknown and does not exist', { ready: 'Unknown', power: 'gone' }, true],
    ['node has no condition and does not exist', { power: 'gone' }, true],
    ['node is not ready but still exists', { ready: 'False' }, false],
    ['node is unknown but still exists', { ready: 'Unknown', power: 'on' }, false],
    ['node is ready, provider said it does not exist', { ready: 'True', power: 'gone' }, false],
    [
      'node is not ready, does not exist and is uninitialized',
      { ready: 'False', power: 'gone', taints: [UNINITIALIZED_TAINT] },
      true,
    ],
    ['node of another cloud', { ready: 'Unknown', power: 'gone', providerID: 'example://node0' }, false],
    ['node outside any pool', { ready: 'Unknown', power: 'gone', providerID: 'kubewisp://node0' }, false],
  ])('%s', (_, machine, gone) => {
    const cluster = newCluster();
    expect(play(cluster, machine) === undefined).toBe(gone);
    expect(cluster.events.map(({ type, reason, message, source }) => [type, reason, message, source])).toEqual(
      gone
        ? [
            [
              'Normal',
              'DeletingNode',
              'Deleting node node0 because it does not exist in the cloud provider',
              'cloud-node-lifecycle-controller',
            ],
          ]
        : [],
    );
    expect(cluster.settle()).toBeUndefined();
  });

  it('a refused deletion is told of, and tried again', () => {
    const cluster = newCluster(true);
    expect(play(cluster, { power: 'gone' })).toBeDefined();
    expect(cluster.events.map(({ reason }) => reason)).toEqual(['DeletingNode', 'DeletingNodeFailed']);
    expect(cluster.events[1]?.message).toBe('Failed deleting node node0: no');
    expect(cluster.settle()).toBeGreaterThan(cluster.now);
  });
});

describe('Test_NodesShutdown', () => {
  it.each<[string, Machine, Taint[]]>([
    [
      'node is not ready and was shutdown, but exists',
      { ready: 'False', power: 'off', taints: [OTHER] },
      [OTHER, SHUTDOWN],
    ],
    ['node is unknown and was shutdown', { ready: 'Unknown', power: 'off' }, [SHUTDOWN]],
    ['node is not ready and is not shutdown', { ready: 'False' }, []],
    ['node is not ready, no longer shutdown and still tainted', { ready: 'False', taints: [SHUTDOWN] }, [SHUTDOWN]],
    ['node is ready but provider says it is shutdown', { ready: 'True', power: 'off' }, []],
    ['node is ready and still tainted', { ready: 'True', taints: [SHUTDOWN, OTHER] }, [OTHER]],
    ['node of another cloud', { ready: 'True', taints: [SHUTDOWN], providerID: 'example://node0' }, [SHUTDOWN]],
  ])('%s', (_, machine, taints) => {
    const cluster = newCluster();
    expect(play(cluster, machine)?.spec?.taints ?? []).toEqual(taints);
    const { length } = cluster.history;
    cluster.restart();
    expect([cluster.settle(), cluster.history.length, cluster.events]).toEqual([undefined, length, []]);
  });
});
