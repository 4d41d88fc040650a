import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clone } from '../../../lib/json.ts';
import { seededRandom } from '../../../lib/random.ts';
import type { StrategyContext } from '../../kind.ts';
import type { Binding, Container, Pod } from '../../types/core-v1.ts';
import { isLatest } from './image-reference.ts';
import { podBinding } from './pod-binding.ts';
import { setPodDefaults } from './pod-defaults.ts';
import { qosClass } from './pod-qos.ts';
import { validatePodTemplateSpec } from './pod-validation/pod-spec.ts';
import { pod as podKind } from './pod.ts';

const context: StrategyContext = {
  now: Date.parse('2026-01-01T00:00:00Z'),
  random: seededRandom(1),
  dryRun: false,
  live: () => [],
  termInUse: () => false,
};

function pod(spec: Partial<NonNullable<Pod['spec']>> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', uid: 'u', resourceVersion: '5', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
    status: { phase: 'Pending', nominatedNodeName: 'n0' },
  };
}

function binding(name: string, target: Binding['target'], meta: Partial<Binding['metadata']> = {}): Binding {
  return { apiVersion: 'v1', kind: 'Binding', metadata: { name, ...meta } as Binding['metadata'], target };
}

describe('binding', () => {
  test('puts the pod on the node and says so', () => {
    const result = podBinding.apply(
      pod(),
      binding('p', { kind: 'Node', name: 'n1' }, { labels: { zone: 'z1' } }),
      context,
    );
    if (!result.ok) throw new Error(result.status.message);
    expect(result.value.spec?.nodeName).toBe('n1');
    expect(result.value.metadata.labels).toEqual({ zone: 'z1' });
    expect(result.value.status?.nominatedNodeName).toBeUndefined();
    expect(result.value.status?.conditions).toEqual([
      { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: '2026-01-01T00:00:00Z' },
    ]);
  });

  test.each<[string, Pod, Binding, number, string]>([
    [
      'of a bound pod',
      pod({ nodeName: 'n1' }),
      binding('p', { name: 'n2' }),
      409,
      'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"',
    ],
    [
      'of a gated pod',
      pod({ schedulingGates: [{ name: 'a/b' }] }),
      binding('p', { name: 'n2' }),
      409,
      'Operation cannot be fulfilled on pods/binding "p": pod p has non-empty .spec.schedulingGates',
    ],
    ['of another name', pod(), binding('q', { name: 'n2' }), 400, 'name in URL does not match name in Binding object'],
    ['to nothing', pod(), binding('p', {}), 500, 'target.name: Required value'],
    [
      'to a pod',
      pod(),
      binding('p', { kind: 'Pod', name: 'x' }),
      500,
      'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"',
    ],
    [
      'of another uid',
      pod(),
      binding('p', { name: 'n' }, { uid: 'v' }),
      409,
      'Operation cannot be fulfilled on pods "p": StorageError: invalid object, Code: 4, Key: /registry/pods/ns/p, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: v, UID in object meta: u',
    ],
  ])('%s is refused', (_, object, body, code, message) => {
    const result = podBinding.apply(object, body, context);
    expect(result.ok ? undefined : [result.status.code, result.status.message]).toEqual([code, message]);
  });
});

describe('grace of a deletion', () => {
  const grace = (object: Pod, requested?: number) => podKind.gracePeriod?.(object, requested);
  test('a pod on a node gets its own, or what is asked for', () => {
    expect(grace(pod({ nodeName: 'n', terminationGracePeriodSeconds: 30 }))).toBe(30);
    expect(grace(pod({ nodeName: 'n', terminationGracePeriodSeconds: 30 }), 5)).toBe(5);
    expect(grace(pod({ nodeName: 'n', terminationGracePeriodSeconds: 30 }), 0)).toBe(0);
    expect(grace(pod({ nodeName: 'n' }), -7)).toBe(1);
  });
  test('a pod that does not run goes at once', () => {
    expect(grace(pod({ terminationGracePeriodSeconds: 30 }))).toBe(0);
    expect(grace({ ...pod({ nodeName: 'n' }), status: { phase: 'Succeeded' } }, 30)).toBe(0);
  });
});

describe('defaults', () => {
  const resources = fc.dictionary(fc.constantFrom('cpu', 'memory'), fc.constantFrom('100m', '0.5', '1Gi', '1e3', 2), {
    maxKeys: 2,
  });
  const container = fc.record<Container>(
    {
      name: fc.constant('c'),
      image: fc.constantFrom('', 'nginx', 'nginx:latest', 'nginx:1', 'NGINX', 'a/b@sha256:' + 'a'.repeat(64)),
      resources: fc.record({ limits: resources, requests: resources }, { requiredKeys: [] }),
      ports: fc.array(fc.record({ containerPort: fc.integer({ min: 0, max: 3 }), hostPort: fc.constantFrom(0, 7) })),
      livenessProbe: fc.record({ httpGet: fc.record({ port: fc.constant(80) }), periodSeconds: fc.constantFrom(0, 5) }),
      stdin: fc.boolean(),
    },
    { requiredKeys: ['name'] },
  );
  const spec = fc.record(
    {
      containers: fc.array(container, { maxLength: 2 }),
      initContainers: fc.array(container, { maxLength: 2 }),
      volumes: fc.array(fc.record({ name: fc.constant('v') }), { maxLength: 2 }),
      hostNetwork: fc.boolean(),
      resources: fc.record({ limits: resources, requests: resources }, { requiredKeys: [] }),
      serviceAccount: fc.constantFrom('', 'a'),
    },
    { requiredKeys: ['containers'] },
  );

  test('given twice are the same as given once', () => {
    fc.assert(
      fc.property(spec, (value) => {
        const once = pod(clone(value));
        setPodDefaults(once);
        const twice = clone(once);
        setPodDefaults(twice);
        expect(twice).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['nginx', true],
    ['nginx:latest', true],
    ['registry:5000/a/b', true],
    ['registry:5000/a/b:1', false],
    [`a@sha256:${'0'.repeat(64)}`, false],
    ['UPPER', false],
    ['', false],
  ])('image %j is latest: %j', (image, latest) => {
    expect(isLatest(image)).toBe(latest);
  });
});

test('a class of service is what requests and limits say together', () => {
  const of = (limits: Record<string, string>, requests: Record<string, string> = limits) =>
    qosClass({ containers: [{ name: 'c', resources: { limits, requests } }] });
  expect(of({})).toBe('BestEffort');
  expect(of({ 'example.org/gpu': '1' })).toBe('BestEffort');
  expect(of({ cpu: '1' })).toBe('Burstable');
  expect(of({ cpu: '1', memory: '1Gi' })).toBe('Guaranteed');
  expect(of({ cpu: '1', memory: '1Gi' }, { cpu: '1000m', memory: '1024Mi' })).toBe('Guaranteed');
  expect(of({ cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Mi' })).toBe('Burstable');
});

test('errors of a template are told at its path', () => {
  const template = { metadata: { labels: { a: '!' } }, spec: { containers: [] } };
  expect(validatePodTemplateSpec(template, 'spec.template').map(({ field }) => field)).toEqual([
    'spec.template.labels',
    'spec.template.spec.containers',
    'spec.template.spec.restartPolicy',
    'spec.template.spec.dnsPolicy',
  ]);
});
