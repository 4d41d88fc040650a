import { expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { metaOf, PODS, podBody, Rig } from '../testing/rig.ts';

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';

function aRig(labels: JsonObject): Rig {
  const rig = new Rig();
  rig.serviceAccount();
  rig.send('POST', '/api/v1/nodes', { body: { metadata: { name: 'n', labels } } });
  return rig;
}

test('TestPodTopology: a pod that is bound bears the zone and the region of its node', () => {
  const rig = aRig({ [ZONE]: 'z', [REGION]: 'r', other: 'x' });
  rig.send('POST', PODS, { body: podBody('p') });
  const target = { kind: 'Node', name: 'n' };
  const bound = rig.send('POST', `${PODS}/p/binding`, { body: { metadata: { name: 'p' }, target } });
  expect(bound.status).toBe(201);
  expect(metaOf(rig.get(`${PODS}/p`).body)['labels']).toEqual({ [ZONE]: 'z', [REGION]: 'r' });
});

test('so does one that the scheduler binds', () => {
  const rig = aRig({ [ZONE]: 'z' });
  const pod = rig.send('POST', PODS, { body: podBody('p') }).body;
  const scheduler = rig.server.clientFor({ name: 'kube-scheduler', eventSource: 'default-scheduler' }, 0);
  expect(scheduler.bind('default', 'p', String(metaOf(pod)['uid']), 'n').ok).toBe(true);
  expect(metaOf(rig.get(`${PODS}/p`).body)['labels']).toEqual({ [ZONE]: 'z' });
});

test('a pod that is made on a node keeps the labels that it has', () => {
  const rig = aRig({ [ZONE]: 'z', [REGION]: 'r' });
  const body = { ...podBody('p', { nodeName: 'n' }), metadata: { name: 'p', labels: { [ZONE]: 'mine' } } };
  expect(metaOf(rig.send('POST', PODS, { body }).body)['labels']).toEqual({ [ZONE]: 'mine', [REGION]: 'r' });
});
