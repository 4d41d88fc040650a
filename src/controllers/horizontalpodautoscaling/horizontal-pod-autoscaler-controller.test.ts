// After kubernetes pkg/controller/podautoscaler/horizontal_test.go.

import { describe, expect, it } from 'vitest';
import { Autoscaling, cpu } from './testing/autoscaling.ts';

const UNSERVED = 'the server could not find the requested resource (get pods.metrics.k8s.io)';

describe('horizontal pod autoscaler', () => {
  it('a target that is not there: FailedGetScale, until it comes', () => {
    const cluster = new Autoscaling({ replicas: undefined });
    expect(cluster.conditions).toEqual([
      'AbleToScale=False FailedGetScale: the HPA controller was unable to get the target\'s current scale: deployments.apps "web" not found',
    ]);
    expect(cluster.told).toEqual(['FailedGetScale: deployments.apps "web" not found']);
    expect(cluster.settle()).toBeUndefined();
    cluster.deploy(1);
    cluster.advance(15_000);
    expect(cluster.conditions[0]).toContain('AbleToScale=True SucceededGetScale');
  });

  it('a target of a kind that nobody serves: FailedGetScale', () => {
    const scaleTargetRef = { apiVersion: 'example.com/v1', kind: 'X', name: 'web' };
    const cluster = new Autoscaling({ spec: { scaleTargetRef } });
    expect(cluster.told).toEqual(['FailedGetScale: no matches for kind "X" in group "example.com"']);
  });

  it('TestZeroReplicas: a target of none is left alone', () => {
    const cluster = new Autoscaling({ replicas: 0 });
    expect(cluster.conditions.at(-1)).toBe(
      'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
    );
    expect(cluster.replicas).toBe(0);
  });

  it('TestTooFewReplicas, TestTooManyReplicas: bounds are kept without metrics', () => {
    const few = new Autoscaling({ replicas: 1, spec: { minReplicas: 3 } });
    expect(few.replicas).toBe(3);
    expect(few.told).toEqual([
      'SuccessfulRescale: New size: 3; reason: Current number of replicas below Spec.MinReplicas',
    ]);
    expect(few.conditions).toEqual([
      'AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 3',
    ]);
    expect(few.status).toMatchObject({ currentReplicas: 1, desiredReplicas: 3, lastScaleTime: expect.any(String) });
    const many = new Autoscaling({ replicas: 9, spec: { maxReplicas: 5 } });
    expect(many.replicas).toBe(5);
    expect(many.told).toEqual([
      'SuccessfulRescale: New size: 5; reason: Current number of replicas above Spec.MaxReplicas',
    ]);
  });

  it('TestConditionFailedUpdateScale: a refused scale is told and tried again', () => {
    const cluster = new Autoscaling({ replicas: 9, refused: 'deployments.apps' });
    expect(cluster.conditions[0]).toContain('AbleToScale=False FailedUpdateScale');
    expect(cluster.told[0]).toContain('FailedRescale: New size: 5; reason: Current number of replicas above');
    expect(cluster.settle()).toBeDefined();
  });

  it('without an API of metrics: FailedGetResourceMetric, and nothing to wait for', () => {
    const cluster = new Autoscaling({ replicas: 2 });
    const why = `failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: ${UNSERVED}`;
    expect(cluster.conditions.at(-1)).toBe(
      `ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${why}`,
    );
    expect(cluster.told).toEqual([
      `FailedGetResourceMetric: ${why}`,
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
    ]);
    expect(cluster.status).toMatchObject({ currentReplicas: 2, desiredReplicas: 0, currentMetrics: [{ type: '' }] });
    cluster.advance(60_000);
    const writes = cluster.history.length;
    cluster.restart();
    cluster.advance(60_000);
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.history).toHaveLength(writes);
  });

  it.each([
    [
      { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '10' } } },
      'FailedGetPodsMetric: unable to get metric hits: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
    ],
    [
      {
        type: 'Object',
        object: {
          metric: { name: 'hits' },
          describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' },
          target: { type: 'Value', value: '10' },
        },
      },
      'FailedGetObjectMetric: unable to get metric hits: Ingress on a main/unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
    ],
    [
      { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '10' } } },
      'FailedGetExternalMetric: unable to get external metric a/queue/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)',
    ],
  ])('metrics of APIs that nobody serves: $type', (metric, said) => {
    const cluster = new Autoscaling({ replicas: 2, spec: { metrics: [metric] } });
    expect(cluster.told[0]).toBe(said);
  });

  it('an autoscaler that goes is forgotten', () => {
    const cluster = new Autoscaling({ replicas: 2 });
    cluster.remove();
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.replicas).toBe(2);
  });
});

