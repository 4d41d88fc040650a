// After kubernetes pkg/controller/daemon/daemon_controller_test.go.

import { describe, expect, it } from 'vitest';
import { forbiddenStatus } from '../../api/status.ts';
import { clone } from '../../lib/json.ts';
import { Daemons } from '../testing/daemons.ts';
import type { FakeClusterOptions } from '../testing/fake-cluster.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { fakeKubelet } from '../testing/fake-kubelet.ts';
import { aDaemonSet, aNode, aPod, must } from '../testing/objects.ts';
import { daemonSetController } from './daemonset-controller.ts';

describe('daemonset controller', () => {
  it('TestSimpleDaemonSetLaunchesPods: one on each node, named by affinity and labelled with its revision', () => {
    const cluster = new Daemons(['n0', 'n1', 'n2']);
    expect(cluster.placement).toEqual(['n0 app:1', 'n1 app:1', 'n2 app:1']);
    const [revision] = cluster.client.list('controllerrevisions.apps');
    const hash = revision?.metadata.labels?.['controller-revision-hash'];
    expect(revision).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        labels: { app: 'web' },
        annotations: { 'deprecated.daemonset.template.generation': '1' },
        ownerReferences: [{ kind: 'DaemonSet', name: 'web', controller: true, blockOwnerDeletion: true }],
      },
      revision: 1,
      data: { spec: { template: { $patch: 'replace', metadata: { labels: { app: 'web' } } } } },
    });
    expect(cluster.pods()[0]).toMatchObject({
      metadata: {
        generateName: 'web-',
        labels: { app: 'web', 'controller-revision-hash': hash, 'pod-template-generation': '1' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'web', controller: true }],
      },
    });
    expect(cluster.set.status).toEqual({
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      numberAvailable: 3,
      updatedNumberScheduled: 3,
      observedGeneration: 1,
    });
    expect(new Set(cluster.told)).toEqual(new Set(['SuccessfulCreate']));
    const writes = cluster.history.length;
    cluster.restart();
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.history).toHaveLength(writes);
  });

  it('TestNoNodesDoesNothing: then a node comes (TestAddNode) and one that is not for it', () => {
    const cluster = new Daemons([]);
    expect(cluster.set.status).toMatchObject({ desiredNumberScheduled: 0, observedGeneration: 1 });
    cluster.addNode('n0');
    cluster.addNode('tainted', { taints: [{ key: 'x', effect: 'NoSchedule' }] });
    expect(cluster.placement).toEqual(['n0 app:1']);
  });

  it('TestSimpleDaemonSetPodCreateErrors: tells of it and tries again', () => {
    let full = true;
    const gate: FakeClusterOptions['gate'] = (verb, of) =>
      verb === 'create' && of === 'pods' && full
        ? forbiddenStatus({ group: '', resource: 'pods' }, 'x', 'quota')
        : undefined;
    const cluster = new Daemons(['n0', 'n1'], {}, {}, { gate });
    expect(cluster.events[0]).toMatchObject({ type: 'Warning', reason: 'FailedCreate', regarding: 'DaemonSet/web' });
    expect(cluster.set.status).toMatchObject({ desiredNumberScheduled: 2, currentNumberScheduled: 0 });
    full = false;
    cluster.advance(1000);
    expect(cluster.placement).toHaveLength(2);
  });

  it('TestNodeAffinityAndChangingLabels: a label selects a node, without it the pod goes', () => {
    const template = aDaemonSet().spec?.template;
    const spec = { containers: [{ name: 'c', image: 'app:1' }], nodeSelector: { role: 'edge' } };
    const cluster = new Daemons(['n0', 'n1'], { template: { ...template, spec } });
    expect(cluster.placement).toEqual([]);
    cluster.changeNode('n1', (node) => (node.metadata.labels = { role: 'edge' }));
    expect(cluster.placement).toEqual(['n1 app:1']);
    cluster.changeNode('n1', (node) => delete node.metadata.labels);
    expect(cluster.placement).toEqual([]);
    expect(cluster.told).toEqual(['SuccessfulCreate', 'SuccessfulDelete']);
    expect(cluster.set.status).toMatchObject({ desiredNumberScheduled: 0, numberMisscheduled: 0 });
  });

  it('TestTaintedNodeDaemonDoesNotLaunchUntoleratePod and TestDaemonSetRespectsTermination: NoSchedule leaves a pod, NoExecute does not', () => {
    const cluster = new Daemons(['n0', 'n1']);
    cluster.changeNode('n0', (node) => (node.spec = { taints: [{ key: 'x', effect: 'NoSchedule' }] }));
    expect(cluster.placement).toEqual(['n0 app:1', 'n1 app:1']);
    expect(cluster.set.status).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1, numberReady: 1 });
    cluster.changeNode('n0', (node) => (node.spec = { taints: [{ key: 'x', effect: 'NoExecute' }] }));
    expect(cluster.placement).toEqual(['n1 app:1']);
  });

  it('TestUnschedulableNodeDaemonLaunchesPod: cordoned nodes get theirs', () => {
    const cluster = new Daemons([]);
    const taints = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }];
    cluster.addNode('n0', { unschedulable: true, taints });
    expect(cluster.placement).toEqual(['n0 app:1']);
  });

  it('TestPodIsNotDeletedByDaemonsetWithEmptyLabelSelector, TestDealsWithExistingPods: adopts one, removes the surplus of a node', () => {
    const cluster = new FakeCluster({ controllers: [daemonSetController(), fakeKubelet()] });
    must(cluster.client.create('nodes', aNode('n0')));
    for (const name of ['p0', 'p1']) {
      const spec = { nodeName: 'n0' };
      must(cluster.client.create('pods', aPod(name, { labels: { app: 'web' }, spec })));
    }
    must(cluster.client.create('pods', aPod('other', { labels: { app: 'db' }, spec: { nodeName: 'n0' } })));
    must(cluster.client.create('daemonsets.apps', aDaemonSet({ updateStrategy: { type: 'OnDelete' } })));
    cluster.settle();
    expect(cluster.client.list('pods').map(({ metadata }) => metadata.name)).toEqual(['other', 'p0']);
    expect(cluster.events.map(({ message }) => message)).toEqual(['Deleted pod: p1']);
  });

  it('TestDaemonKillFailedPods: with a wait that doubles, and anew after a long time', () => {
    const cluster = new Daemons(['n0']);
    const killed = (): boolean => {
      const [pod] = cluster.pods();
      cluster.report(pod, 'Failed');
      return cluster.pods()[0]?.metadata.name !== pod?.metadata.name;
    };
    expect(killed()).toBe(true);
    expect(cluster.events.find(({ reason }) => reason === 'FailedDaemonPod')).toMatchObject({
      type: 'Warning',
      message: expect.stringMatching(/^Found failed daemon pod a\/web-\w+ on node n0, will try to kill it$/) as string,
    });
    expect(killed()).toBe(false);
    cluster.advance(1000);
    expect(killed()).toBe(false);
    cluster.advance(1000);
    expect(killed()).toBe(false);
    cluster.advance(1000);
    expect(cluster.pods()[0]?.status?.phase).toBe('Running');
    cluster.advance(31 * 60_000);
    expect(killed()).toBe(true);
    expect(cluster.settle()).toBeUndefined();
  });

  it('TestDaemonKillSucceededPods', () => {
    const cluster = new Daemons(['n0']);
    const [pod] = cluster.pods();
    cluster.report(pod, 'Succeeded');
    expect(cluster.events.find(({ reason }) => reason === 'SucceededDaemonPod')).toMatchObject({
      type: 'Normal',
      message: `Found succeeded daemon pod a/${pod?.metadata.name} on node n0, will try to delete it`,
    });
    expect(cluster.placement).toEqual(['n0 app:1']);
  });

  it('TestGetUnscheduledPodsWithoutNode: a pod that waits for a node goes with it', () => {
    const cluster = new Daemons(
      ['n0', 'full'],
      {},
      { node: (pod) => (JSON.stringify(pod).includes('"full"') ? undefined : 'n0') },
    );
    expect(cluster.placement).toEqual(['- app:1', 'n0 app:1']);
    expect(cluster.set.status).toMatchObject({ desiredNumberScheduled: 2, currentNumberScheduled: 2, numberReady: 1 });
    cluster.client.delete('nodes', '', 'full');
    cluster.settle();
    expect(cluster.placement).toEqual(['n0 app:1']);
    expect(cluster.set.status).toMatchObject({ desiredNumberScheduled: 1, numberReady: 1 });
  });

  it('TestNumberReadyStatus, TestObservedGeneration: minReadySeconds', () => {
    const cluster = new Daemons(['n0'], { minReadySeconds: 30 });
    expect(cluster.set.status).toMatchObject({ numberReady: 1, numberUnavailable: 1 });
    cluster.restart();
    cluster.advance(30_000);
    expect(cluster.set.status).toMatchObject({ numberReady: 1, numberAvailable: 1, observedGeneration: 1 });
    expect(cluster.settle()).toBeUndefined();
  });

  it('is left alone while it is being deleted', () => {
    const cluster = new Daemons(['n0']);
    cluster.client.delete('daemonsets.apps', 'a', 'web', { propagationPolicy: 'Foreground' });
    cluster.addNode('n1');
    expect(cluster.placement).toEqual(['n0 app:1']);
  });

  it('makes a pod on each of 1,000 nodes with few reconciles, in slices', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `n${index}`);
    const cluster = new FakeCluster({ controllers: [daemonSetController(), fakeKubelet()] });
    for (const name of names) must(cluster.client.create('nodes', aNode(name)));
    must(cluster.client.create('daemonsets.apps', aDaemonSet()));
    cluster.settle();
    expect(cluster.client.get('daemonsets.apps', 'a', 'web')?.status).toMatchObject({ numberAvailable: 1000 });
    const count = cluster.reconciles.filter(({ component }) => component === 'daemon-set-controller').length;
    expect(count).toBeLessThan(100);
  });
});

it('an orphaned set is adopted by one of the same name with its revision and pods', () => {
  const cluster = new Daemons(['n0']);
  const [before] = cluster.pods();
  cluster.client.delete('daemonsets.apps', 'a', 'web');
  for (const object of cluster.pods()) {
    const next = clone(object);
    delete next.metadata.ownerReferences;
    must(cluster.client.update('pods', next));
  }
  for (const object of cluster.client.list('controllerrevisions.apps')) {
    const next = clone(object);
    delete next.metadata.ownerReferences;
    must(cluster.client.update('controllerrevisions.apps', next));
  }
  cluster.settle();
  must(cluster.client.create('daemonsets.apps', aDaemonSet()));
  cluster.settle();
  expect(cluster.pods().map(({ metadata }) => metadata.name)).toEqual([before?.metadata.name]);
  expect(cluster.client.list('controllerrevisions.apps')).toHaveLength(1);
  expect(cluster.set.status).toMatchObject({ numberAvailable: 1, updatedNumberScheduled: 1 });
});
