import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import type { Answer } from '../testing/rig.ts';
import { metaOf, PODS, podBody, Rig } from '../testing/rig.ts';

const CORE = '/api/v1/namespaces/default';
const QUOTAS = `${CORE}/resourcequotas`;

/** A quota that enforces, as its controller leaves it. */
function enforce(rig: Rig, name: string, hard: JsonObject, spec: JsonObject = {}, used: JsonObject = {}): void {
  const made = rig.send('POST', QUOTAS, { body: { metadata: { name }, spec: { hard, ...spec } } });
  const none = Object.fromEntries(Object.keys(hard).map((resource) => [resource, '0']));
  const status = { hard, used: { ...none, ...used } };
  const put = rig.send('PUT', `${QUOTAS}/${name}/status`, { body: { ...made.body, status } });
  if (put.status !== 200) throw new Error(put.text);
}

function usedOf(rig: Rig, name: string): unknown {
  return (rig.get(`${QUOTAS}/${name}`).body['status'] as JsonObject)['used'];
}

function rigWith(hard: JsonObject, spec: JsonObject = {}): Rig {
  const rig = new Rig();
  rig.serviceAccount();
  enforce(rig, 'q', hard, spec);
  return rig;
}

const both = (list: JsonObject): JsonObject => ({ requests: list, limits: list });
const podOf = (name: string, resources: JsonObject = {}, spec: JsonObject = {}): JsonObject =>
  podBody(name, { containers: [{ name: 'c', image: 'i:1', resources }], ...spec });

function refusalOf({ body }: Answer): unknown {
  return body['code'] === 403 ? body['message'] : undefined;
}

describe('recorded: quota-basic', () => {
  const hard = {
    'requests.cpu': '1',
    'limits.memory': '1Gi',
    pods: '2',
    secrets: '1',
    'count/deployments.apps': '1',
    'services.nodeports': '0',
    'requests.storage': '2Gi',
  };
  const rig = rigWith(hard);
  const steps: Array<[string, string, JsonObject, string | undefined]> = [
    [PODS, 'pods', podOf('none'), 'failed quota: q: must specify limits.memory for: c; requests.cpu for: c'],
    [PODS, 'pods', podOf('a', both({ cpu: '600m', memory: '256Mi' })), undefined],
    [
      PODS,
      'pods',
      podOf('big', both({ cpu: '500m', memory: '2Gi' })),
      'exceeded quota: q, requested: limits.memory=2Gi,requests.cpu=500m, used: limits.memory=256Mi,requests.cpu=600m, limited: limits.memory=1Gi,requests.cpu=1',
    ],
    [PODS, 'pods', podOf('b', both({ cpu: '100m', memory: '256Mi' })), undefined],
    [
      PODS,
      'pods',
      podOf('c', both({ cpu: '100m', memory: '1Mi' })),
      'exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
    ],
    [`${CORE}/secrets`, 'secrets', { metadata: { name: 'x' } }, undefined],
    [
      `${CORE}/secrets`,
      'secrets',
      { metadata: { name: 'y' } },
      'exceeded quota: q, requested: secrets=1, used: secrets=1, limited: secrets=1',
    ],
    [
      `${CORE}/services`,
      'services',
      { metadata: { name: 'web' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
      'exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0',
    ],
    [
      `${CORE}/persistentvolumeclaims`,
      'persistentvolumeclaims',
      {
        metadata: { name: 'c' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } },
      },
      'exceeded quota: q, requested: requests.storage=5Gi, used: requests.storage=0, limited: requests.storage=2Gi',
    ],
  ];

  test.each(steps)('%s %s %j', (url, resource, body, why) => {
    const answer = rig.send('POST', url, { body });
    const name = String((body['metadata'] as JsonObject)['name']);
    expect(refusalOf(answer)).toBe(why && `${resource} "${name}" is forbidden: ${why}`);
    if (why === undefined) expect(answer.status).toBe(201);
  });

  test('all that was made is taken down, and nothing that was refused', () => {
    expect(usedOf(rig, 'q')).toEqual({
      'count/deployments.apps': '0',
      'limits.memory': '512Mi',
      pods: '2',
      'requests.cpu': '700m',
      'requests.storage': '0',
      secrets: '1',
      'services.nodeports': '0',
    });
  });

  test('the server itself writes it, because of the write that it is charged for', () => {
    const pod = metaOf(rig.get(`${PODS}/b`).body);
    const written = rig.log.event(Number(pod['resourceVersion']) + 1);
    expect(written).toMatchObject({
      resource: 'resourcequotas',
      actor: 'system:apiserver',
      cause: Number(pod['resourceVersion']),
    });
  });
});

describe('recorded: quota-scopes', () => {
  test('each pod counts in the scopes that it is in', () => {
    const rig = rigWith({ pods: '5', 'requests.cpu': '1' }, { scopes: ['NotTerminating'] });
    enforce(rig, 'be', { pods: '1' }, { scopes: ['BestEffort'] });
    const matchExpressions = [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] }];
    enforce(rig, 'pc', { pods: '1' }, { scopeSelector: { matchExpressions } });
    const tiny = both({ cpu: '1m', memory: '1Mi' });
    const make = (body: JsonObject) => refusalOf(rig.send('POST', PODS, { body }));
    expect(make(podOf('b1', {}, { activeDeadlineSeconds: 600 }))).toBeUndefined();
    expect(make(podOf('b2', {}, { activeDeadlineSeconds: 600 }))).toContain('exceeded quota: be, requested: pods=1');
    expect(make(podOf('n1', both({ cpu: '500m', memory: '1Mi' })))).toBeUndefined();
    expect(make(podOf('n2', both({ cpu: '600m', memory: '1Mi' })))).toContain(
      'exceeded quota: q, requested: requests.cpu',
    );
    expect(make(podOf('crit', tiny, { priorityClassName: 'system-node-critical' }))).toBeUndefined();
    expect(make(podOf('crit2', tiny, { priorityClassName: 'system-node-critical' }))).toContain('exceeded quota: pc');
    expect([usedOf(rig, 'be'), usedOf(rig, 'q'), usedOf(rig, 'pc')]).toEqual([
      { pods: '1' },
      { pods: '2', 'requests.cpu': '501m' },
      { pods: '1' },
    ]);
  });
});

