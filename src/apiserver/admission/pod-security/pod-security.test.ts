import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/json.ts';
import { metaOf, podBody, Rig } from '../../testing/rig.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const NAMESPACES = '/api/v1/namespaces';
const PODS = `${NAMESPACES}/n/pods`;

function labelsOf(modes: Record<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(modes).map(([mode, value]) => [PREFIX + mode, value]));
}

function rigWith(modes: Record<string, string>): Rig {
  const rig = new Rig();
  const made = rig.send('POST', NAMESPACES, { body: { metadata: { name: 'n', labels: labelsOf(modes) } } });
  expect(made.status).toBe(201);
  rig.serviceAccount('n');
  return rig;
}

function relabel(rig: Rig, modes: Record<string, string>) {
  const headers = { 'content-type': 'application/merge-patch+json' };
  return rig.send('PATCH', `${NAMESPACES}/n`, { body: { metadata: { labels: labelsOf(modes) } }, headers });
}

const HOST = { hostNetwork: true };
const VIOLATION = 'host namespaces (hostNetwork=true)';

describe('TestValidatePodAndController', () => {
  test('enforce refuses pods, of this version or the latest', () => {
    for (const [modes, standard] of [
      [{ enforce: 'baseline' }, 'baseline:latest'],
      [{ enforce: 'baseline', 'enforce-version': 'v1.20' }, 'baseline:v1.20'],
    ] as const) {
      expect(rigWith(modes).send('POST', PODS, { body: podBody('p', HOST) }).body).toMatchObject({
        code: 403,
        reason: 'Forbidden',
        message: `pods "p" is forbidden: violates PodSecurity "${standard}": ${VIOLATION}`,
        details: { name: 'p', kind: 'pods' },
      });
    }
    expect(rigWith({ enforce: 'baseline' }).send('POST', PODS, { body: podBody('p') }).status).toBe(201);
  });

  test('warn warns of pods and of what makes pods', () => {
    const rig = rigWith({ warn: 'baseline' });
    const warning = [`would violate PodSecurity "baseline:latest": ${VIOLATION}`];
    expect(rig.send('POST', PODS, { body: podBody('p', HOST) }).response).toMatchObject({
      status: 201,
      warnings: warning,
    });
    const labels = { a: 'b' };
    const template = {
      metadata: { labels },
      spec: { ...(podBody('p')['spec'] as JsonObject), ...HOST, restartPolicy: 'Never' },
    };
    const cron = { metadata: { name: 'c' }, spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } };
    const made = rig.send('POST', '/apis/batch/v1/namespaces/n/cronjobs', { body: cron });
    expect(made.response).toMatchObject({ status: 201, warnings: warning });
    const set = { metadata: { name: 's' }, template };
    const podTemplate = rig.send('POST', `${NAMESPACES}/n/podtemplates`, { body: set });
    expect(podTemplate.response).toMatchObject({ status: 201, warnings: warning });
  });

  test('what is refused is not warned of, and templates are not refused', () => {
    const rig = rigWith({ warn: 'baseline', enforce: 'baseline' });
    expect(rig.send('POST', PODS, { body: podBody('p', HOST) }).response.warnings ?? []).toEqual([]);
    const template = { spec: { ...(podBody('p')['spec'] as JsonObject), ...HOST } };
    const body = { metadata: { name: 's' }, template };
    expect(rig.send('POST', `${NAMESPACES}/n/podtemplates`, { body }).status).toBe(201);
  });

  test('an update that changes nothing of it passes', () => {
    const rig = rigWith({});
    rig.send('POST', PODS, { body: podBody('p', HOST) });
    relabel(rig, { enforce: 'baseline' });
    const pod = rig.get(`${PODS}/p`).body;
    const labelled = { ...pod, metadata: { ...metaOf(pod), labels: { a: 'b' } } };
    expect(rig.send('PUT', `${PODS}/p`, { body: labelled }).status).toBe(200);
    const status = { phase: 'Running' };
    expect(rig.send('PUT', `${PODS}/p/status`, { body: { ...rig.get(`${PODS}/p`).body, status } }).status).toBe(200);
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    const image = { spec: { containers: [{ name: 'c', image: 'other:1' }] } };
    expect(rig.send('PATCH', `${PODS}/p`, { body: image, headers }).status).toBe(403);
  });
});

describe('TestValidateNamespace', () => {
  test('labels that say nothing are refused where they are new', () => {
    const body = { metadata: { name: 'm', labels: labelsOf({ enforce: 'foo', 'warn-version': '1.2' }) } };
    expect(new Rig().send('POST', NAMESPACES, { body }).body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message:
        'Namespace "m" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "foo": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"]',
    });
    expect(relabel(rigWith({}), { audit: 'x' }).body).toMatchObject({ code: 422 });
  });

  test('a stricter level tells which pods violate it', () => {
    const rig = rigWith({});
    for (const name of ['c', 'a', 'b']) rig.send('POST', PODS, { body: podBody(name, HOST) });
    rig.send('POST', PODS, {
      body: podBody('d', { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] }),
    });
    rig.send('POST', PODS, { body: podBody('e') });
    expect(relabel(rig, { enforce: 'baseline' }).response).toMatchObject({
      status: 200,
      warnings: [
        'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"',
        'a (and 2 other pods): host namespaces',
        'd: privileged',
      ],
    });
  });

  test('the same level, or a weaker one, tells nothing', () => {
    const rig = rigWith({ enforce: 'restricted' });
    expect(relabel(rig, { enforce: 'baseline' }).response.warnings ?? []).toEqual([]);
    expect(relabel(rig, { warn: 'restricted' }).response.warnings ?? []).toEqual([]);
  });
});
