// Several kinds of metrics and of behaviors, by the names of kubernetes pkg/controller/podautoscaler/horizontal_test.go; and
// calm: it works when something changes, and remembers over a sleep.

import { describe, expect, it } from 'vitest';
import { horizontalPodAutoscaler } from '../../api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { metricsApiService } from '../../api/metrics/v1beta1/group.ts';
import type { UsageSource } from '../../api/metrics/v1beta1/measurement.ts';
import type { Draft } from '../../api/object.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
  MetricSpec,
} from '../../api/types/autoscaling-v2.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { fakeKubelet } from '../testing/fake-kubelet.ts';
import { aDeployment, must } from '../testing/objects.ts';
import { deploymentController } from '../deployment/deployment-controller.ts';
import { replicaSetController } from '../replicaset/replicaset-controller.ts';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler-controller.ts';

const AUTOSCALERS = 'horizontalpodautoscalers.autoscaling';
const MEMORY = 'kubewisp.dev/autoscaling-memory';
const MINUTE = 60_000;

const utilization = (name: string, averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization } },
});
const CPU = utilization('cpu', 50);

interface Setup {
  readonly replicas?: number;
  readonly spec?: Partial<HorizontalPodAutoscalerSpec>;
  readonly metrics?: boolean;
  readonly usageSource?: (node: string) => UsageSource;
}

/** A Deployment whose pods request 100m and 100Mi each and use half of it, an hour old, and an autoscaler. */
class World {
  readonly cluster: FakeCluster;

  constructor({ replicas = 3, spec = {}, metrics = true, usageSource }: Setup = {}) {
    this.cluster = new FakeCluster({
      controllers: [deploymentController, replicaSetController, horizontalPodAutoscalerController(), fakeKubelet()],
      prepare: (object) => {
        if (object.kind === 'HorizontalPodAutoscaler') horizontalPodAutoscaler.setDefaults?.(object);
        if (object.kind === 'Pod')
          (object as Pod).status = { phase: 'Pending', startTime: new Date(this.cluster.now).toISOString() };
      },
      ...(usageSource === undefined ? {} : { usageSource }),
    });
    const { client } = this.cluster;
    if (metrics) must(client.create('apiservices.apiregistration.k8s.io', metricsApiService()));
    const containers = [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '100m', memory: '100Mi' } } }];
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
    must(client.create('deployments.apps', aDeployment({ replicas, template })));
    this.cluster.settle();
    this.run();
    this.use('50m', '50Mi');
    this.cluster.advance(60 * MINUTE);
    this.#create(spec);
  }

  #create(spec: Partial<HorizontalPodAutoscalerSpec>): void {
    const draft: Draft<HorizontalPodAutoscaler> = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'hpa', namespace: 'a' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 1,
        maxReplicas: 10,
        metrics: [CPU],
        ...spec,
      },
    };
    must(this.cluster.client.create(AUTOSCALERS, draft));
    this.cluster.settle();
  }

  /** Their containers run. */
  run(): void {
    for (const pod of this.pods()) {
      if (pod.status?.phase !== 'Running' || pod.status.containerStatuses !== undefined) continue;
      const next = clone(pod);
      const status = { name: 'c', image: '', imageID: '', ready: true, restartCount: 0 };
      next.status = { ...next.status, containerStatuses: [{ ...status, state: { running: { startedAt: '' } } }] };
      must(this.cluster.client.updateStatus('pods', next));
    }
    this.cluster.settle();
  }

  /** The node of the pods, and whether it is ready. */
  node(status: string): void {
    const { client } = this.cluster;
    const name = 'node-1';
    const known = client.get('nodes', '', name);
    const node = known ?? must(client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } }));
    must(client.updateStatus('nodes', { ...clone(node), status: { conditions: [{ type: 'Ready', status }] } }));
    this.cluster.settle();
  }

  pods(): Pod[] {
    return this.cluster.client.list('pods').filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** What each pod uses from now on. */
  use(cpu: string, memory = '1Mi'): void {
    for (const pod of this.pods()) {
      const next = clone(pod);
      next.metadata.annotations = { 'kwok.x-k8s.io/usage-cpu': cpu, 'kwok.x-k8s.io/usage-memory': memory };
      must(this.cluster.client.update('pods', next));
    }
    this.cluster.settle();
  }

  change(spec: Partial<HorizontalPodAutoscalerSpec>): void {
    const next = clone(this.autoscaler);
    next.spec = { ...next.spec, ...spec };
    horizontalPodAutoscaler.setDefaults?.(next);
    must(this.cluster.client.update(AUTOSCALERS, next));
    this.cluster.settle();
  }

  /** Time passes; new pods run. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 5000) {
      this.cluster.advance(Math.min(left, 5000));
      this.run();
    }
  }

  get autoscaler(): HorizontalPodAutoscaler {
    const found = this.cluster.client.get(AUTOSCALERS, 'a', 'hpa');
    if (found === undefined) throw new Error('no autoscaler');
    return found;
  }

  get replicas(): number {
    return this.cluster.client.get('deployments.apps', 'a', 'web')?.spec?.replicas ?? -1;
  }

  /** `AbleToScale True ReadyForNewScale` */
  get conditions(): string[] {
    return (this.autoscaler.status?.conditions ?? []).map(
      ({ type, status, reason }) => `${type} ${status} ${reason ?? ''}`,
    );
  }

  get events(): string[] {
    return this.cluster.events
      .filter(({ source }) => source === 'horizontal-pod-autoscaler')
      .map(({ reason, message }) => `${reason}: ${message}`);
  }

  message(type: string): string | undefined {
    return this.autoscaler.status?.conditions?.find((condition) => condition.type === type)?.message;
  }
}

