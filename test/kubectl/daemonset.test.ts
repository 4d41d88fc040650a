// The life of a DaemonSet: a pod on each node, rollouts, history, undo, node labels, cordon, full nodes, deletion.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const AGENT = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent' },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } },
  },
};

describe.skipIf(kubectl === undefined)('kubectl and DaemonSets', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 3 });
    expect(await session.feed(JSON.stringify(AGENT), 'create -f -')).toBe('daemonset.apps/agent created\n');
  });

  afterAll(async () => {
    await session?.end();
  });

  const rolledOut = () => session.run('rollout status daemonset/agent --timeout=30s');
  const list = async (path: string): Promise<string[]> =>
    (await session.run('get pods -l app=agent', '-o', `jsonpath={.items[*]${path}}`)).split(' ').filter(Boolean).sort();
  const nodes = () => list('.spec.nodeName');
  const images = () => list('.spec.containers[0].image');

  it('get: one on each node', async () => {
    expect(await rolledOut()).toMatch(/daemon set "agent" successfully rolled out\n$/);
    const [header = '', row = ''] = (await session.run('get ds agent')).split('\n');
    expect(header.trim().split(/ {2,}/)).toEqual([
      'NAME',
      'DESIRED',
      'CURRENT',
      'READY',
      'UP-TO-DATE',
      'AVAILABLE',
      'NODE SELECTOR',
      'AGE',
    ]);
    expect(row.split(/\s+/).slice(0, 7)).toEqual(['agent', '3', '3', '3', '3', '3', '<none>']);
    expect(await nodes()).toEqual(['node-1', 'node-2', 'node-3']);
  });

  it('set image, rollout status, history', async () => {
    await session.run('annotate daemonset/agent kubernetes.io/change-cause=first');
    expect(await session.run('set image daemonset/agent main=nginx:2')).toBe('daemonset.apps/agent image updated\n');
    expect(await rolledOut()).toMatch(
      /Waiting for daemon set "agent" rollout to finish: [^]*daemon set "agent" successfully rolled out\n$/,
    );
    expect(await images()).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
    expect(await session.run('rollout history daemonset/agent')).toMatch(/^1 +<none>\n2 +first$/m);
    expect(await session.run('rollout history daemonset/agent --revision=1')).toMatch(/Image:\s+nginx:1\n/);
  });

  it('rollout undo and restart', async () => {
    expect(await session.run('rollout undo daemonset/agent')).toBe('daemonset.apps/agent rolled back\n');
    await rolledOut();
    expect(await images()).toEqual(['nginx:1', 'nginx:1', 'nginx:1']);
    expect(await session.run('rollout history daemonset/agent')).toMatch(/^2 +first\n3 +<none>$/m);
    expect(await session.fail('rollout undo daemonset/agent --to-revision=99')).toMatch(
      /unable to find specified revision 99/,
    );
    expect(await session.run('rollout restart daemonset/agent')).toBe('daemonset.apps/agent restarted\n');
    await rolledOut();
    expect(await session.run('rollout history daemonset/agent')).toMatch(/^4 +first$|^4 +<none>$/m);
  });

  it('a surge has no node without an available pod', async () => {
    const strategy = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
    await session.run('patch ds agent -p', JSON.stringify({ spec: strategy }));
    const watch = session.follow('get ds agent -w', '-o', 'jsonpath={.status.numberAvailable}{"\\n"}');
    try {
      await session.run('set image daemonset/agent main=nginx:3');
      await rolledOut();
      expect(watch.lines.length).toBeGreaterThan(1);
      expect(watch.lines.filter((line) => line !== '3')).toEqual([]);
    } finally {
      await watch.stop();
    }
    await session.until('get pods -l app=agent -o name', (text) => text.split('\n').filter(Boolean).length === 3);
    expect(await images()).toEqual(['nginx:3', 'nginx:3', 'nginx:3']);
  });

  it('cordon keeps the pod, and lets a new one in', async () => {
    await session.run('cordon node-1');
    await session.run('delete pods -l app=agent --field-selector=spec.nodeName=node-1');
    await rolledOut();
    await session.until('get pods -l app=agent -o wide', /Running.*node-1/);
    expect(await nodes()).toEqual(['node-1', 'node-2', 'node-3']);
    await session.run('uncordon node-1');
  });

  it('a node label selects', async () => {
    const template = { spec: { nodeSelector: { role: 'edge' } } };
    await session.run('patch ds agent -p', JSON.stringify({ spec: { template } }));
    await session.until('get pods -l app=agent -o name', /^$/);
    await session.run('label node node-2 role=edge');
    await session.until('get pods -l app=agent -o wide', /Running.*node-2/);
    expect((await session.rows('get ds agent'))[0]?.slice(1, 7)).toEqual(['1', '1', '1', '1', '1', 'role=edge']);
    await session.run('label node node-2 role-');
    await session.until('get ds agent --no-headers', /^agent +0 +0 +0 +0 +0 +role=edge/);
    await session.until('get pods -l app=agent -o name', /^$/);
  });

  it('describe tells of what was made and deleted', async () => {
    const text = await session.run('describe ds agent');
    expect(text).toMatch(/^Desired Number of Nodes Scheduled: 0$/m);
    expect(text).toMatch(
      /SuccessfulCreate .* daemonset-controller +(\(combined from similar events\): )?Created pod: agent-/,
    );
    expect(text).toMatch(
      /SuccessfulDelete .* daemonset-controller +(\(combined from similar events\): )?Deleted pod: agent-/,
    );
  });

  it('on a node without room the pod stays Pending', async () => {
    const containers = [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '1000' } } }];
    const labels = { app: 'big' };
    const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
    await session.feed(JSON.stringify({ ...AGENT, metadata: { name: 'big' }, spec }), 'create -f -');
    await session.until('get ds big --no-headers', /^big +3 +3 +0 +3 +0/);
    expect((await session.rows('get pods -l app=big')).map(([, , status]) => status)).toEqual([
      'Pending',
      'Pending',
      'Pending',
    ]);
    await session.until(
      'events --types=Warning',
      /FailedScheduling +Pod\/big-\S+ +0\/3 nodes are available: 1 Insufficient cpu, 2 node\(s\) didn't satisfy plugin\(s\) \[NodeAffinity\]\./,
    );
    await session.run('delete ds big');
  });

  it('delete takes the pods and the revisions along', async () => {
    await session.run('label node node-2 role=edge');
    await rolledOut();
    expect(await session.run('delete ds agent')).toMatch(/^daemonset\.apps "agent" deleted/);
    await session.until('get pods,controllerrevisions -l app=agent -o name', /^$/);
  });
});
