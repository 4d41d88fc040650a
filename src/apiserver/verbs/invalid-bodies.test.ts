import { expect, it } from 'vitest';
import { PODS, Rig } from '../testing/rig.ts';

it.each([
  ['no spec', {}],
  ['an empty spec', { spec: {} }],
  ['null containers', { spec: { containers: null } }],
])('a pod with %s is invalid', (_, members) => {
  const rig = new Rig();
  rig.serviceAccount();
  const answer = rig.send('POST', PODS, {
    body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, ...members },
  });
  expect(answer.status).toBe(422);
  expect(answer.body['message']).toBe('Pod "p" is invalid: spec.containers: Required value');
});

it('a pod cannot choose how it preempts', () => {
  const rig = new Rig();
  rig.serviceAccount();
  const spec = { containers: [{ name: 'c', image: 'a:1' }], preemptionPolicy: 'Never' };
  const answer = rig.send('POST', PODS, { body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec } });
  expect(answer.status).toBe(403);
  expect(answer.body['message']).toBe(
    'pods "p" is forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod spec; ' +
      'priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
  );
});

it('an invalid Event of either version is told as one of the core group', () => {
  const rig = new Rig();
  const body = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'e' },
    regarding: { namespace: 'default' },
  };
  const answer = rig.send('POST', '/apis/events.k8s.io/v1/namespaces/default/events', { body });
  expect(answer.status).toBe(422);
  expect(answer.body['message']).toMatch(/^Event "e" is invalid: /);
});
