import { describe, expect, it } from 'vitest';

import type { GonePod, Machine, Report, ReportAnswer } from '../api/report.ts';
import { reportSchema } from '../api/report.ts';
import type { Node, Pod } from '../api/types/core-v1.ts';
import { clone } from '../lib/json.ts';
import { seededRandom } from '../lib/random.ts';
import { pooledNode } from './kubelet/node-object.ts';
import { NodeHost } from './node-host.ts';
import type { NodeHostOptions } from './node-host.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

/** The server's half of the protocol, as src/api/report.ts words it, over two maps. */
class FakeCluster {
  revision = 0;
  readonly nodes = new Map<string, { object: Node; rev: number }>();
  readonly pods = new Map<string, { object: Pod; rev: number }>();
  readonly gone: Array<GonePod & { rev: number }> = [];
  readonly reports: Report[] = [];
  readonly events: string[] = [];
  requests = 0;
  /** Status codes to answer with instead of carrying out. */
  failures: number[] = [];
  pageSize = 500;
  /** Of node groups, and when they changed. */
  machines: Machine[] = [];
  machinesRev = 0;

  order(...machines: readonly Machine[]): void {
    this.machines = [...machines];
    this.machinesRev = ++this.revision;
  }

  bind(name: string, node: string, status: Pod['status'] = { phase: 'Pending' }): Pod {
    this.revision += 1;
    const object: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'default',
        uid: `uid-${name}`,
        resourceVersion: String(this.revision),
        creationTimestamp: '2026-01-01T00:00:00Z',
        generation: 1,
      },
      spec: {
        nodeName: node,
        restartPolicy: 'Always',
        containers: [{ name: 'c', image: 'nginx', imagePullPolicy: 'IfNotPresent' }],
      },
      status,
    };
    this.pods.set(name, { object, rev: this.revision });
    return object;
  }

  remove(name: string): void {
    const pod = this.pods.get(name);
    if (pod === undefined) return;
    this.pods.delete(name);
    this.revision += 1;
    this.gone.push({ namespace: 'default', name, uid: pod.object.metadata.uid, rev: this.revision });
  }

  delete(name: string, at: number): void {
    const pod = this.pods.get(name);
    if (pod === undefined) return;
    pod.rev = ++this.revision;
    pod.object.metadata.deletionTimestamp = new Date(at + 30_000).toISOString();
  }

  annotate(name: string, power: string): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    node.rev = ++this.revision;
    node.object.metadata.annotations = { 'kubewisp.dev/power': power };
  }

  readonly transport: NodeHostOptions['transport'] = async (_method, path, body) => {
    this.requests += 1;
    const failure = this.failures.shift();
    if (failure !== undefined) return { status: failure, body: 'no' };
    if (path === '/api/v1/nodes') {
      const object = JSON.parse(body) as Node;
      this.revision += 1;
      object.metadata.uid = `uid-${object.metadata.name}`;
      object.spec = { ...object.spec, podCIDR: `10.244.${this.nodes.size}.0/24` };
      this.nodes.set(object.metadata.name, { object, rev: this.revision });
      return { status: 201, body: '{}' };
    }
    return { status: 200, body: JSON.stringify(this.#report(reportSchema.parse(JSON.parse(body)) as Report)) };
  };

  #report(report: Report): ReportAnswer {
    this.reports.push(report);
    const named = new Set([...report.nodes.map(({ name }) => name), ...report.withdrawn]);
    const changed = [...this.pods.values()]
      .filter(({ object, rev }) => rev > report.since && named.has(object.spec?.nodeName ?? ''))
      .sort((a, b) => a.rev - b.rev);
    const page = changed.slice(0, this.pageSize);
    const more = page.length < changed.length;
    const answer: ReportAnswer = {
      revision: page.at(-1)?.rev ?? 0,
      nodes: [...this.nodes.values()].filter(({ rev }) => rev > report.since).map(({ object }) => clone(object)),
      pods: page.map(({ object }) => clone(object)),
      gone: report.since === 0 ? [] : this.gone.filter(({ rev }) => rev > report.since),
      refused: [],
      ...(report.since < this.machinesRev || report.since === 0 ? { machines: this.machines } : {}),
    };
    for (const { name, status } of report.nodes) {
      const node = this.nodes.get(name);
      if (node === undefined || status === undefined) continue;
      node.object.status = { ...node.object.status, ...status };
      node.rev = ++this.revision;
    }
    for (const { namespace, name, uid, status, remove } of report.pods) {
      const pod = this.pods.get(name);
      if (pod === undefined || pod.object.metadata.uid !== uid) {
        answer.refused.push({ namespace, name, uid, reason: 'NotFound' });
        continue;
      }
      pod.object.status = { ...pod.object.status, ...status };
      pod.rev = ++this.revision;
      if (remove === true) this.remove(name);
    }
    for (const event of report.events) this.events.push(`${event.involvedObject.name} ${event.reason}`);
    if (more) answer.more = true;
    else answer.revision = this.revision;
    return answer;
  }

  phases(): Record<string, string | undefined> {
    return Object.fromEntries([...this.pods].map(([name, { object }]) => [name, object.status?.phase]));
  }
}

