// The autoscaler with the scheduler's own filters, over machines that come up by themselves.
// Cases after kubernetes/autoscaler cluster-autoscaler/core/{scaleup,scaledown} and simulator/drain tests.

import { describe, expect, it } from 'vitest';
import type { NodeGroup } from '../../api/kubewisp/v1/node-group.ts';
import { machinesOf, NODE_GROUPS, nodeTemplate } from '../../api/kubewisp/v1/node-group.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { placements } from '../../scheduler/placement.ts';
import { Scheduler } from '../../scheduler/scheduler.ts';
import { daemonSetController } from '../daemonset/daemonset-controller.ts';
import { nodeGroupController } from '../nodegroup/node-group-controller.ts';
import { podGarbageCollector } from '../podgc/pod-garbage-collector.ts';
import { replicaSetController } from '../replicaset/replicaset-controller.ts';
import type { Controller } from '../runtime/component.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { fakeKubelet } from '../testing/fake-kubelet.ts';
import { aDaemonSet, must } from '../testing/objects.ts';
import { clusterAutoscaler } from './cluster-autoscaler.ts';

const RS = 'replicasets.apps';
const BOOT_MS = 3000;

/** Machines are ready Nodes after a while. */
const pool: Controller = {
  name: 'pool',
  watches: { [NODE_GROUPS]: ({ name }) => [name] },
  reconcile(key, { client, now }) {
    const group = client.get(NODE_GROUPS, '', key);
    let next: number | undefined;
    for (const { name, bornAt } of group === undefined ? [] : machinesOf(group)) {
      if (group === undefined || client.get('nodes', '', name) !== undefined) continue;
      const due = Date.parse(bornAt) + BOOT_MS;
      if (due > now) next = Math.min(next ?? due, due);
      else client.create('nodes', ready(nodeTemplate(group, name)));
    }
    return next === undefined ? undefined : { requeueAfter: next - now };
  },
};

function ready(node: Node): Node {
  const { name, labels = {} } = node.metadata;
  const metadata = { name, labels } as Node['metadata'];
  return { ...node, metadata, status: { ...node.status, conditions: [{ type: 'Ready', status: 'True' }] } };
}

type Template = { spec?: Partial<Pod['spec'] & object>; annotations?: Record<string, string> };

class World {
  evictionsRefused = false;
  readonly cluster = new FakeCluster({
    controllers: [
      replicaSetController,
      daemonSetController(),
      podGarbageCollector,
      nodeGroupController,
      clusterAutoscaler(placements()),
      pool,
      fakeKubelet({ node: () => undefined }),
    ],
    components: () => [new Scheduler()],
    prepare: (object) => {
      if (object.kind === 'Pod') ((object as Pod).spec ?? { schedulerName: '' }).schedulerName = 'default-scheduler';
    },
    gate: (verb, resource, object) =>
      this.evictionsRefused &&
      verb === 'delete' &&
      resource === 'pods' &&
      object.metadata.deletionTimestamp === undefined
        ? {
            kind: 'Status',
            apiVersion: 'v1',
            metadata: {},
            status: 'Failure',
            reason: 'TooManyRequests',
            code: 429,
            message: 'no',
          }
        : undefined,
  });

  group(name: string, spec: Partial<NodeGroup['spec']> = {}): void {
    must(
      this.cluster.client.create(NODE_GROUPS, {
        apiVersion: 'kubewisp.dev/v1',
        kind: 'NodeGroup',
        metadata: { name },
        spec: { maxSize: 5, machine: { cpu: '2', memory: '4Gi' }, scaleDownUnneededSeconds: 60, ...spec },
      }),
    );
  }

  node(name: string, cpu: string): void {
    const allocatable = { cpu, memory: '8Gi', pods: '110' };
    const metadata = { name };
    const status = { allocatable, capacity: allocatable, conditions: [{ type: 'Ready', status: 'True' }] };
    must(this.cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata, status }));
  }

  replicas(name: string, replicas: number, cpu: string, { spec, annotations }: Template = {}): void {
    const old = this.cluster.client.get(RS, 'a', name);
    if (old !== undefined) {
      const next = clone(old);
      next.spec = { ...next.spec, replicas } as never;
      must(this.cluster.client.update(RS, next));
      return;
    }
    const labels = { app: name };
    const containers = [{ name: 'c', image: 'app:1', resources: { requests: { cpu } } }];
    const template = { metadata: { labels, ...(annotations && { annotations }) }, spec: { containers, ...spec } };
    must(
      this.cluster.client.create(RS, {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name, namespace: 'a' },
        spec: { replicas, selector: { matchLabels: labels }, template },
      }),
    );
  }

  size(name: string): number {
    return machinesOf(this.cluster.client.get(NODE_GROUPS, '', name)!).length;
  }

  advance(seconds: number): void {
    this.cluster.advance(seconds * 1000);
  }

  /** Pods without a node. */
  get homeless(): number {
    return this.cluster.client.list('pods').filter(({ spec }) => spec?.nodeName === undefined).length;
  }

  told(reason: string): string[] {
    return this.cluster.events.filter((event) => event.reason === reason).map(({ message }) => message);
  }

  get errors(): unknown[] {
    return this.cluster.logs.filter(({ level }) => level === 'error');
  }
}

