// The node pool's shell: when it works, when it sleeps, what it remembers. The cluster is a stand-in that answers reports.

import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/api/report.ts';
import type { NodePool } from '../../src/nodes/pool/node-pool.ts';

const pools = (env as unknown as { NODE_POOL: DurableObjectNamespace<NodePool> }).NODE_POOL;

type Answer = (path: string, report: Report) => Promise<object | number> | object | number;

const NOTHING = { nodes: [], pods: [], gone: [], refused: [] };
const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-0', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { podCIDR: '10.244.0.0/24' },
};

/** Gives the pool a cluster that records what it is asked and answers with `answer`; a number is an HTTP status. */
async function withCluster(stub: DurableObjectStub<NodePool>, requests: string[], answer: Answer): Promise<void> {
  await runInDurableObject(stub, (pool) => {
    const fetch = async (url: string, init: { body: string; headers: Record<string, string> }): Promise<Response> => {
      const path = url.replace('https://cluster.internal', '');
      requests.push(`${path} ${init.headers['authorization'] ?? ''}`);
      const answered = await answer(path, JSON.parse(init.body) as Report);
      return typeof answered === 'number' ? new Response('no', { status: answered }) : Response.json(answered);
    };
    const CLUSTER = { idFromName: (name: string) => name, get: () => ({ fetch }) };
    Object.defineProperty(pool, 'env', { value: { CLUSTER } });
  });
}

function alarmOf(stub: DurableObjectStub<NodePool>): Promise<number | null> {
  return runInDurableObject(stub, (_pool, { storage }) => storage.getAlarm());
}

/** Runs alarms as they come due, at most for a while. */
async function settle(stub: DurableObjectStub<NodePool>): Promise<void> {
  for (let i = 0; i < 40; i++) {
    if ((await alarmOf(stub)) === null) {
      await scheduler.wait(20);
      if ((await alarmOf(stub)) === null) return;
    }
    await runDurableObjectAlarm(stub);
  }
}

const CONFIG = { cluster: 'c1', token: 'secret', nodes: [{ name: 'node-0', cpu: '4', memory: '16Gi' }] };