function world(count: number, more: Partial<NodeHostOptions> = {}) {
  const cluster = new FakeCluster();
  const clock = { now: START };
  const power: string[][] = [];
  const newHost = (off: string[] = []) =>
    new NodeHost({
      nodes: Array.from({ length: count }, (_, index) => pooledNode(index, `node-${index}`, '4', '16Gi')),
      pool: 'default',
      standing: true,
      transport: cluster.transport,
      random: seededRandom(1),
      now: () => clock.now,
      off,
      onPower: (names) => power.push([...names]),
      ...more,
    });
  const state = { host: newHost() };
  /** Runs as the shells do: a turn, then one at each due time up to `until`. */
  const run = async (until: number): Promise<void> => {
    let ask = true;
    for (;;) {
      const { error } = await state.host.turn(ask);
      expect(error).toBeUndefined();
      ask = false;
      const due = state.host.nextDue();
      if (due === undefined || due > START + until) break;
      clock.now = Math.max(due, clock.now + 25);
    }
    clock.now = Math.max(clock.now, START + until);
  };
  return { cluster, clock, state, newHost, run, power };
}

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

  describe('machines of node groups', () => {
    const machine = (name: string, bootAt = START): Machine => ({
      name,
      pool: 'group',
      cpu: '2',
      memory: '4Gi',
      ip: '10.2.0.1',
      zone: 'zone-b',
      labels: { tier: 'x' },
      taints: [{ key: 'k', effect: 'NoSchedule' }],
      bootAt,
    });

    it('register when they have booted, as their group says', async () => {
      const { cluster, clock, state, run } = world(1);
      cluster.order(machine('m', START + 3000));
      await run(2900);
      expect([...cluster.nodes.keys()]).toEqual(['node-0']);
      expect(state.host.nextDue()).toBe(START + 3000);
      await run(3100);
      const node = cluster.nodes.get('m')?.object;
      expect(node?.spec?.providerID).toBe('kubewisp://group/m');
      expect(node?.spec?.taints?.map(({ key }) => key)).toEqual([
        'node.cloudprovider.kubernetes.io/uninitialized',
        'k',
      ]);
      expect(node?.metadata.labels).toMatchObject({ tier: 'x', 'topology.kubernetes.io/zone': 'zone-b' });
      expect(node?.status?.allocatable).toMatchObject({ cpu: '2', memory: '4Gi' });
      cluster.bind('a', 'm');
      await run(9000);
      expect(cluster.phases()).toEqual({ a: 'Running' });
      expect(state.host.nextDue()).toBeUndefined();
      expect(clock.now).toBe(START + 9000);
    });

    it('stop when their group has them no longer', async () => {
      const { cluster, run } = world(1);
      cluster.order(machine('m'), machine('n'));
      await run(100);
      expect([...cluster.nodes.keys()]).toEqual(['node-0', 'm', 'n']);
      cluster.order(machine('n'));
      cluster.bind('late', 'm');
      await run(9000);
      await run(9001);
      expect(cluster.phases()).toEqual({ late: 'Pending' });
      expect(cluster.reports.at(-1)?.nodes.map(({ name }) => name)).toEqual(['node-0', 'n']);
    });

    it('a host that starts anew loses none, doubles none, and has all their pods', async () => {
      const { cluster, state, newHost, run } = world(1);
      cluster.order(machine('m'), machine('late', START + 20_000));
      cluster.pageSize = 2;
      await run(100);
      for (const name of ['a', 'b', 'c', 'd', 'e']) cluster.bind(name, 'm');
      await run(9000);
      const events = [...cluster.events];
      for (let restart = 0; restart < 3; restart++) {
        state.host = newHost();
        await run(9000 + restart);
      }
      expect(cluster.events).toEqual(events);
      expect([...cluster.nodes.keys()]).toEqual(['node-0', 'm']);
      expect(Object.values(cluster.phases())).toEqual(Array(5).fill('Running'));
      for (const name of ['a', 'b', 'c', 'd', 'e']) cluster.delete(name, START + 9100);
      state.host = newHost();
      await run(50_000);
      expect(cluster.phases()).toEqual({});
      expect([...cluster.nodes.keys()]).toEqual(['node-0', 'm', 'late']);
    });
  });
});
