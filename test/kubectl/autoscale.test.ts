// Metrics and HorizontalPodAutoscalers as a user sees them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const MINUTE = 60_000;

function deployment(name: string, annotations: object): string {
  const labels = { app: name };
  const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100m', memory: '64Mi' } } }];
  const template = { metadata: { labels, annotations }, spec: { containers } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  return JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec });
}

/** One that scales down at once. */
function autoscaler(name: string): string {
  const target = { type: 'Utilization', averageUtilization: 50 };
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
  };
  return JSON.stringify({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name }, spec });
}

describe.skipIf(kubectl === undefined)('kubectl, metrics and autoscalers', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1 });
    const annotations = { 'kwok.x-k8s.io/usage-cpu': '20m', 'kwok.x-k8s.io/usage-memory': '32Mi' };
    await session.feed(deployment('web', annotations), 'apply -f -');
    await session.feed(deployment('idle', {}), 'apply -f -');
    await session.run('rollout status deployment/web --timeout=60s');
    await session.run('rollout status deployment/idle --timeout=60s');
  });

  afterAll(async () => {
    await session?.end();
  });

  it('top tells what pods and nodes use', async () => {
    expect(await session.rows('top pods -l app=web --no-headers')).toEqual([
      [expect.stringMatching(/^web-/), '20m', '32Mi'],
    ]);
    expect(await session.rows('top pods --no-headers --sort-by=cpu')).toHaveLength(2);
    expect(await session.run('top pods -l app=web --containers')).toMatch(/web-\S+ +c +20m +32Mi/);
    expect(await session.run('top nodes')).toMatch(/NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\)/);
    const [node] = await session.rows('top nodes --no-headers');
    // Two pods and what the node itself needs.
    expect(node?.slice(1)).toEqual(['41m', '1%', '233Mi', expect.stringMatching(/^\d+%$/)]);
  });

  it('a target follows what its pods use, up and down', { timeout: 4 * MINUTE }, async () => {
    await session.feed(autoscaler('web'), 'apply -f -');
    await session.until('get hpa web', /Deployment\/web +cpu: 20%\/50% +1 +5 +1 /, MINUTE);
    await session.run('annotate pods -l app=web --overwrite kwok.x-k8s.io/usage-cpu=110m');
    await session.until('get deployment web', /web +3\/3 +3 +3 /, MINUTE);
    const told = await session.run('describe hpa web');
    expect(told).toMatch(
      /SuccessfulRescale .* New size: 3; reason: cpu resource utilization \(percentage of request\) above target/,
    );
    expect(told).toMatch(/ScalingActive +True +ValidMetricFound/);
    await session.run('annotate pods -l app=web --overwrite kwok.x-k8s.io/usage-cpu=10m');
    await session.until('get deployment web', /web +1\/1 +1 +1 /, MINUTE);
    expect(await session.run('describe hpa web')).toMatch(
      /SuccessfulRescale .* New size: 1; reason: All metrics below target/,
    );
  });

  it('autoscale makes one that keeps its bounds', { timeout: MINUTE }, async () => {
    await session.run('autoscale deployment/idle --cpu-percent=50 --min=2 --max=4');
    await session.until('get deployment idle', /idle +2\/2 +2 +2 /);
    expect(await session.run('describe hpa idle')).toMatch(
      /SuccessfulRescale .* New size: 2; reason: Current number of replicas below Spec.MinReplicas/,
    );
  });

  it('without the APIService there are no metrics', async () => {
    await session.run('delete apiservice v1beta1.metrics.k8s.io');
    const { code, stderr } = await session.result(['top', 'pods']);
    expect([code, stderr.trim()]).toEqual([1, 'error: Metrics API not available']);
  });
});
