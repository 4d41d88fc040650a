// After kubernetes test/e2e/common/node/{pods,ephemeral_containers}.go, test/e2e/node/{pods,taints}.go and
// test/e2e/architecture/conformance.go.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { Node, Pod, PodSpec, PodStatus } from '../../src/api/types/core-v1.ts';
import { labelled, MERGE } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld, untilGone } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 3 });
});

afterAll(() => world?.end());

const podsOf = async () => world.of<Pod>('pods', await world.namespace('pods'));
type Pods = Awaited<ReturnType<typeof podsOf>>;

function aPod(name: string, spec: Partial<PodSpec> = {}, labels: Record<string, string> = { name }): Draft<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'nginx:1' }], ...spec },
  };
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;

const ready = (pods: Pods, name: string): Promise<Pod> => eventually(`${name} is ready`, () => pods.get(name), isReady);

describe('pods', () => {
  it('[sig-node] Pods should be submitted and removed [NodeConformance]', async () => {
    const pods = await podsOf();
    const list = await pods.list(labelled('time=now'));
    expect(list.items).toEqual([]);
    const watch = pods.watch('labelSelector=time%3Dnow', list.metadata.resourceVersion);
    await pods.create(aPod('pod-submit-remove', { terminationGracePeriodSeconds: 1 }, { name: 'foo', time: 'now' }));
    await watch.until('ADDED');
    await ready(pods, 'pod-submit-remove');
    await pods.delete('pod-submit-remove', { gracePeriodSeconds: 1 });
    const gone = await watch.until('DELETED');
    expect(gone.metadata.deletionTimestamp).toBeDefined();
    expect((await pods.list(labelled('time=now'))).items).toEqual([]);
    await watch.close();
  });

  it('[sig-node] Pods should be updated [NodeConformance]', async () => {
    const pods = await podsOf();
    await pods.create(aPod('pod-update', {}, { name: 'foo', time: 'first' }));
    await ready(pods, 'pod-update');
    await pods.change('pod-update', ({ metadata }) => (metadata.labels = { ...metadata.labels, time: 'second' }));
    expect((await pods.list(labelled('time=second'))).items).toHaveLength(1);
    await ready(pods, 'pod-update');
  });

  it('[sig-node] Pods should get a host IP [NodeConformance]', async () => {
    const pods = await podsOf();
    await pods.create(aPod('pod-hostip'));
    const { spec, status } = await ready(pods, 'pod-hostip');
    const node = await world.of<Node>('nodes').get(spec?.nodeName ?? '');
    expect(node.status?.addresses).toContainEqual({ type: 'InternalIP', address: status?.hostIP });
    expect(status?.hostIPs?.[0]?.ip).toBe(status?.hostIP);
  });

  it('[sig-node] Pods should delete a collection of pods', async () => {
    const pods = await podsOf();
    for (const name of ['test-pod-1', 'test-pod-2', 'test-pod-3'])
      await pods.create(aPod(name, {}, { type: 'Testing' }));
    await eventually(
      'all run',
      async () => (await pods.list(labelled('type=Testing'))).items,
      (items) => items.length === 3 && items.every(isReady),
    );
    await pods.deleteCollection(labelled('type=Testing'));
    await eventually(
      'none is left',
      async () => (await pods.list(labelled('type=Testing'))).items,
      (items) => items.length === 0,
    );
  });

  it('[sig-node] Pods should patch a pod status', async () => {
    const pods = await podsOf();
    await pods.create(aPod('pod-patch'));
    await ready(pods, 'pod-patch');
    const status: Partial<PodStatus> = { message: 'Patched by e2e test', reason: 'E2E' };
    const patched = await pods.patch('pod-patch', { status }, { part: 'status' });
    expect(patched.status).toMatchObject(status);
    expect((await pods.get('pod-patch', 'status')).status).toMatchObject({ phase: 'Running' });
  });

  it('[sig-node] Pods should run through the lifecycle of Pods and PodStatus', async () => {
    const pods = await podsOf();
    const mark = { 'test-pod-static': 'true' };
    const watch = pods.watch('labelSelector=test-pod-static%3Dtrue');
    await pods.create(aPod('pod-test', { terminationGracePeriodSeconds: 1 }, mark));
    await watch.until('ADDED');
    await watch.until('MODIFIED', isReady);
    await pods.patch('pod-test', {
      metadata: { labels: { 'test-pod': 'patched' } },
      spec: { containers: [{ name: 'c', image: 'nginx:2' }] },
    });
    await watch.until(
      'MODIFIED',
      ({ metadata, spec }) => metadata.labels?.['test-pod'] === 'patched' && spec?.containers[0]?.image === 'nginx:2',
    );
    await eventually(
      'it runs the new image',
      () => pods.get('pod-test'),
      ({ status }) =>
        status?.containerStatuses?.[0]?.image?.endsWith('nginx:2') === true && status.containerStatuses[0].ready,
    );
    const notReady = await pods.get('pod-test', 'status');
    const conditions = notReady.status?.conditions?.map((each) =>
      each.type === 'Ready' ? { ...each, status: 'False' } : each,
    );
    await pods.update(
      { ...notReady, status: { ...notReady.status, ...(conditions === undefined ? {} : { conditions }) } },
      'status',
    );
    await watch.until('MODIFIED', (pod) => !isReady(pod));
    const all = await world.of<Pod>('pods').list(labelled('test-pod-static=true'));
    expect(all.items.map(({ metadata }) => metadata.name)).toEqual(['pod-test']);
    await pods.deleteCollection(labelled('test-pod-static=true'));
    await watch.until('DELETED');
    await watch.close();
  });

  it('[sig-node] Ephemeral Containers [NodeConformance] should update the ephemeral containers in an existing pod', async () => {
    const pods = await podsOf();
    await pods.create(aPod('ephemeral-containers-target-pod'));
    await ready(pods, 'ephemeral-containers-target-pod');
    const ephemeralContainers = [
      { name: 'debugger', image: 'busybox', command: ['sleep', '10000'], targetContainerName: 'c' },
    ];
    await pods.patch(
      'ephemeral-containers-target-pod',
      { spec: { ephemeralContainers } },
      { part: 'ephemeralcontainers' },
    );
    const { spec, status } = await eventually(
      'the debugger runs',
      () => pods.get('ephemeral-containers-target-pod'),
      ({ status }) => status?.ephemeralContainerStatuses?.[0]?.state?.running !== undefined,
    );
    expect(spec?.ephemeralContainers?.map(({ name }) => name)).toEqual(['debugger']);
    expect(status?.ephemeralContainerStatuses?.[0]?.name).toBe('debugger');
  });
});

