// kubectl and what Services take: addresses, node ports, and the ranges they come from.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const service = (name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });

const range = (name: string, ...cidrs: string[]): string =>
  JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, spec: { cidrs } });

describe.skipIf(kubectl === undefined)('kubectl and allocation', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession();
  });

  afterAll(async () => {
    await session?.end();
  });

  const addresses = async (): Promise<string[]> =>
    (await session.rows('get ipaddresses')).map(([name, parent]) => `${name} ${parent}`);

  const readiness = (name: string): Promise<string> =>
    session.run(
      `get servicecidr ${name}`,
      '-o',
      'jsonpath={.status.conditions[0].status} {.status.conditions[0].message}',
    );

  it('a new cluster has its range, and the address of its API', async () => {
    expect(await session.rows('get servicecidrs')).toEqual([['kubernetes', '10.96.0.0/16', expect.any(String)]]);
    expect(await addresses()).toEqual(['10.96.0.1 services/default/kubernetes']);
    expect(await session.run('get service kubernetes', '-o', 'jsonpath={.spec.clusterIP}')).toBe('10.96.0.1');
    expect(await readiness('kubernetes')).toBe('True Kubernetes Service CIDR is ready');
  });

  it('expose: an address from the upper band, with its IPAddress', async () => {
    await session.run('create deployment web --image=nginx --replicas=0');
    expect(await session.run('expose deployment web --port=80 --type=NodePort')).toBe('service/web exposed\n');
    const ip = await session.run('get service web', '-o', 'jsonpath={.spec.clusterIP}');
    const nodePort = Number(await session.run('get service web', '-o', 'jsonpath={.spec.ports[0].nodePort}'));
    expect(ip).toMatch(/^10\.96\./);
    expect(nodePort).toBeGreaterThanOrEqual(30_086);
    expect(await addresses()).toContain(`${ip} services/default/web`);
    const one = await session.json<{ metadata: { labels: object }; spec: object }>(`get ipaddress ${ip}`);
    expect(one.metadata.labels).toEqual({
      'ipaddress.kubernetes.io/ip-family': 'IPv4',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    });
    expect(one.spec).toEqual({ parentRef: { resource: 'services', namespace: 'default', name: 'web' } });

    const twin = service('twin', { type: 'NodePort', ports: [{ port: 80, nodePort }] });
    const conflict = await session.result(['create', '-f', '-'], { input: twin });
    expect(conflict.stderr).toBe(
      `The Service "twin" is invalid: spec.ports[0].nodePort: Invalid value: ${nodePort}: provided port is already allocated\n`,
    );
    await session.run('delete service web');
    expect(await addresses()).toEqual(['10.96.0.1 services/default/kubernetes']);
    await session.feed(twin, 'create -f -');
    await session.run('delete service twin');
  });

  it('an address that is asked for: given once, given again when it is free', async () => {
    await session.feed(service('dns', { clusterIP: '10.96.0.10' }), 'create -f -');
    const taken = await session.result(['create', '-f', '-'], { input: service('other', { clusterIP: '10.96.0.10' }) });
    expect(taken.stderr).toBe(
      'The Service "other" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated\n',
    );
    const outside = service('other', { clusterIP: '10.5.0.1' });
    expect((await session.result(['create', '-f', '-'], { input: outside })).stderr).toMatch(
      'failed to allocate IP 10.5.0.1: the provided network does not match the current range',
    );
    expect((await session.result(['create', '--dry-run=server', '-f', '-'], { input: outside })).stderr).toMatch(
      'the provided IP (10.5.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
    );
    await session.run('patch service dns', '-p', '{"spec":{"type":"ExternalName","externalName":"dns.example.org"}}');
    expect(await addresses()).toEqual(['10.96.0.1 services/default/kubernetes']);
    await session.feed(service('other', { clusterIP: '10.96.0.10' }), 'create -f -');
    await session.run('delete service dns other');
  });

  it('an IPAddress that someone removes comes back', async () => {
    await session.feed(service('kept', { clusterIP: '10.96.0.30' }), 'create -f -');
    await session.run('delete ipaddress 10.96.0.30');
    await session.until('get ipaddresses', /10\.96\.0\.30\s+services\/default\/kept/);
    await session.until(
      'get events',
      /ClusterIPNotAllocated.*Cluster IP \[IPv4\]: 10\.96\.0\.30 is not allocated; repairing/,
    );
    await session.run('delete service kept');
    expect(await addresses()).toEqual(['10.96.0.1 services/default/kubernetes']);
  });

  it('a range: added, used, kept while an address needs it, gone', async () => {
    await session.feed(range('more', '10.5.0.0/28'), 'create -f -');
    await session.run('wait --for=condition=Ready servicecidr/more --timeout=20s');
    await session.feed(service('far', { clusterIP: '10.5.0.3' }), 'create -f -');
    expect(await addresses()).toContain('10.5.0.3 services/default/far');
    await session.run('delete servicecidr more --wait=false');
    await session.run('wait --for=condition=Ready=False servicecidr/more --timeout=20s');
    expect(await readiness('more')).toMatch(/^False There are still IPAddresses referencing the ServiceCIDR/);
    const late = await session.result(['create', '-f', '-'], { input: service('late', { clusterIP: '10.5.0.4' }) });
    expect(late.code).not.toBe(0);
    await session.run('delete service far');
    await session.run('wait --for=delete servicecidr/more --timeout=20s');
    const again = await session.result(['create', '-f', '-'], { input: range('bad', '10.5.0.1/28') });
    expect(again.stderr).toBe(
      'The ServiceCIDR "bad" is invalid: spec.cidrs[0]: Invalid value: "10.5.0.1/28": must not have bits set beyond the prefix length\n',
    );
  });

  it('a health check port comes and goes with its policy', async () => {
    const local = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' };
    await session.feed(service('lb', local), 'create -f -');
    const port = Number(await session.run('get service lb', '-o', 'jsonpath={.spec.healthCheckNodePort}'));
    expect(port).toBeGreaterThanOrEqual(30_086);
    const other = service('lb2', { ...local, healthCheckNodePort: port });
    expect((await session.result(['create', '-f', '-'], { input: other })).stderr).toMatch(
      `failed to allocate requested HealthCheck NodePort ${port}: provided port is already allocated`,
    );
    await session.run('patch service lb', '-p', '{"spec":{"externalTrafficPolicy":"Cluster"}}');
    expect(await session.run('get service lb', '-o', 'jsonpath={.spec.healthCheckNodePort}')).toBe('');
    await session.feed(other, 'create -f -');
    await session.run('delete service lb lb2');
  });
});