describe('scale-up', () => {
  it('as many machines as the pods need, and no more', () => {
    const world = new World();
    world.group('a');
    world.replicas('web', 5, '900m');
    world.advance(10);
    expect([world.size('a'), world.homeless]).toEqual([3, 0]);
    expect(world.told('TriggeredScaleUp')).toEqual(Array(5).fill('pod triggered scale-up: [{a 0->3 (max: 5)}]'));
    expect(world.told('NotTriggerScaleUp')).toEqual([]);
    expect(world.errors).toEqual([]);
  });

  it('room that is there, or on its way, is used first', () => {
    const world = new World();
    world.node('here', '1');
    world.group('a');
    world.replicas('web', 2, '900m');
    world.advance(1);
    expect(world.size('a')).toBe(1);
    world.replicas('more', 1, '900m');
    world.advance(10);
    expect([world.size('a'), world.homeless]).toEqual([1, 0]);
  });

  it.each<[string, Partial<NodeGroup['spec']>, string, Template, string]>([
    ['too large', {}, '4', {}, '1 Insufficient cpu'],
    [
      'another zone',
      {},
      '1',
      { spec: { nodeSelector: { 'topology.kubernetes.io/zone': 'b' } } },
      "1 node(s) didn't match Pod's node affinity/selector",
    ],
    ['tainted', { taints: [{ key: 'k', effect: 'NoSchedule' }] }, '1', {}, '1 node(s) had untolerated taint(s)'],
    ['full', { maxSize: 0 }, '1', {}, '1 max node group size reached'],
  ])('%s: no machine helps, and that is told once', (_, spec, cpu, template, why) => {
    const world = new World();
    world.group('a', spec);
    world.replicas('web', 1, cpu, template);
    world.advance(10);
    world.node('unrelated', '100m');
    world.advance(10);
    expect(world.size('a')).toBe(0);
    expect(world.told('NotTriggerScaleUp')).toEqual([`pod didn't trigger scale-up: ${why}`]);
    expect(world.cluster.settle()).toBeUndefined();
  });

  it('the group that takes the pod, by its labels, taints and zone', () => {
    const world = new World();
    world.group('a');
    world.group('b', { labels: { tier: 'b' }, taints: [{ key: 'k', effect: 'NoSchedule' }], zone: 'zone-z' });
    const tolerations = [{ key: 'k', operator: 'Exists' as const }];
    world.replicas('web', 1, '1', {
      spec: { nodeSelector: { tier: 'b', 'topology.kubernetes.io/zone': 'zone-z' }, tolerations },
    });
    world.advance(10);
    expect([world.size('a'), world.size('b'), world.homeless]).toEqual([0, 1, 0]);
  });

  it('of two groups the one that needs fewer machines', () => {
    const world = new World();
    world.group('small');
    world.group('wide', { machine: { cpu: '16', memory: '32Gi' } });
    world.replicas('web', 6, '1');
    world.advance(10);
    expect([world.size('small'), world.size('wide'), world.homeless]).toEqual([0, 1, 0]);
  });

  it('up to the largest size; the rest is told', () => {
    const world = new World();
    world.group('a', { maxSize: 2 });
    world.replicas('web', 5, '1');
    world.advance(10);
    expect([world.size('a'), world.homeless]).toEqual([2, 1]);
    expect(world.told('NotTriggerScaleUp')).toEqual(["pod didn't trigger scale-up: 1 max node group size reached"]);
  });

  it('room that was ordered and is taken by others is ordered again', () => {
    const world = new World();
    world.group('a');
    world.replicas('web', 1, '1500m');
    world.advance(1);
    const [machine] = machinesOf(world.cluster.client.get(NODE_GROUPS, '', 'a')!);
    const containers = [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '1' } } }];
    must(
      world.cluster.client.create('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'quick', namespace: 'a' },
        spec: { containers, nodeName: machine?.name ?? '' },
      }),
    );
    world.advance(20);
    expect([world.size('a'), world.homeless]).toEqual([2, 0]);
  });

  it('a thousand pods are packed in a blink', () => {
    const world = new World();
    world.group('a', { maxSize: 1000 });
    world.replicas('web', 1000, '900m');
    world.cluster.advance(150);
    const began = performance.now();
    world.cluster.advance(100);
    expect(world.size('a')).toBe(500);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('what DaemonSets take of a machine is counted', () => {
    const world = new World();
    const containers = [{ name: 'c', image: 'agent:1', resources: { requests: { cpu: '500m' } } }];
    must(
      world.cluster.client.create(
        'daemonsets.apps',
        aDaemonSet({ template: { metadata: { labels: { app: 'web' } }, spec: { containers } } }, 'agent'),
      ),
    );
    world.group('a');
    world.replicas('large', 1, '2', {});
    world.advance(20);
    expect(world.size('a')).toBe(0);
    expect(world.told('NotTriggerScaleUp')).toEqual(["pod didn't trigger scale-up: 1 Insufficient cpu"]);
  });
});