test('TestAdmissionIgnoresSubresources and deletes', () => {
  const rig = rigWith({ pods: '1' });
  expect(rig.send('POST', PODS, { body: podOf('a') }).status).toBe(201);
  const pod = rig.get(`${PODS}/a`).body;
  expect(rig.send('PUT', `${PODS}/a/status`, { body: { ...pod, status: { phase: 'Running' } } }).status).toBe(200);
  expect(rig.send('DELETE', `${PODS}/a`).status).toBe(200);
  expect(usedOf(rig, 'q')).toEqual({ pods: '1' });
});

test('TestIncrementUsageOnResizePod: a resize is charged for what it adds', () => {
  const rig = rigWith({ 'requests.cpu': '1' });
  rig.send('POST', PODS, { body: podOf('a', { requests: { cpu: '300m' } }) });
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const resize = (cpu: string) =>
    rig.send('PATCH', `${PODS}/a/resize`, {
      body: { spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] } },
      headers,
    });
  expect(refusalOf(resize('2'))).toBe(
    'pods "a" is forbidden: exceeded quota: q, requested: requests.cpu=1700m, used: requests.cpu=300m, limited: requests.cpu=1',
  );
  expect(resize('400m').status).toBe(200);
  expect(usedOf(rig, 'q')).toEqual({ 'requests.cpu': '400m' });
});

test('TestAdmitHandlesNegativePVCUpdates, TestAdmitHandlesPVCUpdates: what a Service changes is charged, what it gives back is not', () => {
  const rig = rigWith({ 'services.nodeports': '2' });
  const spec = { type: 'NodePort', ports: [{ port: 80, name: 'a' }] };
  const made = rig.send('POST', `${CORE}/services`, { body: { metadata: { name: 's' }, spec } }).body;
  const withPorts = (...names: string[]) => {
    const ports = names.map((name, index) => ({ port: 80 + index, name }));
    const current = rig.get(`${CORE}/services/s`).body;
    return rig.send('PUT', `${CORE}/services/s`, {
      body: { ...current, spec: { ...(made['spec'] as object), ports } },
    });
  };
  expect(withPorts('a', 'b').status).toBe(200);
  expect(usedOf(rig, 'q')).toEqual({ 'services.nodeports': '2' });
  expect(refusalOf(withPorts('a', 'b', 'c'))).toContain('exceeded quota: q, requested: services.nodeports=1');
  expect(withPorts('a').status).toBe(200);
  expect(usedOf(rig, 'q')).toEqual({ 'services.nodeports': '2' });
});

test('TestAdmitEnforceQuotaConstraints: each container must name what is limited, unless the pod does for all', () => {
  const rig = rigWith({ 'requests.memory': '1Gi' });
  const spec = (resources?: JsonObject) => ({
    containers: [
      { name: 'b', image: 'i:1' },
      { name: 'a', image: 'i:1' },
    ],
    ...(resources && { resources }),
  });
  expect(refusalOf(rig.send('POST', PODS, { body: podBody('p', spec()) }))).toBe(
    'pods "p" is forbidden: failed quota: q: must specify requests.memory for: a,b',
  );
  const whole = { requests: { memory: '10Mi' } };
  expect(rig.send('POST', PODS, { body: podBody('p', spec(whole)) }).status).toBe(201);
  expect(usedOf(rig, 'q')).toEqual({ 'requests.memory': '10Mi' });
});

test('TestHasUsageStats: a quota that does not know its use lets nothing pass', () => {
  const rig = new Rig();
  const made = rig.send('POST', QUOTAS, {
    body: { metadata: { name: 'q' }, spec: { hard: { configmaps: '1' } } },
  }).body;
  rig.send('PUT', `${QUOTAS}/q/status`, { body: { ...made, status: { hard: { configmaps: '1' } } } });
  expect(refusalOf(rig.send('POST', `${CORE}/configmaps`, { body: { metadata: { name: 'm' } } }))).toBe(
    'configmaps "m" is forbidden: status unknown for quota: q, resources: configmaps',
  );
});

test('TestRejectResourcesThatCannotBeCounted: nothing is charged for what is not written', () => {
  const rig = rigWith({ configmaps: '5' });
  const body = { metadata: { name: 'm' } };
  const post = (query = '') => rig.send('POST', `${CORE}/configmaps${query}`, { body }).status;
  expect([post('?dryRun=All'), post(), post()]).toEqual([201, 201, 409]);
  expect(usedOf(rig, 'q')).toEqual({ configmaps: '1' });
});

test('events are counted by no quota', () => {
  const rig = rigWith({ 'count/events': '0' });
  const involvedObject = { kind: 'Pod', namespace: 'default', name: 'p' };
  const body = { metadata: { name: 'e', namespace: 'default' }, involvedObject, reason: 'r' };
  expect(rig.send('POST', `${CORE}/events`, { body }).status).toBe(201);
});
