// metrics.k8s.io: served while its APIService is there, worked out of what runs.

import { beforeEach, describe, expect, it } from 'vitest';
import { metricsApiService } from '../api/metrics/v1beta1/group.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import { REPORT_PATH } from '../api/report.ts';
import { Rig } from './testing/rig.ts';

const PODS = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods';
const NODES = '/apis/metrics.k8s.io/v1beta1/nodes';
const APISERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const NOW = '2026-01-02T03:04:05Z';

function node(rig: Rig, name: string, annotations: JsonObject = {}): void {
  rig.send('POST', '/api/v1/nodes', {
    body: {
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { name, annotations },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    },
  });
}

function pod(rig: Rig, name: string, metadata: JsonObject = {}, containers = ['web']): void {
  const body = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name, ...metadata },
    spec: { nodeName: 'n1', containers: containers.map((one) => ({ name: one, image: 'nginx' })) },
  };
  expect(rig.send('POST', '/api/v1/namespaces/default/pods', { body }).status).toBe(201);
  const containerStatuses = containers.map((one) => ({
    name: one,
    image: 'nginx',
    imageID: '',
    ready: true,
    restartCount: 0,
    state: { running: { startedAt: NOW } },
  }));
  const written = rig.send('PATCH', `/api/v1/namespaces/default/pods/${name}/status`, {
    body: { status: { phase: 'Running', containerStatuses } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect(written.status).toBe(200);
}

describe('metrics.k8s.io', () => {
  let rig: Rig;

  beforeEach(() => {
    rig = new Rig();
    rig.send('POST', APISERVICES, { body: metricsApiService() as unknown as JsonValue });
    rig.send('POST', '/api/v1/namespaces/default/serviceaccounts', {
      body: { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'default' } },
    });
    node(rig, 'n1');
  });

  it('is what containers use, by default as little as an idle one', () => {
    pod(rig, 'web', { labels: { app: 'web' } });
    expect(rig.get(`${PODS}/web`).body).toEqual({
      kind: 'PodMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: { name: 'web', namespace: 'default', creationTimestamp: NOW, labels: { app: 'web' } },
      timestamp: NOW,
      window: '15s',
      containers: [{ name: 'web', usage: { cpu: '1m', memory: '1Mi' } }],
    });
  });

  it('follows the annotations of KWOK, per container', () => {
    const annotations = { 'kwok.x-k8s.io/usage-cpu': '0.25', 'kwok.x-k8s.io/usage-memory': '64Mi' };
    pod(rig, 'web', { annotations }, ['a', 'b']);
    const usage = { cpu: '250m', memory: '64Mi' };
    expect(rig.get(`${PODS}/web`).body['containers']).toEqual([
      { name: 'a', usage },
      { name: 'b', usage },
    ]);
    expect(rig.get(`${NODES}/n1`).body['usage']).toEqual({ cpu: '520m', memory: '328Mi' });
  });

  it('idles where an annotation is no quantity', () => {
    pod(rig, 'web', { annotations: { 'kwok.x-k8s.io/usage-cpu': 'much', 'kwok.x-k8s.io/usage-memory': '-1Mi' } });
    expect(rig.get(`${PODS}/web`).body['containers']).toEqual([{ name: 'web', usage: { cpu: '1m', memory: '1Mi' } }]);
  });

  it('lists by labels, without the type of items', () => {
    pod(rig, 'a', { labels: { app: 'a' } });
    pod(rig, 'b', { labels: { app: 'b' } });
    const { body } = rig.get(`${PODS}?labelSelector=app%3Db`);
    expect(body).toMatchObject({ kind: 'PodMetricsList', metadata: {} });
    expect(body['items']).toEqual([expect.objectContaining({ metadata: expect.objectContaining({ name: 'b' }) })]);
    expect((body['items'] as JsonObject[])[0]).not.toHaveProperty('kind');
    const everywhere = rig.get('/apis/metrics.k8s.io/v1beta1/pods').body['items'] as JsonObject[];
    expect(everywhere).toHaveLength(2);
  });

  it('has nothing of pods that do not run, and of what is not there', () => {
    rig.send('POST', '/api/v1/namespaces/default/pods', {
      body: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'c', image: 'x' }] },
      },
    });
    const { status, body } = rig.get(`${PODS}/web`);
    expect([status, body['message']]).toEqual([404, 'podmetrics.metrics.k8s.io "default/web" not found']);
    expect(rig.get(PODS).body['items']).toEqual([]);
    expect(rig.get(`${NODES}/n2`).body['message']).toBe('nodes "n2" not found');
  });

  it('can be read alone', () => {
    for (const [method, url] of [
      ['GET', `${PODS}?watch=1`],
      ['POST', PODS],
      ['DELETE', `${PODS}/web`],
      ['PATCH', `${NODES}/n1`],
    ] as const) {
      expect(rig.send(method, url, { body: {} }).status, `${method} ${url}`).toBe(405);
    }
  });

  it('is discovered while its APIService is there', () => {
    const { body } = rig.get('/apis/metrics.k8s.io/v1beta1');
    expect(body['resources']).toEqual([
      { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
      { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
    ]);
    expect(rig.get('/openapi/v3/apis/metrics.k8s.io/v1beta1').status).toBe(200);
    expect(rig.send('DELETE', `${APISERVICES}/v1beta1.metrics.k8s.io`).status).toBe(200);
    expect(rig.get('/apis/metrics.k8s.io/v1beta1').status).toBe(404);
    expect(rig.get(NODES).text).toBe('404 page not found\n');
  });

  it('is not served where another server is to answer', () => {
    rig.send('PATCH', `${APISERVICES}/v1beta1.metrics.k8s.io`, {
      body: { spec: { service: { namespace: 'kube-system', name: 'metrics-server' } } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(rig.get(NODES).status).toBe(404);
  });

  describe('of a node that measures', () => {
    beforeEach(() => {
      rig.send('DELETE', '/api/v1/nodes/n1');
      node(rig, 'n1', { 'kubewisp.dev/usage': 'measured' });
    });

    const uid = (name: string): string =>
      (rig.get(`/api/v1/namespaces/default/pods/${name}`).body['metadata'] as { uid: string }).uid;

    function measured(usage: JsonValue): number {
      const beat = { name: 'n1', standing: false, beat: NOW, usage };
      const body = { since: 0, nodes: [beat], withdrawn: [], pods: [], events: [] };
      return rig.send('POST', REPORT_PATH, { body }).status;
    }

    it('is what it reports, of the pods that it measures, for a minute, and no event of the log', () => {
      pod(rig, 'web');
      pod(rig, 'other');
      const usage = { cpu: '700m', memory: '20Mi' };
      const report = {
        usage: { cpu: '2', memory: '1Gi' },
        pods: [{ uid: uid('web'), containers: [{ name: 'web', usage }] }],
      };
      expect(measured(report)).toBe(200);
      const head = rig.log.head;
      expect(measured(report)).toBe(200);
      expect(rig.log.head).toBe(head);
      expect(rig.get(`${PODS}/web`).body['containers']).toEqual([{ name: 'web', usage }]);
      expect(rig.get(`${PODS}/other`).status).toBe(404);
      expect(rig.get(`${NODES}/n1`).body['usage']).toEqual({ cpu: '2', memory: '1Gi' });
      rig.clock.at += 61_000;
      expect(rig.get(`${PODS}/web`).status).toBe(404);
      expect(rig.get(`${NODES}/n1`).status).toBe(404);
    });

    it('is refused where it is no quantity', () => {
      expect(measured({ usage: { cpu: 'much' }, pods: [] })).toBe(400);
    });
  });
});
