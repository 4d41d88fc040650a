import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { podBody, PODS, Rig } from '../testing/rig.ts';

let rig: Rig;

const TWO = {
  containers: ['a', 'b'].map((name) => ({ name, image: 'i' })),
  initContainers: [{ name: 'i', image: 'i' }],
};

function message(url: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): string {
  const { status, body } = rig.send(method, url, { headers });
  return `${status} ${String(body['message'])}`;
}

beforeEach(() => {
  rig = new Rig();
  rig.serviceAccount();
  const addresses = [
    { type: 'Hostname', address: 'n1' },
    { type: 'InternalIP', address: '10.0.0.7' },
  ];
  const node = { metadata: { name: 'n1' }, status: { addresses } };
  rig.send('POST', '/api/v1/nodes', { body: node });
  rig.send('POST', PODS, { body: podBody('waits') });
  rig.send('POST', PODS, { body: podBody('runs', { nodeName: 'n1' }) });
  rig.send('POST', PODS, { body: podBody('two', { ...TWO, nodeName: 'n1' }) });
});

describe('log', () => {
  test('a pod without a node has written nothing', () => {
    const { response } = rig.get(`${PODS}/waits/log`);
    expect(response).toEqual({ status: 204, contentType: '', body: '' });
  });

  test('of several containers one must be named, and be there', () => {
    expect(message(`${PODS}/two/log`)).toBe(
      '400 a container name must be specified for pod two, choose one of: [i a b]',
    );
    expect(message(`${PODS}/two/log?container=c`)).toBe('400 container c is not valid for pod two');
    expect(message(`${PODS}/none/log`)).toBe('404 pods "none" not found');
  });

  test('options are read before the pod', () => {
    const invalid = '422 PodLogOptions "none" is invalid:';
    expect(message(`${PODS}/none/log?tailLines=-1`)).toBe(
      `${invalid} tailLines: Invalid value: -1: must be greater than or equal to 0`,
    );
    expect(message(`${PODS}/none/log?limitBytes=0`)).toBe(
      `${invalid} limitBytes: Invalid value: 0: must be greater than 0`,
    );
    expect(message(`${PODS}/none/log?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z`)).toContain('at most one of');
    expect(message(`${PODS}/none/log?tailLines=x`)).toBe('400 strconv.ParseInt: parsing "x": invalid syntax');
    expect(message(`${PODS}/none/log?sinceTime=now`)).toContain('400 parsing time "now"');
  });

  test('no kubelet listens: the answer is that of a server that cannot reach it', () => {
    const address = '10.0.0.7:10250';
    expect(message(`${PODS}/two/log?container=b&follow=true&tailLines=5`)).toBe(
      `500 Get "https://${address}/containerLogs/default/two/b?follow=true&tailLines=5": dial tcp ${address}: connect: connection refused`,
    );
    rig.send('POST', PODS, { body: podBody('lost', { nodeName: 'gone' }) });
    expect(message(`${PODS}/lost/log`)).toBe('404 nodes "gone" not found');
  });

  test('it is read, and nothing else', () => {
    for (const method of ['POST', 'PUT', 'DELETE']) expect(rig.send(method, `${PODS}/runs/log`).status).toBe(405);
    expect(rig.get(`${PODS}/runs/log/x`).status).toBe(404);
  });
});

describe('streams', () => {
  test.each(['exec?command=ls', 'attach', 'portforward?ports=80'])('%s needs a node, and an upgrade', (subresource) => {
    expect(message(`${PODS}/waits/${subresource}`)).toBe('400 pod waits does not have a host assigned');
    expect(message(`${PODS}/runs/${subresource}`, 'POST')).toBe('400 Upgrade request required');
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
    const refused = '500 error dialing backend: dial tcp 10.0.0.7:10250: connect: connection refused';
    expect(message(`${PODS}/runs/${subresource}`, 'GET', upgrade)).toBe(refused);
    expect(rig.send('DELETE', `${PODS}/runs/${subresource}`).status).toBe(405);
  });

  test('a container is chosen as for a log', () => {
    expect(message(`${PODS}/two/exec?command=ls`)).toContain('400 a container name must be specified');
    expect(message(`${PODS}/two/attach?container=c`)).toBe('400 container c is not valid for pod two');
  });
});

describe('proxies', () => {
  const unreachable = (address: string): string =>
    `503 error trying to reach service: dial tcp ${address}: connect: connection refused`;

  test('to a pod', () => {
    expect(message(`${PODS}/waits/proxy/x`)).toBe('400 address not allowed');
    expect(message(`${PODS}/a:b:c:d/proxy`)).toBe('400 invalid pod request "a:b:c:d"');
    const status = { podIPs: [{ ip: '10.244.0.9' }], podIP: '10.244.0.9', phase: 'Running' };
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect(rig.send('PATCH', `${PODS}/runs/status`, { body: { status }, headers }).status).toBe(200);
    expect(message(`${PODS}/runs/proxy/a/b`, 'DELETE')).toBe(unreachable('10.244.0.9:80'));
    expect(message(`${PODS}/https:runs:8443/proxy`, 'POST')).toBe(unreachable('10.244.0.9:8443'));
  });

  test('to a node', () => {
    expect(message('/api/v1/nodes/none/proxy/')).toBe('404 nodes "none" not found');
    expect(message('/api/v1/nodes/n1/proxy/healthz')).toBe(unreachable('10.0.0.7:10250'));
    expect(message('/api/v1/nodes/n1:9100/proxy/metrics')).toBe(unreachable('10.0.0.7:9100'));
  });

  test('to a ready endpoint of a Service', () => {
    const services = '/api/v1/namespaces/default/services';
    const ports = [{ name: 'web', port: 80, targetPort: 8080 }];
    expect(message(`${services}/none/proxy/`)).toBe('404 services "none" not found');
    rig.send('POST', services, { body: { metadata: { name: 's' }, spec: { ports } } });
    expect(message(`${services}/s/proxy/`)).toBe('503 no endpoints available for service "s"');
    expect(message(`${services}/s:81/proxy/`)).toBe('503 no service port 81 found for service "s"');
    const slice: JsonObject = {
      metadata: { name: 's-1', labels: { 'kubernetes.io/service-name': 's' } },
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['10.244.0.8'], conditions: { ready: false } },
        { addresses: ['10.244.0.9'], conditions: { ready: true } },
      ],
      ports: [{ name: 'web', port: 8080 }],
    };
    rig.send('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', { body: slice });
    for (const name of ['s', 's:80', 's:web']) {
      expect(message(`${services}/${name}/proxy/`)).toBe(unreachable('10.244.0.9:8080'));
    }
    expect(message(`${services}/s:other/proxy/`)).toBe('503 no endpoints available for service "s"');
  });
});