describe('pod generation', () => {
  it('[sig-node] Pods Extended (pod generation) Pod Generation pod generation should start at 1 and increment per update [MinimumKubeletVersion:1.34]', async () => {
    const pods = await podsOf();
    expect((await pods.create(aPod('pod-generation'))).metadata.generation).toBe(1);
    await ready(pods, 'pod-generation');
    const steps = [
      [{ spec: { containers: [{ name: 'c', image: 'nginx:2' }] } }, 2],
      [{ metadata: { labels: { more: 'true' } } }, 2],
      [{ spec: { activeDeadlineSeconds: 5000 } }, 3],
      [{ spec: { tolerations: [{ key: 'some-key', operator: 'Exists' }] } }, 4],
    ] as const;
    for (const [patch, generation] of steps) {
      expect((await pods.patch('pod-generation', patch)).metadata.generation).toBe(generation);
    }
    await eventually(
      'the kubelet has seen it',
      () => pods.get('pod-generation'),
      ({ status }) => status?.observedGeneration === 4,
    );
  });

  it('[sig-node] Pods Extended (pod generation) Pod Generation custom-set generation on new pods and graceful delete', async () => {
    const pods = await podsOf();
    const draft = aPod('pod-generation', { terminationGracePeriodSeconds: 5 });
    const created = await pods.create({
      ...draft,
      metadata: { ...draft.metadata, generation: 100, finalizers: ['example.com/hold'] },
    });
    expect(created.metadata.generation).toBe(1);
    await ready(pods, 'pod-generation');
    await pods.delete('pod-generation', { gracePeriodSeconds: 5 });
    const deleting = await pods.get('pod-generation');
    expect(deleting.metadata).toMatchObject({ generation: 2, deletionGracePeriodSeconds: 5 });
    await pods.patch('pod-generation', { metadata: { finalizers: null } }, { type: MERGE });
    await untilGone(pods, 'pod-generation');
  });

  it('[sig-node] Pods Extended (pod generation) Pod Generation issue 500 podspec updates and verify generation and observedGeneration eventually converge [MinimumKubeletVersion:1.34]', async () => {
    const pods = await podsOf();
    await pods.create(aPod('pod-generation'));
    await ready(pods, 'pod-generation');
    for (let index = 0; index < 500; index++) {
      await pods.patch('pod-generation', { spec: { containers: [{ name: 'c', image: `nginx:${index + 2}` }] } });
    }
    const { metadata } = await eventually(
      'the kubelet has seen it',
      () => pods.get('pod-generation'),
      ({ metadata, status }) => status?.observedGeneration === metadata.generation,
    );
    expect(metadata.generation).toBe(501);
  });
});

