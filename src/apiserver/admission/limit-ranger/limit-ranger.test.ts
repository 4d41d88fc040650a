import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/json.ts';
import type { Answer } from '../../testing/rig.ts';
import { metaOf, PODS, podBody, Rig } from '../../testing/rig.ts';

const CORE = '/api/v1/namespaces/default';
const CLAIMS = `${CORE}/persistentvolumeclaims`;

function rigWith(...limits: JsonObject[]): Rig {
  const rig = new Rig();
  rig.serviceAccount();
  const made = rig.send('POST', `${CORE}/limitranges`, { body: { metadata: { name: 'l' }, spec: { limits } } });
  expect(made.status).toBe(201);
  return rig;
}

function container(resources: JsonObject, name = 'c'): JsonObject {
  return { name, image: 'i:1', resources };
}

function post(rig: Rig, name: string, ...containers: JsonObject[]): Answer {
  return rig.send('POST', PODS, { body: podBody(name, { containers }) });
}

const RECORDED: JsonObject[] = [
  {
    type: 'Container',
    default: { cpu: '500m', memory: '256Mi' },
    defaultRequest: { cpu: '100m' },
    min: { cpu: '50m' },
    max: { cpu: '1', memory: '1Gi' },
    maxLimitRequestRatio: { cpu: '8' },
  },
  { type: 'Pod', max: { cpu: '1500m' } },
  { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '3Gi' } },
];

const both = (list: JsonObject): JsonObject => ({ requests: list, limits: list });

describe('recorded: limits', () => {
  test('what a container does not name it is given, and the pod says so', () => {
    const { body } = post(rigWith(...RECORDED), 'a', container({}));
    expect((body['spec'] as { containers: JsonObject[] }).containers[0]?.['resources']).toEqual({
      limits: { cpu: '500m', memory: '256Mi' },
      requests: { cpu: '100m', memory: '256Mi' },
    });
    expect(metaOf(body)['annotations']).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c',
    });
  });

  test.each([
    [
      'big',
      [container(both({ cpu: '2', memory: '1Mi' }))],
      '[maximum cpu usage per Container is 1, but limit is 2, maximum cpu usage per Pod is 1500m, but limit is 2]',
    ],
    [
      'small',
      [container(both({ cpu: '10m', memory: '1Mi' }))],
      'minimum cpu usage per Container is 50m, but request is 10m',
    ],
    [
      'ratio',
      [container({ requests: { cpu: '50m' }, limits: { cpu: '1' } })],
      'cpu max limit to request ratio per Container is 8, but provided ratio is 20.000000',
    ],
    [
      'two',
      [container({ limits: { cpu: '1' } }), container({ limits: { cpu: '1' } }, 'd')],
      'maximum cpu usage per Pod is 1500m, but limit is 2',
    ],
  ])('pod %s', (name, containers, why) => {
    const answer = post(rigWith(...RECORDED), name, ...containers);
    expect(answer.body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `pods "${name}" is forbidden: ${why}`,
    });
  });

  test.each([
    ['1Mi', 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi'],
    ['9Gi', 'maximum storage usage per PersistentVolumeClaim is 3Gi, but request is 9Gi'],
    ['2Gi', undefined],
  ])('claim of %s', (storage, why) => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } };
    const answer = rigWith(...RECORDED).send('POST', CLAIMS, { body: { metadata: { name: 'c' }, spec } });
    expect(answer.body['message']).toBe(why && `persistentvolumeclaims "c" is forbidden: ${why}`);
  });
});

describe('TestPodLimitFunc', () => {
  test.each([
    [{ type: 'Container', min: { memory: '1Gi' } }, {}, undefined],
    [{ type: 'Pod', min: { memory: '1Gi' } }, {}, 'minimum memory usage per Pod is 1Gi.  No request is specified'],
    [{ type: 'Pod', max: { memory: '1Gi' } }, {}, 'maximum memory usage per Pod is 1Gi.  No limit is specified'],
    [
      { type: 'Pod', maxLimitRequestRatio: { memory: '2' } },
      {},
      'memory max limit to request ratio per Pod is 2, but no request is specified or request is 0',
    ],
    [
      { type: 'Pod', maxLimitRequestRatio: { memory: '2' } },
      { requests: { memory: '1Gi' } },
      'memory max limit to request ratio per Pod is 2, but no limit is specified or limit is 0',
    ],
  ])('%j, %j', (limit, resources, why) => {
    const answer = post(rigWith(limit), 'p', container(resources));
    expect(answer.body['message']).toBe(why && `pods "p" is forbidden: ${why}`);
  });
});

test('TestMergePodResourceRequirements: init containers too; what is named stays', () => {
  const rig = rigWith({ type: 'Container', default: { cpu: '1' } });
  const named = container({ requests: { cpu: '2' }, limits: { cpu: '3' } });
  const initContainers = [container({}, 'i')];
  const { body } = rig.send('POST', PODS, { body: podBody('p', { containers: [named], initContainers }) });
  const spec = body['spec'] as { containers: JsonObject[]; initContainers: JsonObject[] };
  expect(spec.containers[0]?.['resources']).toEqual(named['resources']);
  expect(spec.initContainers[0]?.['resources']).toEqual(both({ cpu: '1' }));
  expect(metaOf(body)['annotations']).toEqual({
    'kubernetes.io/limit-ranger':
      'LimitRanger plugin set: cpu request for init container i; cpu limit for init container i',
  });
});

describe('TestLimitRangerAdmitPod', () => {
  const limit = { type: 'Container', max: { cpu: '1' }, default: { cpu: '500m' } };

  test('an update of a pod is no matter, a resize is', () => {
    const rig = rigWith(limit);
    const made = post(rig, 'p', container({})).body;
    expect(
      rig.send('PUT', `${PODS}/p`, { body: { ...made, metadata: { ...metaOf(made), labels: { a: '1' } } } }).status,
    ).toBe(200);
    const patch = { spec: { containers: [{ name: 'c', resources: both({ cpu: '2' }) }] } };
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    const resized = rig.send('PATCH', `${PODS}/p/resize`, { body: patch, headers });
    expect(resized.body['message']).toBe('pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2');
  });

  test('another namespace has limits of its own', () => {
    const rig = rigWith(limit);
    rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'other' } } });
    rig.serviceAccount('other');
    const body = podBody('p', { containers: [container({})] });
    const made = rig.send('POST', '/api/v1/namespaces/other/pods', { body }).body;
    expect(metaOf(made)['annotations']).toBeUndefined();
  });
});