describe('horizontal pod autoscaler with metrics', () => {
  const loaded = (replicas: number, used: string, spec: object = {}) =>
    new Autoscaling({ replicas, used, spec: { maxReplicas: 10, metrics: [cpu(50)], ...spec } });

  it('TestScaleUp: more replicas where the target is exceeded', () => {
    const cluster = loaded(3, '80m');
    expect(cluster.replicas).toBe(5);
    expect(cluster.told).toEqual([
      'SuccessfulRescale: New size: 5; reason: cpu resource utilization (percentage of request) above target',
    ]);
    expect(cluster.status).toMatchObject({
      currentReplicas: 3,
      desiredReplicas: 5,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 80, averageValue: '80m' } } },
      ],
    });
    expect(cluster.conditions).toEqual([
      'AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 5',
      'ScalingActive=True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
      'ScalingLimited=False DesiredWithinRange: the desired count is within the acceptable range',
    ]);
  });

  it('TestTolerance: a little above the target is left alone, and a converged cluster sleeps', () => {
    const cluster = loaded(3, '54m');
    cluster.advance(60_000);
    expect(cluster.replicas).toBe(3);
    expect(cluster.conditions[0]).toBe('AbleToScale=True ReadyForNewScale: recommended size matches current size');
    expect(cluster.settle()).toBeUndefined();
  });

  it('TestUpscaleCap: not more than twice as many, or 4, at a time', () => {
    const cluster = loaded(3, '500m', { maxReplicas: 100 });
    expect(cluster.replicas).toBe(6);
    expect(cluster.conditions.at(-1)).toContain('ScalingLimited=True ScaleUpLimit');
    cluster.advance(14_000);
    expect(cluster.replicas).toBe(6);
  });

  it('TestScaleDown: fewer after 5 minutes without a reason for more', () => {
    const cluster = loaded(4, '20m');
    expect(cluster.replicas).toBe(4);
    expect(cluster.conditions[0]).toContain('AbleToScale=True ScaleDownStabilized');
    cluster.advance(299_000);
    expect(cluster.replicas).toBe(4);
    cluster.advance(2000);
    expect(cluster.replicas).toBe(2);
    expect(cluster.told).toContain('SuccessfulRescale: New size: 2; reason: All metrics below target');
  });

  it('a size that somebody else sets is taken back: nothing recommended it', () => {
    const cluster = loaded(1, '20m');
    cluster.advance(60_000);
    cluster.scale(8);
    cluster.advance(15_000);
    expect(cluster.replicas).toBe(1);
  });

  it('what was needed until now counts from now', () => {
    const cluster = loaded(4, '50m');
    cluster.advance(1_000_000);
    cluster.use('20m');
    cluster.advance(299_000);
    expect(cluster.replicas).toBe(4);
    cluster.advance(20_000);
    expect(cluster.replicas).toBe(2);
  });

  it('a cluster that sleeps while it waits scales down when it wakes, not later', () => {
    const cluster = loaded(4, '20m');
    for (let minutes = 0; minutes < 4; minutes++) {
      cluster.advance(60_000);
      cluster.restart();
    }
    expect(cluster.replicas).toBe(4);
    cluster.advance(62_000);
    expect(cluster.replicas).toBe(2);
  });

  it('TestScaleDownStabilizeInitialSize: without a window at once, but only as fast as the policies say', () => {
    const policies = [{ type: 'Pods', value: 1, periodSeconds: 60 }];
    const scaleUp = { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies };
    const scaleDown = { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies };
    const cluster = loaded(4, '10m', { behavior: { scaleUp, scaleDown } });
    expect(cluster.replicas).toBe(3);
    expect(cluster.conditions.at(-1)).toContain('ScalingLimited=True ScaleDownLimit');
    cluster.advance(45_000);
    expect(cluster.replicas).toBe(3);
    cluster.advance(16_000);
    expect(cluster.replicas).toBe(2);
  });

  it('the greatest of the proposals counts, and one that fails stops scaling down', () => {
    const target = { type: 'Utilization', averageUtilization: 50 };
    const broken = { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'x', target } };
    const up = loaded(3, '80m', { metrics: [broken, cpu(50)] });
    expect(up.replicas).toBe(5);
    expect(up.told).toContain(
      'FailedGetContainerResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: failed to get container metrics: container x not present in metrics for pod a/web-0',
    );
    expect(up.status?.currentMetrics?.map(({ type }) => type)).toEqual(['', 'Resource']);
    const down = loaded(3, '10m', { metrics: [broken, cpu(50)] });
    expect(down.conditions.at(-1)).toContain('ScalingActive=False FailedGetContainerResourceMetric');
  });
});