describe('taints', () => {
  const taint = { key: 'kubernetes.io/e2e-evict-taint-key', value: 'evictTaintVal', effect: 'NoExecute' as const };
  const tolerating = (tolerationSeconds: number): Partial<PodSpec> => ({
    tolerations: [{ key: taint.key, value: taint.value, effect: taint.effect, operator: 'Equal', tolerationSeconds }],
  });

  const setTaint = async (node: string, there: boolean): Promise<void> => {
    await world.of<Node>('nodes').change(node, ({ spec = {} }) => {
      const others = (spec.taints ?? []).filter(({ key }) => key !== taint.key);
      spec.taints = there ? [...others, taint] : others;
    });
  };

  it('[sig-node] NoExecuteTaintManager Single Pod [Serial] removing taint cancels eviction [Disruptive]', async () => {
    const pods = await podsOf();
    await pods.create(aPod('taint-eviction-4', { ...tolerating(3), nodeName: 'node-1' }));
    await ready(pods, 'taint-eviction-4');
    await setTaint('node-1', true);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await setTaint('node-1', false);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect((await pods.get('taint-eviction-4')).metadata.deletionTimestamp).toBeUndefined();
  });

  it('[sig-node] NoExecuteTaintManager Multiple Pods [Serial] evicts pods with minTolerationSeconds [Disruptive]', async () => {
    const pods = await podsOf();
    await pods.create(aPod('taint-eviction-b1', { ...tolerating(1), nodeName: 'node-2' }));
    await pods.create(aPod('taint-eviction-b2', { ...tolerating(3), nodeName: 'node-2' }));
    for (const name of ['taint-eviction-b1', 'taint-eviction-b2']) await ready(pods, name);
    const watch = pods.watch();
    await setTaint('node-2', true);
    try {
      expect((await watch.until('DELETED')).metadata.name).toBe('taint-eviction-b1');
      expect((await watch.until('DELETED')).metadata.name).toBe('taint-eviction-b2');
    } finally {
      await setTaint('node-2', false);
      await watch.close();
    }
  });
});

// Upstream's look for four minutes, since a node's probes are real there.
describe('probes that succeed', () => {
  const probe = (handler: object) => ({ ...handler, initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 1 });
  const unharmed = async (livenessProbe: object): Promise<void> => {
    const pods = await podsOf();
    await pods.create(aPod('liveness', { containers: [{ name: 'c', image: 'agnhost:2', livenessProbe }] }));
    await ready(pods, 'liveness');
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const pod = await pods.get('liveness');
    expect(isReady(pod)).toBe(true);
    expect(pod.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  };

  it('[sig-node] Probing container should *not* be restarted with a exec "cat /tmp/health" liveness probe [NodeConformance]', () =>
    unharmed(probe({ exec: { command: ['cat', '/tmp/health'] } })));

  it('[sig-node] Probing container should *not* be restarted with a tcp:8080 liveness probe [NodeConformance]', () =>
    unharmed(probe({ tcpSocket: { port: 8080 } })));

  it('[sig-node] Probing container should *not* be restarted with a /healthz http liveness probe [NodeConformance]', () =>
    unharmed(probe({ httpGet: { path: '/healthz', port: 8080 } })));

  it('[sig-node] Probing container should *not* be restarted with a GRPC liveness probe [NodeConformance]', () =>
    unharmed(probe({ grpc: { port: 5000 } })));
});

it('[sig-architecture] Conformance Tests should have at least two untainted nodes', async () => {
  const { items } = await world.of<Node>('nodes').list();
  const usable = items.filter(
    ({ spec, status }) =>
      (spec?.taints ?? []).length === 0 &&
      status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
  expect(usable.length).toBeGreaterThanOrEqual(2);
});