describe('by what pods use', () => {
  it('TestScaleUpContainer', () => {
    const target = { type: 'Utilization', averageUtilization: 50 };
    const world = new World({
      spec: { metrics: [{ type: 'ContainerResource', containerResource: { name: 'cpu', container: 'c', target } }] },
    });
    world.use('80m');
    world.pass(15_000);
    expect(world.replicas).toBe(5);
    expect(world.autoscaler.status?.currentMetrics?.[0]).toEqual({
      type: 'ContainerResource',
      containerResource: { name: 'cpu', container: 'c', current: { averageUtilization: 80, averageValue: '80m' } },
    });
  });

  it('by an average value', () => {
    const metric = {
      type: 'Resource',
      resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '64Mi' } },
    };
    const world = new World({ replicas: 2, spec: { metrics: [metric] } });
    world.use('1m', '128Mi');
    world.pass(15_000);
    expect(world.replicas).toBe(4);
    expect(world.events.at(-1)).toBe('SuccessfulRescale: New size: 4; reason: memory resource above target');
  });

  it('the metric that asks for most decides', () => {
    const world = new World({ replicas: 2, spec: { metrics: [CPU, utilization('memory', 50)] } });
    world.use('60m', '150Mi');
    world.pass(15_000);
    expect(world.replicas).toBe(4);
    expect(world.message('ScalingActive')).toBe(
      'the HPA was able to successfully calculate a replica count from memory resource utilization (percentage of request)',
    );
  });

  it('TestScaleDownWithScalingRules, window 0', () => {
    const rules: HPAScalingRules = { stabilizationWindowSeconds: 0 };
    const world = new World({ replicas: 5, spec: { behavior: { scaleDown: rules } } });
    world.use('20m');
    world.pass(15_000);
    expect(world.replicas).toBe(2);
  });

  it('TestTolerance, and that of a behavior', () => {
    const world = new World({ replicas: 3 });
    world.use('54m');
    world.pass(MINUTE);
    expect(world.replicas).toBe(3);
    expect(world.conditions).toEqual([
      'AbleToScale True ReadyForNewScale',
      'ScalingActive True ValidMetricFound',
      'ScalingLimited False DesiredWithinRange',
    ]);
    world.change({ behavior: { scaleUp: { tolerance: '0.01' } } });
    expect(world.replicas).toBe(4);
  });

  it('TestMaxReplicas, TestMinReplicas', () => {
    const world = new World({
      replicas: 3,
      spec: { minReplicas: 2, maxReplicas: 4, behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } },
    });
    world.use('200m');
    world.pass(15_000);
    expect(world.replicas).toBe(4);
    expect(world.conditions).toContain('ScalingLimited True TooManyReplicas');
    world.pass(MINUTE);
    world.use('1m');
    world.pass(15_000);
    expect(world.replicas).toBe(2);
    expect(world.conditions).toContain('ScalingLimited True TooFewReplicas');
  });

  it('pods that have just started wait for their first window', () => {
    const world = new World({ replicas: 2 });
    world.use('80m');
    world.pass(15_000);
    expect(world.replicas).toBe(4);
    world.pass(5000);
    // Two of the four use nothing yet; they count once their first window is over.
    world.use('80m');
    world.pass(MINUTE);
    expect(world.replicas).toBeGreaterThan(4);
  });
});

describe('behaviors', () => {
  const policies = (type: string, value: number, periodSeconds: number) => ({
    policies: [{ type, value, periodSeconds }],
  });

  it('TestScaleUpWithPolicy: so many pods a period', () => {
    const world = new World({ replicas: 2, spec: { behavior: { scaleUp: policies('Pods', 1, 60) } } });
    world.use('200m');
    world.pass(15_000);
    expect(world.replicas).toBe(3);
    world.use('200m');
    world.pass(30_000);
    expect(world.replicas).toBe(3);
    expect(world.conditions).toContain('ScalingLimited True ScaleUpLimit');
    world.use('200m');
    world.pass(30_000);
    expect(world.replicas).toBe(4);
  });

  it('scaling down by percent', () => {
    const scaleDown = { ...policies('Percent', 50, 60), stabilizationWindowSeconds: 0 };
    const world = new World({ replicas: 8, spec: { behavior: { scaleDown } } });
    world.use('1m');
    world.pass(15_000);
    expect(world.replicas).toBe(4);
    world.pass(30_000);
    expect(world.conditions).toContain('ScalingLimited True ScaleDownLimit');
    expect(world.replicas).toBe(4);
    world.pass(30_000);
    expect(world.replicas).toBe(2);
  });

  it('disabled', () => {
    const world = new World({ replicas: 3, spec: { behavior: { scaleUp: { selectPolicy: 'Disabled' } } } });
    world.use('200m');
    world.pass(MINUTE);
    expect(world.replicas).toBe(3);
  });

  it('a window on the way up', () => {
    const world = new World({ replicas: 3, spec: { behavior: { scaleUp: { stabilizationWindowSeconds: 60 } } } });
    world.use('50m');
    world.pass(15_000);
    world.use('80m');
    world.pass(45_000);
    expect(world.replicas).toBe(3);
    expect(world.conditions).toContain('AbleToScale True ScaleUpStabilized');
    world.pass(30_000);
    expect(world.replicas).toBe(5);
  });
});

