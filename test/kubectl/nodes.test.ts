// kubectl and nodes: cordon, drain, taint, and what describe says of them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

describe.skipIf(kubectl === undefined)('kubectl and nodes', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 2 });
    await session.run('create deployment web --image=nginx --replicas=4');
    await session.run('rollout status deployment/web --timeout=30s');
  });

  afterAll(async () => {
    await session?.end();
  });

  const nodesOfPods = async (): Promise<string[]> =>
    (await session.run('get pods -l app=web', '-o', 'jsonpath={.items[*].spec.nodeName}')).split(' ').sort();

  it('cordon keeps new pods away, uncordon lets them in again', async () => {
    expect(await nodesOfPods()).toEqual(['node-1', 'node-1', 'node-2', 'node-2']);
    expect(await session.run('cordon node-1')).toBe('node/node-1 cordoned\n');
    expect(await session.run('cordon node-1')).toBe('node/node-1 already cordoned\n');
    expect((await session.rows('get node node-1'))[0]?.[1]).toBe('Ready,SchedulingDisabled');
    expect(
      await session.until('describe node node-1', /^Taints: +node\.kubernetes\.io\/unschedulable:NoSchedule$/m),
    ).toMatch(/^Unschedulable: +true$/m);
    await session.run('scale deployment/web --replicas=6');
    await session.run('rollout status deployment/web --timeout=20s');
    expect(await nodesOfPods()).toEqual(['node-1', 'node-1', 'node-2', 'node-2', 'node-2', 'node-2']);
    expect(await session.run('uncordon node-1')).toBe('node/node-1 uncordoned\n');
    await session.until('describe node node-1', /^Taints: +<none>$/m);
    await session.run('scale deployment/web --replicas=4');
  });

  it('drain moves the pods; what has no owner holds it up', async () => {
    await session.run('run alone --image=nginx', '--overrides', '{"spec":{"nodeName":"node-1"}}');
    await session.run('wait --for=condition=Ready pod/alone --timeout=20s');
    expect(await session.fail('drain node-1 --timeout=20s')).toMatch(
      /cannot delete .*declare no controller.*default\/alone/,
    );
    const { code, stdout, stderr } = await session.result(['drain', 'node-1', '--force', '--timeout=40s'], {
      timeout: 50_000,
    });
    expect(stderr).toMatch(/declare no controller.*default\/alone/);
    expect(stdout).toMatch(
      /pod\/web-\S+ evicted|pod\/web-\S+ deleted|evicting pod default\/web-|deleting pod default\/web-/,
    );
    expect(stdout).toMatch(/node\/node-1 drained\n$/);
    expect(code).toBe(0);
    await session.run('rollout status deployment/web --timeout=20s');
    expect(await nodesOfPods()).toEqual(['node-2', 'node-2', 'node-2', 'node-2']);
    expect(await session.fail('get pod alone')).toMatch(/not found/);
    await session.run('uncordon node-1');
  });

  it('taint: NoSchedule keeps away, NoExecute drives out', async () => {
    expect(await session.run('taint node node-1 team=blue:NoSchedule')).toBe('node/node-1 tainted\n');
    expect(await session.run('describe node node-1')).toMatch(/^Taints: +team=blue:NoSchedule$/m);
    await session.run(
      'run picky --image=nginx',
      '--overrides',
      '{"spec":{"nodeSelector":{"kubernetes.io/hostname":"node-1"}}}',
    );
    await session.until(
      'get events --field-selector involvedObject.name=picky',
      /FailedScheduling +pod\/picky +0\/2 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector, 1 node\(s\) had untolerated taint\(s\)\./,
    );
    expect(await session.run('taint node node-1 team-')).toBe('node/node-1 untainted\n');
    await session.run('wait --for=condition=Ready pod/picky --timeout=20s');

    await session.run('taint node node-1 down=now:NoExecute');
    await session.run('wait --for=delete pod/picky --timeout=30s');
    expect(
      await session.run('get events', '-o', 'jsonpath={.items[?(@.reason=="TaintManagerEviction")].message}'),
    ).toMatch(/Marking for deletion Pod default\/picky/);
    await session.run('taint node node-1 down-');
  });

  it('label a node, and select by it', async () => {
    expect(await session.run('label node node-2 disk=fast')).toBe('node/node-2 labeled\n');
    await session.run('create deployment fast --image=nginx --replicas=2');
    await session.run('patch deployment fast -p', '{"spec":{"template":{"spec":{"nodeSelector":{"disk":"fast"}}}}}');
    await session.run('rollout status deployment/fast --timeout=20s');
    await session.until('get pods -l app=fast -o jsonpath={.items[*].spec.nodeName}', /^node-2 node-2$/);
  });

  it('delete a node: its pods are collected', async () => {
    const { code } = await session.result(['delete', 'node', 'node-1']);
    expect(code).toBe(0);
    await session.until('get pods -o jsonpath={.items[*].spec.nodeName}', (text) => !text.includes('node-1'), 30_000);
  });
});
