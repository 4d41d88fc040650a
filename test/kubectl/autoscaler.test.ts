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
    await session.until('get ng plain', /plain +1 +3 +3 +3 /);
    await session.run('scale ng/plain --replicas=0');
    await session.until('get ng plain', /plain +1 +3 +1 +1 /);
    expect(await session.rows('get nodes -l kubewisp.dev/node-group=plain')).toHaveLength(1);
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
});