describe('scale-down', () => {
  const grown = (template: Template = {}, replicas = 3): World => {
    const world = new World();
    world.group('a', { minSize: 0 });
    world.replicas('web', replicas, '900m', template);
    world.advance(10);
    return world;
  };

  it('a node without pods goes after its time, not before', () => {
    const world = grown();
    expect(world.size('a')).toBe(2);
    world.replicas('web', 0, '900m');
    world.advance(55);
    expect(world.size('a')).toBe(2);
    world.advance(20);
    expect([world.size('a'), world.cluster.client.list('nodes').length]).toEqual([0, 0]);
    expect(world.told('ScaleDown')).toEqual([
      ...Array(2).fill('marked the node as toBeDeleted/unschedulable'),
      ...Array(2).fill('node removed by cluster autoscaler'),
    ]);
    world.advance(100);
    expect(world.cluster.settle()).toBeUndefined();
    expect(world.errors).toEqual([]);
  });

  it('its smallest size stays', () => {
    const world = new World();
    world.group('a', { minSize: 1 });
    world.replicas('web', 3, '900m');
    world.advance(10);
    world.replicas('web', 0, '900m');
    world.advance(200);
    expect(world.size('a')).toBe(1);
    expect(world.cluster.settle()).toBeUndefined();
  });

  it('pods that fit elsewhere are moved there', () => {
    const world = grown({}, 2);
    world.replicas('other', 1, '900m');
    world.advance(10);
    expect(world.size('a')).toBe(2);
    world.node('large', '8');
    world.advance(200);
    // Two pods fill nine tenths of the one node: it stays. The other's goes to the large one.
    expect([world.size('a'), world.homeless]).toEqual([1, 0]);
    expect(world.told('ScaleDown')).toContain('deleting pod for node scale down');
    expect(world.cluster.settle()).toBeUndefined();
  });

  it.each<[string, Template]>([
    ['forbids it', { annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' } }],
    ['keeps files', { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }],
  ])('a pod that %s holds its node', (_, template) => {
    const world = grown(template, 1);
    world.node('large', '8');
    world.advance(200);
    expect(world.size('a')).toBe(1);
    expect(world.told('ScaleDown')).toEqual([]);
  });

  it('a node that is needed again is kept', () => {
    const world = grown();
    world.replicas('web', 0, '900m');
    world.advance(30);
    world.replicas('web', 3, '900m');
    world.advance(200);
    expect([world.size('a'), world.homeless]).toEqual([2, 0]);
    const taints = world.cluster.client.list('nodes').flatMap(({ spec }) => spec?.taints ?? []);
    // One of the two is less than half full, but nothing else would take its pod.
    expect(taints).toEqual([]);
  });

  it('evictions that are refused are asked for again, and given up after two minutes', () => {
    const world = grown({}, 1);
    world.node('large', '8');
    world.evictionsRefused = true;
    world.advance(100);
    expect(world.told('ScaleDown')).toEqual(['marked the node as toBeDeleted/unschedulable']);
    world.advance(110);
    expect(world.told('ScaleDownFailed')).toEqual(['failed to drain the node, aborting ScaleDown: no']);
    world.evictionsRefused = false;
    world.advance(200);
    expect([world.size('a'), world.homeless]).toEqual([0, 0]);
  });

  it('a crash after any write changes nothing of how it ends', () => {
    const count = (() => {
      const world = grown({}, 2);
      const { length } = world.cluster.history;
      world.replicas('web', 0, '900m');
      world.advance(100);
      return world.cluster.history.length - length;
    })();
    for (let at = 1; at <= count; at++) {
      const world = grown({}, 2);
      const { length } = world.cluster.history;
      world.replicas('web', 0, '900m');
      for (let second = 0; second < 120; second++) {
        if (world.cluster.history.length - length >= at) world.cluster.restart();
        world.advance(1);
      }
      expect([world.size('a'), world.cluster.client.list('nodes').length], `after ${at}`).toEqual([0, 0]);
    }
  });

  it('without groups nothing is done, and no timer runs', () => {
    const world = new World();
    world.node('here', '1');
    world.replicas('web', 3, '900m');
    expect(world.cluster.settle()).toBeUndefined();
    expect(world.cluster.reconciles.filter(({ component }) => component === 'cluster-autoscaler')).toEqual([]);
  });
});
