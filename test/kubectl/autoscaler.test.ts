// Node groups and the cluster autoscaler as a user sees them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const MANIFEST = readFileSync(join(import.meta.dirname, '../../manifests/node-groups.yaml'), 'utf8');

function group(name: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'kubewisp.dev/v1', kind: 'NodeGroup', metadata: { name }, spec });
}

function deployment(name: string, replicas: number, cpu: string): string {
  const labels = { app: name };
  const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu } } }];
  const template = { metadata: { labels }, spec: { containers } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec });
}

describe.skipIf(kubectl === undefined)('kubectl and node groups', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1, nodeShape: { cpu: '1', memory: '2Gi' }, nodeGracePeriod: 4 });
    await session.feed(MANIFEST, 'apply -f -');
    await session.run('wait --for=condition=Established crd/nodegroups.kubewisp.dev --timeout=20s');
  });

  afterAll(async () => {
    await session?.end();
  });

  it('a group has its machines, and kubectl scales it', async () => {
    const spec = { minSize: 1, maxSize: 3, machine: { cpu: '2', memory: '4Gi' }, zone: 'zone-b', bootSeconds: 0 };
    await session.feed(
      group('plain', { ...spec, taints: [{ key: 'plain', effect: 'NoSchedule' }], labels: { tier: 'plain' } }),
      'apply -f -',
    );
    await session.until('get ng plain', /plain +1 +3 +1 +1 +zone-b/);
    const nodes = await session.rows(
      'get nodes -l kubewisp.dev/node-group=plain,tier=plain -L topology.kubernetes.io/zone',
    );
    expect(nodes).toHaveLength(1);
    expect(nodes[0]?.[1]).toBe('Ready');
    expect(nodes[0]?.at(-1)).toBe('zone-b');
    const name = nodes[0]?.[0] ?? '';
    expect(await session.run(`get node ${name}`, '-o', 'jsonpath={.spec.providerID} {.spec.taints[*].key}')).toBe(
      `kubewisp://plain/${name} plain`,
    );
    await session.run('scale ng/plain --replicas=3');
    await session.run('wait --for=condition=Ready ng/plain --timeout=20s');
    await session.until('get ng plain', /plain +1 +3 +3 +3 /);
    await session.run('scale ng/plain --replicas=0');
    await session.until('get ng plain', /plain +1 +3 +1 +1 /);
    expect(await session.rows('get nodes -l kubewisp.dev/node-group=plain')).toHaveLength(1);
  });

  it.each<[string, string, object, RegExp]>([
    ['a label', 'bad', { labels: { tier: 'no label!' } }, /spec.labels.tier: Invalid value/],
    ['a label key', 'bad', { labels: { 'no key!': 'a' } }, /keys must be label keys/],
    ['a taint', 'bad', { taints: [{ key: 'a b', effect: 'NoSchedule' }] }, /spec.taints\[0\].key: Invalid value/],
    ['its sizes', 'bad', { minSize: 4, maxSize: 3 }, /minSize must not be greater than maxSize/],
    ['its name', 'a'.repeat(51), {}, /a name must be at most 50 characters/],
  ])('a group that could have no machines, by %s, is not made', async (_, name, spec, why) => {
    const whole = { maxSize: 3, machine: { cpu: '2', memory: '4Gi' }, ...spec };
    const refused = await session.result(['apply', '-f', '-'], { input: group(name, whole) });
    expect(refused.stderr).toMatch(why);
  });

  it('machines outlive a crash; none is lost, none is doubled', async () => {
    await session.run('scale ng/plain --replicas=2');
    await session.until('get ng plain', /plain +1 +3 +2 +2 /);
    const before = await session.rows('get nodes');
    await session.server.kill9();
    await session.server.restart();
    await session.run(
      'run tolerant --image=nginx',
      '--overrides={"spec":{"nodeSelector":{"tier":"plain"},"tolerations":[{"operator":"Exists"}]}}',
    );
    await session.run('wait --for=condition=Ready pod/tolerant --timeout=20s');
    expect((await session.rows('get nodes')).map(([name, status]) => [name, status])).toEqual(
      before.map(([name, status]) => [name, status]),
    );
    await session.run('delete ng plain');
    await session.until('get nodes -l tier=plain', /No resources found|^$/);
    expect(await session.rows('get nodes')).toHaveLength(1);
  });

  it('pods that find no node get machines, and these go when nobody needs them', async () => {
    await session.feed(
      group('auto', {
        maxSize: 4,
        machine: { cpu: '2', memory: '4Gi' },
        bootSeconds: 1,
        scaleDownUnneededSeconds: 2,
      }),
      'apply -f -',
    );
    const began = performance.now();
    await session.feed(deployment('web', 6, '900m'), 'apply -f -');
    await session.run('rollout status deployment/web --timeout=60s');
    console.log(`unschedulable to Running: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    const events = await session.run('get events --no-headers --field-selector reason=TriggeredScaleUp');
    expect(events).toMatch(/pod triggered scale-up: \[\{auto \d->\d \(max: 4\)\}\]/);
    expect(await session.run('get ng auto')).toMatch(/auto +0 +4 +3 +3 /);
    await session.feed(deployment('huge', 1, '64'), 'apply -f -');
    await session.until(
      'get events --no-headers --field-selector reason=NotTriggerScaleUp',
      /pod didn't trigger scale-up: 1 Insufficient cpu/,
    );
    await session.run('delete deployment huge');

    await session.run('scale deployment/web --replicas=0');
    await session.until('get ng auto', /auto +0 +4 +0 +0 /);
    expect(await session.rows('get nodes')).toHaveLength(1);
    const told = await session.run('get events --no-headers --field-selector reason=ScaleDown');
    expect(told).toMatch(/marked the node as toBeDeleted\/unschedulable/);
    expect(told).toMatch(/node removed by cluster autoscaler/);
  });
});
