import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { podBody, PODS, Rig } from '../testing/rig.ts';

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

const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

describe('what is null in a body, or called as what every object has', () => {
  const containers = [{ name: 'c', image: 'a:1' }];
  const job = (spec: JsonObject) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a' }, spec });
  const action = { action: 'FailJob' };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'as.x.io' },
    spec: { group: 'x.io', scope: 'Cluster', names: { plural: 'as', kind: 'A' }, versions: null },
  };
  const quota = (spec: JsonObject) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'a' }, spec });
  const range = (limit: JsonObject) => ({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'a' },
    spec: { limits: [limit] },
  });

  it.each([
    [
      'a job without containers',
      JOBS,
      job({ podFailurePolicy: { rules: [action] }, template: { spec: { containers: null } } }),
    ],
    [
      'exit codes',
      JOBS,
      job({
        podFailurePolicy: { rules: [{ ...action, onExitCodes: { operator: 'In', values: null } }] },
        template: { spec: { restartPolicy: 'Never', containers } },
      }),
    ],
    ['versions of a definition', DEFINITIONS, definition],
    ['a scope', '/api/v1/namespaces/default/resourcequotas', quota({ scopes: ['constructor'], hard: { pods: '1' } })],
    [
      'a resource',
      PODS,
      podBody('a', { containers: [{ name: 'c', image: 'a:1', resources: { requests: { constructor: '1' } } }] }),
    ],
    [
      'a limit',
      '/api/v1/namespaces/default/limitranges',
      range({ type: 'Container', min: { constructor: '1' }, max: { cpu: '1' } }),
    ],
  ])('%s', (_, path, body) => {
    const rig = new Rig();
    rig.serviceAccount();
    expect(rig.send('POST', path, { body })).toMatchObject({
      status: 422,
      body: { kind: 'Status', reason: 'Invalid' },
    });
  });

  it('bytes are empty', () => {
    const made = new Rig().configMap('a', { binaryData: { a: null } });
    expect(made['binaryData']).toEqual({ a: '' });
  });

  it('a subresource', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(new Rig().get(`${PODS}/a/${name}`).status).toBe(404);
    }
  });
});
