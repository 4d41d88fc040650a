// The main story: a node loses its power, its pods come up elsewhere, and the user sees it happen.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Following, Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const toleration = (key: string): object => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 2 });

const DEPLOYMENT = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'main', image: 'nginx' }],
        tolerations: [toleration('node.kubernetes.io/unreachable'), toleration('node.kubernetes.io/not-ready')],
      },
    },
  },
});

describe.skipIf(kubectl === undefined)('a node loses its power', () => {
  let session: Session;
  let pods: Following;
  let nodes: Following;

  beforeAll(async () => {
    session = await startSession({ nodes: 3, nodeGracePeriod: 5 });
    await session.feed(DEPLOYMENT, 'apply -f -');
    await session.run('expose deployment web --port=80');
    await session.run('rollout status deployment/web --timeout=30s');
    pods = session.follow('get pods -l app=web -o wide -w --no-headers');
    nodes = session.follow('get nodes -w --no-headers');
  });

  afterAll(async () => {
    await pods?.stop();
    await nodes?.stop();
    await session?.end();
  });

  /** The last that the watch said of each pod: its readiness, state and node. */
  function last(): Map<string, { ready: string; status: string; node: string }> {
    const seen = new Map<string, { ready: string; status: string; node: string }>();
    for (const line of pods.lines) {
      // RESTARTS may be followed by "(2s ago)".
      const [name = '', ready = '', status = '', ...rest] = line.replace(/\(\S+ ago\)/, '').split(/\s+/);
      seen.set(name, { ready, status, node: rest[3] ?? '' });
    }
    return seen;
  }

  it('all replicas are Running elsewhere, as `get pods -w` shows', async () => {
    await expect
      .poll(() => [...last().values()].map(({ node }) => node).sort(), { timeout: 10_000 })
      .toEqual(['node-1', 'node-2', 'node-3']);
    const victim = [...last()].find(([, { node }]) => node === 'node-2')?.[0] ?? '';
    expect(victim).not.toBe('');

    expect(await session.run('annotate node node-2 kubewisp.dev/power=off')).toMatch(/^node\/node-2 annotated/);
    await expect.poll(() => nodes.lines.at(-1), { timeout: 20_000 }).toMatch(/^node-2 +NotReady /);

    const running = () => [...last()].filter(([, { ready, status }]) => ready === '1/1' && status === 'Running');
    await expect
      .poll(
        () =>
          running()
            .filter(([name]) => name !== victim)
            .map(([, { node }]) => node)
            .sort(),
        { timeout: 30_000 },
      )
      .toSatisfy((on: string[]) => on.length === 3 && !on.includes('node-2'));
    expect(last().get(victim)?.status).toBe('Terminating');
  });

  it('the cluster says why', async () => {
    const node = await session.run('describe node node-2');
    expect(node).toMatch(
      /^Taints: +node\.kubernetes\.io\/unreachable:NoExecute\n +node\.cloudprovider\.kubernetes\.io\/shutdown:NoSchedule\n +node\.kubernetes\.io\/unreachable:NoSchedule$/m,
    );
    expect(node).toMatch(/^ {2}Ready +Unknown .* NodeStatusUnknown +Kubelet stopped posting node status\.$/m);
    expect(node).toMatch(/NodeNotReady .* node-controller +Node node-2 status is now: NodeNotReady/);
    expect(await session.run('get events --field-selector reason=TaintManagerEviction')).toMatch(
      /Marking for deletion Pod default\/web-/,
    );
    expect(await session.run('rollout status deployment/web --timeout=5s')).toMatch(/successfully rolled out/);
    const addresses = await session.json<{
      subsets: { addresses: { nodeName: string }[]; notReadyAddresses?: unknown[] }[];
    }>('get endpoints web');
    const [subset] = addresses.subsets;
    expect(subset?.addresses.map(({ nodeName }) => nodeName)).toHaveLength(3);
    expect(subset?.addresses.map(({ nodeName }) => nodeName)).not.toContain('node-2');
  });

  it('power=on brings the node back, and takes the dead pod away', async () => {
    expect(await session.run('annotate node node-2 kubewisp.dev/power=on --overwrite')).toMatch(
      /^node\/node-2 annotated/,
    );
    await session.run('wait --for=condition=Ready node/node-2 --timeout=20s');
    await expect.poll(() => nodes.lines.at(-1), { timeout: 10_000 }).toMatch(/^node-2 +Ready /);
    await session.until('describe node node-2', /^Taints: +<none>$/m);
    await session.until('get pods -l app=web -o name', (text) => text.split('\n').filter(Boolean).length === 3, 40_000);
    await session.run('scale deployment/web --replicas=6');
    await session.run('rollout status deployment/web --timeout=20s');
    expect(await session.run('get pods -l app=web', '-o', 'jsonpath={.items[*].spec.nodeName}')).toContain('node-2');
  });

  it('kill -9 in the middle of a rollout: after the restart it goes on to its end', async () => {
    const before = await session.run(
      'get deployments,services,nodes,namespaces',
      '-o',
      'jsonpath={.items[*].metadata.uid}',
    );
    for (const [index, pause] of [50, 300, 900].entries()) {
      await session.run(`set image deployment/web main=nginx:${index}`);
      await new Promise((resolve) => setTimeout(resolve, pause));
      await session.server.kill9();
      await session.server.restart();
      expect(await session.run('rollout status deployment/web --timeout=30s')).toMatch(/successfully rolled out/);
      await session.until(
        'get pods -l app=web -o jsonpath={.items[*].spec.containers[0].image}',
        (images) => images === Array.from({ length: 6 }, () => `nginx:${index}`).join(' '),
      );
    }
    expect(
      await session.run('get deployments,services,nodes,namespaces', '-o', 'jsonpath={.items[*].metadata.uid}'),
    ).toBe(before);
    // Nobody was taken for dead: the heartbeats went on.
    expect((await session.rows('get nodes')).map(([, status]) => status)).toEqual(['Ready', 'Ready', 'Ready']);
  });
});
