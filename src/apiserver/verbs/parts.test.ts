import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { metaOf, podBody, PODS, Rig } from '../testing/rig.ts';
import type { Answer } from '../testing/rig.ts';

let rig: Rig;

function specOf({ body }: Answer): { containers: JsonObject[]; ephemeralContainers?: JsonObject[] } {
  return body['spec'] as unknown as { containers: JsonObject[] };
}

function patch(url: string, body: JsonObject): Answer {
  return rig.send('PATCH', url, { body, headers: { 'content-type': 'application/strategic-merge-patch+json' } });
}

beforeEach(() => {
  rig = new Rig();
  rig.serviceAccount();
});

describe('ephemeralcontainers', () => {
  const url = `${PODS}/p/ephemeralcontainers`;
  const add = (container: JsonObject): Answer => patch(url, { spec: { ephemeralContainers: [container] } });

  beforeEach(() => void rig.send('POST', PODS, { body: podBody('p') }));

  test('one is added, with its defaults, and counts as a generation', () => {
    const answer = add({ name: 'd', image: 'x', targetContainerName: 'c' });
    expect(answer.status).toBe(200);
    expect(specOf(answer).ephemeralContainers).toEqual([
      {
        name: 'd',
        image: 'x',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'Always',
        targetContainerName: 'c',
      },
    ]);
    expect(metaOf(answer.body)['generation']).toBe(2);
    expect(rig.get(url).body).toEqual(rig.get(`${PODS}/p`).body);
  });

  test('a PUT of the pod does as well; nothing else of it is taken', () => {
    const pod = rig.get(`${PODS}/p`).body;
    const spec = pod['spec'] as JsonObject;
    const labels = { a: 'b' };
    const body = {
      ...pod,
      metadata: { ...metaOf(pod), labels },
      spec: { ...spec, containers: [{ name: 'c', image: 'other' }], ephemeralContainers: [{ name: 'd', image: 'x' }] },
    };
    const answer = rig.send('PUT', url, { body });
    expect(answer.status).toBe(200);
    expect(specOf(answer).containers[0]?.['image']).toBe('nginx:1');
    expect(metaOf(answer.body)['labels']).toBeUndefined();
  });

  test('what is there is neither changed nor removed', () => {
    add({ name: 'd', image: 'x' });
    const forbidden = 'Pod "p" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "d"';
    const removed = add({ name: 'd', $patch: 'delete' });
    expect(removed.body['message']).toBe(`${forbidden} may not be removed\n`);
    expect(add({ name: 'd', image: 'y' }).body['message']).toContain(`${forbidden} may not be changed\n@@ `);
    expect(add({ name: 'c', image: 'y' }).body['message']).toBe(
      'Pod "p" is invalid: spec.ephemeralContainers[0].name: Duplicate value: "c"',
    );
  });

  test('not on a static pod', () => {
    const annotations = { 'kubernetes.io/config.mirror': 'x' };
    const body = { ...podBody('s', { nodeName: 'n' }), metadata: { name: 's', annotations } };
    rig.send('POST', PODS, { body });
    const answer = patch(`${PODS}/s/ephemeralcontainers`, {
      spec: { ephemeralContainers: [{ name: 'd', image: 'x' }] },
    });
    expect(answer.body['message']).toBe(
      'Pod "s" is invalid: : Forbidden: static pods do not support ephemeral containers',
    );
  });
});

describe('resize', () => {
  const url = `${PODS}/p/resize`;
  const resize = (resources: JsonObject, name = 'c'): Answer =>
    patch(url, { spec: { containers: [{ name, resources }] } });

  beforeEach(() => {
    const resources = { requests: { cpu: '1', 'ephemeral-storage': '1Gi' }, limits: { cpu: '2', memory: '1Gi' } };
    rig.send('POST', PODS, { body: podBody('p', { containers: [{ name: 'c', image: 'nginx:1', resources }] }) });
  });

  test('cpu and memory change, and nothing else', () => {
    const answer = patch(url, {
      metadata: { labels: { a: 'b' } },
      spec: { containers: [{ name: 'c', image: 'other', resources: { requests: { cpu: '1500m' } } }] },
    });
    expect(answer.status).toBe(200);
    const [container] = specOf(answer).containers;
    expect(container).toMatchObject({ image: 'nginx:1', resources: { requests: { cpu: '1500m' } } });
    expect(metaOf(answer.body)).toMatchObject({ generation: 2 });
    expect(metaOf(answer.body)['labels']).toBeUndefined();
  });

  test.each<[JsonObject, string]>([
    [
      { requests: { cpu: '3' } },
      'spec.containers[0].resources.requests: Invalid value: "3": must be less than or equal to cpu limit of 2',
    ],
    [{ limits: { memory: null } }, 'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed'],
    [
      { requests: { 'ephemeral-storage': null } },
      'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    ],
    [{ requests: { 'ephemeral-storage': '2Gi' } }, 'spec: Forbidden: only cpu and memory resources are mutable'],
    [
      { requests: { cpu: '2', memory: '1Gi' } },
      'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    ],
  ])('%j is refused', (resources, why) => {
    const answer = resize(resources);
    expect(answer.status).toBe(422);
    expect(answer.body['message']).toContain(why);
    expect(metaOf(rig.get(`${PODS}/p`).body)['generation']).toBe(1);
  });

  test('containers are not added', () => {
    const answer = patch(url, { spec: { containers: [{ name: 'd', image: 'x' }] } });
    expect(answer.body['message']).toContain('containers may not be added or removed on resize');
  });
});

describe('methods', () => {
  test('parts are read, put and patched; actions are posted', () => {
    rig.send('POST', PODS, { body: podBody('p') });
    for (const part of ['ephemeralcontainers', 'resize']) {
      expect(rig.send('POST', `${PODS}/p/${part}`, { body: {} }).status).toBe(405);
      expect(rig.send('DELETE', `${PODS}/p/${part}`).status).toBe(405);
    }
    for (const action of ['eviction', 'binding']) expect(rig.get(`${PODS}/p/${action}`).status).toBe(405);
    expect(rig.get(`${PODS}/p/bogus`).status).toBe(404);
  });

  test('a question is asked with POST alone, and by no name', () => {
    const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect(rig.get(reviews).status).toBe(405);
    expect(rig.send('DELETE', reviews).status).toBe(405);
    expect(rig.get(`${reviews}/x`).status).toBe(404);
    expect(rig.get('/api/v1/namespaces/default/bindings/x').status).toBe(404);
  });

  test('an eviction in a namespace that goes away is refused with its cause', () => {
    rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'n' } } });
    rig.serviceAccount('n');
    const pods = '/api/v1/namespaces/n/pods';
    rig.send('POST', pods, { body: podBody('p') });
    rig.send('DELETE', '/api/v1/namespaces/n');
    const answer = rig.send('POST', `${pods}/p/eviction`, { body: { metadata: { name: 'p' } } });
    expect(answer.body).toMatchObject({ code: 403, details: { causes: [{ reason: 'NamespaceTerminating' }] } });
  });
});