describe('node pool', () => {
  it('reports with its token, then arms no alarm', async () => {
    const stub = pools.getByName('idle');
    const requests: string[] = [];
    await withCluster(stub, requests, (_path, report) => ({
      ...NOTHING,
      revision: 7,
      nodes: report.since === 0 ? [NODE] : [],
    }));
    await stub.configure(CONFIG);
    await settle(stub);
    expect(new Set(requests)).toEqual(new Set(['/clusters/c1/kubewisp/v1/report Bearer secret']));
    expect(requests.length).toBeLessThan(4);
    expect(await alarmOf(stub)).toBeNull();
    await scheduler.wait(100);
    expect(requests.length).toBeLessThan(4);
  });

  it('follows pokes during a turn with exactly one more', async () => {
    const stub = pools.getByName('pokes');
    const requests: string[] = [];
    let hold = false;
    await withCluster(stub, requests, async (_path, report) => {
      while (hold) await scheduler.wait(5);
      return { ...NOTHING, revision: 7, nodes: report.since === 0 ? [NODE] : [] };
    });
    await stub.configure(CONFIG);
    await settle(stub);
    const before = requests.length;
    hold = true;
    await stub.poke();
    while (requests.length === before) await scheduler.wait(5);
    for (let i = 0; i < 10; i++) await stub.poke();
    expect(requests.length).toBe(before + 1);
    hold = false;
    await scheduler.wait(200);
    await settle(stub);
    expect(requests.length).toBe(before + 2);
    expect(await alarmOf(stub)).toBeNull();
  });

  it('tries again later when the cluster does not answer', async () => {
    const stub = pools.getByName('retry');
    const requests: string[] = [];
    let broken = true;
    await withCluster(stub, requests, (_path, report) =>
      broken ? 503 : { ...NOTHING, revision: 7, nodes: report.since === 0 ? [NODE] : [] },
    );
    await stub.configure(CONFIG);
    while (requests.length === 0) await scheduler.wait(5);
    await scheduler.wait(20);
    const alarm = await alarmOf(stub);
    expect((alarm ?? 0) - Date.now()).toBeGreaterThan(100);
    broken = false;
    await settle(stub);
    expect(await alarmOf(stub)).toBeNull();
  });

  it('remembers across an eviction which nodes had no power', async () => {
    const stub = pools.getByName('power');
    const reports: Report[] = [];
    let power = 'off';
    const answer: Answer = (_path, report) => {
      reports.push(report);
      const node = { ...NODE, metadata: { ...NODE.metadata, annotations: { 'kubewisp.dev/power': power } } };
      return { ...NOTHING, revision: 7, nodes: report.since === 0 ? [node] : [] };
    };
    await withCluster(stub, [], answer);
    await stub.configure(CONFIG);
    await settle(stub);
    expect(reports.at(-1)?.withdrawn).toEqual(['node-0']);
    await evictDurableObject(stub);
    power = 'on';
    await withCluster(stub, [], answer);
    await stub.poke();
    await settle(stub);
    const rebooted = reports.flatMap(({ events }) => events).filter(({ reason }) => reason === 'Rebooted');
    expect(rebooted).toHaveLength(1);
    expect(reports.at(-1)?.withdrawn).toEqual([]);
  });

  it('an eviction loses no machine of a node group, and doubles none', async () => {
    const stub = pools.getByName('machines');
    const machine = (name: string, bootAt: number) => ({
      ...{
        name,
        pool: 'group',
        cpu: '2',
        memory: '4Gi',
        ip: '10.2.0.1',
        zone: 'zone-a',
        labels: {},
        taints: [],
        bootAt,
      },
    });
    const bootAt = Date.now() + 400;
    const machines = [machine('m-1', 0), machine('m-2', bootAt)];
    const registered = new Map<string, object>();
    const posted: string[] = [];
    const reports: Report[] = [];
    const answer: Answer = (path, report) => {
      if (path.endsWith('/api/v1/nodes')) {
        const node = report as unknown as typeof NODE;
        posted.push(node.metadata.name);
        registered.set(node.metadata.name, { ...node, metadata: { ...NODE.metadata, name: node.metadata.name } });
        return node;
      }
      reports.push(report);
      const nodes = report.nodes.flatMap(({ name }) => registered.get(name) ?? []);
      return { ...NOTHING, revision: 7, nodes, ...(report.since === 0 ? { machines } : {}) };
    };
    await withCluster(stub, [], answer);
    await stub.configure(CONFIG);
    await stub.poke();
    await runDurableObjectAlarm(stub);
    expect(posted).toEqual(['node-0', 'm-1']);
    // The alarm that waits for the boot outlives the host.
    expect(await alarmOf(stub)).toBeLessThanOrEqual(bootAt);
    await evictDurableObject(stub);
    await withCluster(stub, [], answer);
    await scheduler.wait(Math.max(0, bootAt - Date.now()));
    await settle(stub);
    expect(posted).toEqual(['node-0', 'm-1', 'm-2']);
    await evictDurableObject(stub);
    await withCluster(stub, [], answer);
    await stub.poke();
    await settle(stub);
    expect(posted).toEqual(['node-0', 'm-1', 'm-2']);
    expect(reports.at(-1)?.nodes.map(({ name }) => name)).toEqual(['node-0', 'm-1', 'm-2']);
  });

  it('leaves nothing behind when it is destroyed', async () => {
    const stub = pools.getByName('gone');
    await withCluster(stub, [], () => 503);
    await stub.configure(CONFIG);
    await stub.destroy();
    expect(await alarmOf(stub)).toBeNull();
    await stub.poke();
    await scheduler.wait(50);
    expect(await alarmOf(stub)).toBeNull();
  });
});
