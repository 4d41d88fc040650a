import { describe, expect, it } from 'vitest';
import type { NodeHostOptions } from './node-host.ts';
import { clone } from '../lib/json.ts';
import { FakeCluster, START, world } from './testing/world.ts';

describe('node host', () => {
  it('registers its nodes, announces them, and then is silent', async () => {
    const { cluster, state, run } = world(3);
    await run(100);
    expect([...cluster.nodes.keys()]).toEqual(['node-0', 'node-1', 'node-2']);
    const node = cluster.nodes.get('node-1')?.object;
    expect(node?.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'MemoryPressure=False',
      'DiskPressure=False',
      'PIDPressure=False',
      'Ready=True',
    ]);
    expect(node?.status?.addresses?.[0]?.address).toBe('10.0.0.2');
    expect(cluster.events).toContain('node-2 NodeReady');
    expect(cluster.reports.at(-1)?.nodes.every(({ standing }) => standing)).toBe(true);
    expect(state.host.nextDue()).toBeUndefined();
    const before = cluster.requests;
    await state.host.turn(false);
    expect(cluster.requests).toBe(before);
  });

  it('runs what is bound to it and has nothing due afterwards', async () => {
    const { cluster, state, run } = world(2);
    await run(10);
    cluster.bind('a', 'node-0');
    cluster.bind('b', 'node-1');
    cluster.bind('c', 'elsewhere');
    await run(2000);
    expect(cluster.phases()).toEqual({ a: 'Running', b: 'Running', c: 'Pending' });
    expect(state.host.nextDue()).toBeUndefined();
  });

  it('runs 500 pods on 20 nodes within 1.5 s of their binding, in few requests', async () => {
    const { cluster, clock, run } = world(20);
    await run(10);
    const bound = clock.now;
    const before = cluster.requests;
    for (let i = 0; i < 500; i++) cluster.bind(`p${i}`, `node-${i % 20}`);
    await run(3000);
    const started = [...cluster.pods.values()].map(
      ({ object }) => object.status?.containerStatuses?.[0]?.state?.running?.startedAt,
    );
    expect(started.every((time) => time !== undefined && Date.parse(time) <= bound + 1500)).toBe(true);
    expect(new Set([...cluster.pods.values()].map(({ object }) => object.status?.podIP)).size).toBe(500);
    expect(cluster.requests - before).toBeLessThan(60);
  });

  it('takes news that keep coming in turns, and calls that no failure', async () => {
    const cluster = new FakeCluster();
    let bound = 0;
    const transport: NodeHostOptions['transport'] = async (...request) => {
      if (bound < 300 && cluster.nodes.size === 5) cluster.bind(`p${bound}`, `node-${bound++ % 5}`);
      return cluster.transport(...request);
    };
    const { state, run } = world(5, { transport });
    await run(10_000);
    expect(bound).toBe(300);
    expect([...cluster.pods.values()].every(({ object }) => object.status?.phase === 'Running')).toBe(true);
    expect(state.host.nextDue()).toBeUndefined();
  });

  it('finishes deletions and forgets the pods', async () => {
    const { cluster, clock, state, run } = world(1);
    cluster.bind('a', 'node-0');
    await run(2000);
    cluster.delete('a', clock.now);
    await run(4000);
    expect(cluster.pods.size).toBe(0);
    expect(cluster.events).toContain('a Killing');
    expect(state.host.nextDue()).toBeUndefined();
  });

  it('sends again what a failed report carried', async () => {
    const { cluster, clock, state, run } = world(1);
    await run(10);
    cluster.bind('a', 'node-0');
    cluster.failures = [503];
    expect((await state.host.turn(true)).error).toContain('503');
    await run(20);
    clock.now += 1000;
    cluster.failures = [500];
    expect((await state.host.turn(false)).error).toContain('500');
    await run(2000);
    expect(cluster.phases()).toEqual({ a: 'Running' });
    expect(cluster.events.filter((event) => event === 'a Started')).toHaveLength(1);
  });

  it('begins again at 0 when the cursor is too old, and drops what is gone', async () => {
    const { cluster, state, run } = world(1);
    cluster.bind('a', 'node-0');
    cluster.bind('b', 'node-0');
    await run(2000);
    cluster.pods.delete('a');
    cluster.failures = [410];
    await run(2500);
    expect(cluster.reports.at(-1)?.since).toBe(0);
    expect(cluster.phases()).toEqual({ b: 'Running' });
    cluster.delete('b', START + 2500);
    await run(5000);
    expect(cluster.pods.size).toBe(0);
    expect(state.host.nextDue()).toBeUndefined();
  });

  it('takes long answers in pages', async () => {
    const { cluster, run } = world(2);
    await run(10);
    cluster.pageSize = 7;
    for (let i = 0; i < 40; i++) cluster.bind(`p${i}`, `node-${i % 2}`);
    await run(3000);
    expect(Object.values(cluster.phases()).every((phase) => phase === 'Running')).toBe(true);
  });

  it('rebuilds itself without a write or a restart', async () => {
    const { cluster, state, newHost, run } = world(2);
    for (let i = 0; i < 10; i++) cluster.bind(`p${i}`, `node-${i % 2}`);
    await run(3000);
    const before = clone([...cluster.pods.values()].map(({ object }) => object.status));
    const { revision } = cluster;
    state.host = newHost();
    await run(10_000);
    expect(cluster.revision).toBe(revision);
    expect([...cluster.pods.values()].map(({ object }) => object.status)).toEqual(before);
  });

  it('withdraws a node without power, across a rebuild, and starts its pods anew when power is back', async () => {
    const { cluster, state, newHost, run, power } = world(2);
    cluster.bind('a', 'node-0');
    cluster.bind('b', 'node-1');
    await run(2000);
    cluster.annotate('node-0', 'off');
    await run(2100);
    expect(power).toEqual([['node-0']]);
    expect(cluster.reports.at(-1)?.withdrawn).toEqual(['node-0']);
    expect(cluster.reports.at(-1)?.nodes.map(({ name }) => name)).toEqual(['node-1']);
    cluster.bind('late', 'node-0');
    await run(5000);
    expect(cluster.phases()).toEqual({ a: 'Running', b: 'Running', late: 'Pending' });

    state.host = newHost(['node-0']);
    cluster.annotate('node-0', 'on');
    await run(9000);
    expect(power.at(-1)).toEqual([]);
    expect(cluster.reports.at(-1)?.withdrawn).toEqual([]);
    expect(cluster.phases()).toEqual({ a: 'Running', b: 'Running', late: 'Running' });
    const restarts = (name: string) => cluster.pods.get(name)?.object.status?.containerStatuses?.[0]?.restartCount;
    expect([restarts('a'), restarts('b'), restarts('late')]).toEqual([1, 0, 0]);
    expect(state.host.nextDue()).toBeUndefined();
  });

  it('tells its status again when someone else has changed it', async () => {
    const { cluster, run } = world(1);
    await run(10);
    const node = cluster.nodes.get('node-0');
    const ready = node?.object.status?.conditions?.find(({ type }) => type === 'Ready');
    if (node === undefined || ready === undefined) throw new Error('no node');
    ready.status = 'Unknown';
    node.rev = ++cluster.revision;
    await run(20);
    expect(node.object.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });
});