describe('what comes and goes', () => {
  it('TestEmptyMetrics: no metrics are served, until they are', () => {
    const world = new World({ replicas: 2, metrics: false });
    expect(world.message('ScalingActive')).toBe(
      'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
    );
    expect(world.autoscaler.status?.currentMetrics).toEqual([{ type: '' }]);
    must(world.cluster.client.create('apiservices.apiregistration.k8s.io', metricsApiService()));
    world.pass(15_000);
    expect(world.conditions).toContain('ScalingActive True ValidMetricFound');
  });

  it('several autoscalers of the same pods', () => {
    const world = new World({ replicas: 2 });
    const other = { ...clone(world.autoscaler), metadata: { name: 'other', namespace: 'a' } };
    must(world.cluster.client.create(AUTOSCALERS, other as Draft<HorizontalPodAutoscaler>));
    world.pass(15_000);
    expect(world.message('ScalingActive')).toBe(
      'pods by selector app=web are controlled by multiple HPAs: [a/hpa a/other]',
    );
    world.cluster.client.delete(AUTOSCALERS, 'a', 'other');
    world.pass(15_000);
    expect(world.conditions).toContain('ScalingActive True ValidMetricFound');
  });
});

describe('calm', () => {
  it('one that is converged writes nothing and has no timer', () => {
    const world = new World({ replicas: 3 });
    world.use('50m');
    world.pass(MINUTE);
    const { length } = world.cluster.history;
    const looked = world.cluster.reconciles.length;
    world.pass(60 * MINUTE);
    expect(world.cluster.history).toHaveLength(length);
    expect(world.cluster.reconciles).toHaveLength(looked);
    expect(world.cluster.settle()).toBeUndefined();
    expect(world.autoscaler.metadata.annotations).toBeUndefined();
  });

  it('changes of pods are answered at most every 15 seconds', () => {
    const world = new World({ replicas: 3 });
    world.use('50m');
    world.pass(MINUTE);
    const before = world.autoscaler.metadata.resourceVersion;
    for (let i = 0; i < 10; i++) {
      world.use(`${50 + i}m`);
      world.cluster.advance(1000);
    }
    const writes = world.cluster.history.filter(
      ({ resource, rev }) => resource === AUTOSCALERS && rev > Number(before),
    );
    expect(writes.length).toBeLessThanOrEqual(1);
  });

  it('its memory outlasts a sleep in the midst of a window, and goes with it', () => {
    const world = new World({ replicas: 5 });
    world.use('50m');
    world.pass(MINUTE);
    world.use('20m');
    world.pass(15_000);
    expect(JSON.parse(world.autoscaler.metadata.annotations?.[MEMORY] ?? '')).toMatchObject({ last: 2 });
    for (let minute = 0; minute < 5; minute++) {
      world.cluster.restart();
      world.cluster.advance(MINUTE);
    }
    expect(world.replicas).toBe(2);
    world.pass(6 * MINUTE);
    expect(world.autoscaler.metadata.annotations).toBeUndefined();
  });

  it('while a node measures and is ready it looks again every 15 seconds', () => {
    let cpu = '50m';
    const uids = (): string[] => world.pods().map(({ metadata }) => metadata.uid);
    const source = (): UsageSource => ({
      at: world.cluster.now,
      usage: { usage: {}, pods: uids().map((uid) => ({ uid, containers: [{ name: 'c', usage: { cpu } }] })) },
    });
    let started = false;
    const world: World = new World({ replicas: 3, usageSource: () => (started ? source() : undefined) });
    expect(world.conditions).toContain('ScalingActive False FailedGetResourceMetric');
    // Nobody knows of the node: what it measures is not waited for.
    expect(world.cluster.settle()).toBeUndefined();
    world.node('True');
    world.change({ maxReplicas: 9 });
    started = true;
    world.pass(15_000);
    expect(world.replicas).toBe(3);
    cpu = '80m';
    world.pass(15_000);
    expect(world.replicas).toBe(5);
    world.node('Unknown');
    world.pass(MINUTE);
    expect(world.cluster.settle()).toBeUndefined();
  });
});
