// The simulated cloud as a user sees it: load balancers of Services, addresses of Ingresses, nodes and their machines.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const ADDRESS = /^198\.1[89]\.\d{1,3}\.\d{1,3}$/;

describe.skipIf(kubectl === undefined)('kubectl and the cloud', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 3, nodeGracePeriod: 4 });
    await session.run('create deployment web --image=nginx');
  });

  afterAll(async () => {
    await session?.end();
  });

  const cell = async (what: string, column: number): Promise<string> =>
    (await session.rows(`get ${what}`))[0]?.[column] ?? '';
  const field = (what: string, path: string): Promise<string> => session.run(`get ${what}`, '-o', `jsonpath={${path}}`);
  const reasons = async (what: string): Promise<string[]> => {
    const events = await session.run(`events --for=${what} --no-headers`);
    return events.split('\n').flatMap((line) => line.split(/\s+/)[2] ?? []);
  };

  it('expose --type=LoadBalancer: the Service gets an external address', async () => {
    expect(await session.run('expose deployment web --port=80 --type=LoadBalancer')).toBe('service/web exposed\n');
    await session.run(
      'wait',
      'svc/web',
      '--for=jsonpath={.status.loadBalancer.ingress[0].ipMode}=VIP',
      '--timeout=20s',
    );
    const address = await cell('svc web', 3);
    expect(address).toMatch(ADDRESS);
    const described = await session.run('describe svc web');
    expect(described).toMatch(`LoadBalancer Ingress:     ${address} (VIP)`);
    expect(described).toMatch(/Normal +EnsuringLoadBalancer .* service-controller +Ensuring load balancer/);
    expect(described).toMatch(/Normal +EnsuredLoadBalancer .* service-controller +Ensured load balancer/);
    expect(described).not.toMatch(/Warning/);
    expect(await field('svc web', '.metadata.finalizers')).toBe('["service.kubernetes.io/load-balancer-cleanup"]');
  });

  it('another class of load balancer is left to whoever has it', async () => {
    const spec = { type: 'LoadBalancer', loadBalancerClass: 'example.com/lb', ports: [{ port: 80 }] };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'theirs' }, spec };
    await session.feed(JSON.stringify(service), 'create -f -');
    await session.run('create service loadbalancer second --tcp=80:80');
    await session.until('get svc second', /198\.1[89]\./);
    expect(await cell('svc theirs', 3)).toBe('<pending>');
    expect(await cell('svc second', 3)).not.toBe(await cell('svc web', 3));
    expect(await session.run('delete svc theirs second')).toMatch(/"second" deleted/);
  });

  it('a change of type takes the load balancer away, and back', async () => {
    const before = await cell('svc web', 3);
    await session.run('patch svc web -p', '{"spec":{"type":"NodePort"}}');
    await session.until('get svc web -o jsonpath={.status.loadBalancer}', /^\{\}$/);
    expect(await cell('svc web', 3)).toBe('<none>');
    expect(await field('svc web', '.metadata.finalizers')).toBe('');
    const told = await reasons('svc/web');
    expect(told.slice(told.indexOf('Type'))).toEqual(['Type', 'DeletingLoadBalancer', 'DeletedLoadBalancer']);
    await session.run('patch svc web -p', '{"spec":{"type":"LoadBalancer"}}');
    await session.until('get svc web', new RegExp(before.replaceAll('.', '\\.')));
  });

  it('loadBalancerIP: one that is free, and one that is not', async () => {
    await session.run('patch svc web -p', '{"spec":{"loadBalancerIP":"198.18.9.9"}}');
    await session.until('get svc web', /198\.18\.9\.9/);
    const spec = { type: 'LoadBalancer', loadBalancerIP: '198.18.9.9', ports: [{ port: 80 }] };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'late' }, spec };
    await session.feed(JSON.stringify(service), 'create -f -');
    await session.until(
      'describe svc late',
      /Warning +SyncLoadBalancerFailed .*: address 198\.18\.9\.9 is in use by another load balancer/,
    );
    expect(await cell('svc late', 3)).toBe('<pending>');
  });

  it('delete waits for the load balancer; who waits for the address gets it', async () => {
    expect(await session.run('delete svc web --timeout=20s')).toMatch('service "web" deleted');
    expect(await session.run('get events --field-selector reason=DeletedLoadBalancer -o name')).not.toBe('');
    await session.until('get svc late', /198\.18\.9\.9/);
    await session.run('delete svc late');
  });

  it('a namespace goes with its load balancers', async () => {
    await session.run('create namespace shops');
    await session.run('create service loadbalancer shop --tcp=80:80 -n shops');
    await session.until('get svc shop -n shops', /198\.1[89]\./);
    expect(await session.run('delete namespace shops --timeout=20s')).toMatch('namespace "shops" deleted');
  });

  it('an Ingress gets the default class and an address', async () => {
    const [row] = await session.rows('get ingressclass');
    expect(row?.slice(0, 2)).toEqual(['kubewisp', 'kubewisp.dev/ingress']);
    await session.run('create ingress shop --rule=shop.example.com/*=web:80');
    await session.until('get ingress shop', /^shop +kubewisp +shop\.example\.com +198\.18\.0\.1 +80 /m);
    const described = await session.run('describe ingress shop');
    expect(described).toMatch(/^Address: +198\.18\.0\.1$/m);
    expect(described).toMatch(/Normal +Sync .* kubewisp-ingress-controller +Scheduled for sync/);
    await session.run('create ingress theirs --class=nobody --rule=x.example.com/*=web:80');
    expect(await field('ingress theirs', '.status.loadBalancer')).toBe('{}');
  });

  it('nodes of a pool are machines of the cloud', async () => {
    expect(await field('node node-2', '.spec.providerID')).toBe('kubewisp://default/node-2');
    expect(await field('node node-2', '.spec.taints')).toBe('');
    const rows = await session.rows('get nodes -L topology.kubernetes.io/zone,topology.kubernetes.io/region');
    expect(rows.map((row) => row.slice(-2))).toEqual(['zone-a', 'zone-b', 'zone-c'].map((zone) => [zone, 'local']));
    const described = await session.run('describe node node-2');
    expect(described).toMatch(/NetworkUnavailable +False .* RouteCreated +RouteController created a route/);
    expect(described).toMatch(/Normal +Synced .* cloud-node-controller +Node synced successfully/);
  });

  it('a machine that is gone takes its Node with it; what nobody knows stays', async () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'by-hand' }, spec: { providerID: 'example://x' } };
    await session.feed(JSON.stringify(node), 'create -f -');
    await session.run('annotate node by-hand node-3 kubewisp.dev/power=gone');
    await session.run('wait --for=delete node/node-3 --timeout=40s');
    const told = await session.run('get events --field-selector reason=DeletingNode', '-o', 'jsonpath={..message}');
    expect(told).toBe('Deleting node node-3 because it does not exist in the cloud provider');
    await session.run('wait --for=delete lease/node-3 -n kube-node-lease --timeout=20s');
    await session.run('get node by-hand');
    // The pool hears of other changes, and does not bring it back.
    await session.run('label node node-1 a=b');
    expect((await session.rows('get nodes')).map(([name]) => name)).toEqual(['by-hand', 'node-1', 'node-2']);
  });
});
