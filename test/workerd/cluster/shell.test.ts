// The cluster's object seen through the gateway: what it stores, what it does when it sleeps, what it keeps apart.

import { evictDurableObject, runInDurableObject, SELF } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { alarmOf, bindings, configMap, CONFIG_MAPS, createCluster, Frames, make, operate, settle } from './support.ts';

const tablesOf = (stub: DurableObjectStub<Cluster>): Promise<string[]> =>
  runInDurableObject(stub, (_cluster, { storage }) =>
    storage.sql
      .exec<{ name: string }>('SELECT name FROM sqlite_master')
      .toArray()
      .map(({ name }) => name),
  );

async function figure(ask: (path: string) => Promise<Response>, name: string): Promise<number> {
  const line = (await (await ask('/metrics')).text()).split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
}

describe('clusters', () => {
  it('are made, listed, described and removed with their data', async () => {
    const cluster = await createCluster('life');
    expect((await cluster.ask('/api/v1/namespaces/default')).status).toBe(200);
    const listed = (await (await operate('/clusters')).json()) as { items: Array<{ name: string; server: string }> };
    expect(listed.items).toContainEqual(
      expect.objectContaining({ name: 'life', server: 'https://kubewisp.test/clusters/life' }),
    );
    const again = await operate('/clusters', { method: 'POST', body: JSON.stringify({ name: 'life' }) });
    expect([again.status, await again.json()]).toMatchObject([
      409,
      { message: 'clusters.kubewisp.dev "life" already exists' },
    ]);
    expect(await (await operate('/clusters/life/kubeconfig')).text()).toContain('current-context: kubewisp-life');

    expect((await operate('/clusters/life', { method: 'DELETE' })).status).toBe(200);
    expect((await cluster.ask('/api/v1/namespaces/default')).status).toBe(404);
    expect(await tablesOf(cluster.stub)).not.toContain('events');
    expect(await alarmOf(cluster.stub)).toBeNull();
    expect((await operate('/clusters/life', { method: 'DELETE' })).status).toBe(404);
    await createCluster('life');
  });

  it('get a name where none is given', async () => {
    const answer = await operate('/clusters', { method: 'POST', body: '{"nodes":0}' });
    expect((await answer.json<{ name: string }>()).name).toMatch(/^[a-z]+-[a-z]+-[a-z0-9]{4}$/);
  });

  it('are the operator’s alone to make', async () => {
    const answer = await SELF.fetch('https://kubewisp.test/clusters', { method: 'POST', body: '{}' });
    expect([answer.status, await answer.json()]).toMatchObject([401, { kind: 'Status', reason: 'Unauthorized' }]);
  });

  it('that do not exist are not found, and leave nothing in storage', async () => {
    const answer = await SELF.fetch('https://kubewisp.test/clusters/never/api/v1/pods');
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { kind: 'Status', reason: 'NotFound', message: 'clusters.kubewisp.dev "never" not found' },
    ]);
    expect(await tablesOf(bindings.CLUSTER.get(bindings.CLUSTER.idFromName('never')))).toEqual([]);
  });

  it('answer at the gateway itself only health, and Status for the rest', async () => {
    expect(await (await SELF.fetch('https://kubewisp.test/livez')).text()).toBe('ok');
    const answer = await SELF.fetch('https://kubewisp.test/api');
    expect([answer.status, await answer.json()]).toMatchObject([404, { kind: 'Status', reason: 'NotFound' }]);
  });
});

describe('requests', () => {
  it('write, read and refuse within one group, each for itself', async () => {
    const { ask } = await createCluster('group');
    const names = Array.from({ length: 20 }, (_, index) => (index % 4 === 3 ? 'Not A Name' : `c${index}`));
    const answers = await Promise.all(names.map((name) => ask(CONFIG_MAPS, { method: 'POST', body: configMap(name) })));
    expect(answers.map(({ status }) => status)).toEqual(names.map((name) => (name.startsWith('c') ? 201 : 422)));
    const listed = (await (await ask(CONFIG_MAPS)).json()) as { items: Array<{ metadata: { name: string } }> };
    const kept = listed.items.map(({ metadata }) => metadata.name).filter((name) => /^c\d/.test(name));
    expect(new Set(kept)).toEqual(new Set(names.filter((name) => name.startsWith('c'))));
  });

  it('with a body that is too large change nothing', async () => {
    const { ask } = await createCluster('large');
    const before = await figure(ask, 'kubewisp_log_revision');
    const answer = await ask(CONFIG_MAPS, { method: 'POST', body: configMap('a', { k: 'x'.repeat(3_200_000) }) });
    expect([answer.status, await answer.json()]).toMatchObject([
      413,
      { message: 'Request entity too large: limit is 3145728' },
    ]);
    expect(await figure(ask, 'kubewisp_log_revision')).toBe(before);
  });

  it('are answered in the form that was asked for, without internal headers', async () => {
    const { ask } = await createCluster('forms');
    await make(ask, 'a', { k: '1' });
    const yaml = await ask(`${CONFIG_MAPS}/a`, { headers: { Accept: 'application/yaml' } });
    expect(yaml.headers.get('Content-Type')).toBe('application/yaml');
    expect(await yaml.text()).toMatch(/^apiVersion: v1\ndata:\n {2}k: "1"\nkind: ConfigMap\n/);
    const table = await ask(CONFIG_MAPS, { headers: { Accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' } });
    expect(await table.json()).toMatchObject({ kind: 'Table', rows: [{ cells: ['a', 1, expect.any(String)] }] });
    for (const answer of [yaml, table]) {
      expect([...answer.headers.keys()].filter((name) => name.startsWith('x-kubewisp'))).toEqual([]);
    }
    const lost = await ask(`${CONFIG_MAPS}/b`, { headers: { Accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' } });
    expect([lost.status, await lost.json()]).toMatchObject([404, { kind: 'Status' }]);
  });
});

describe('an object', () => {
  it('that was evicted answers from its storage', async () => {
    const { ask, stub } = await createCluster('evicted');
    await make(ask, 'a', { k: '1' });
    await settle(stub);
    await evictDurableObject(stub);
    expect(await (await ask(`${CONFIG_MAPS}/a`)).json()).toMatchObject({ data: { k: '1' } });
    await make(ask, 'b');
  });

  it('that was evicted with work to do finds it again by its alarm', async () => {
    const { ask, stub } = await createCluster('work');
    await settle(stub);
    const labels = { app: 'a' };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } },
      },
    };
    const path = '/apis/apps/v1/namespaces/default';
    const made = await ask(`${path}/deployments`, { method: 'POST', body: deployment });
    expect([made.status, await made.text()]).toMatchObject([201, expect.any(String)]);
    await evictDurableObject(stub);
    await settle(stub);
    const sets = await (await ask(`${path}/replicasets`)).json();
    expect(sets).toMatchObject({ items: [{ metadata: { ownerReferences: [{ name: 'web' }] } }] });
  });

  it('with nothing to do arms no alarm and writes nothing', async () => {
    const { ask, stub } = await createCluster('idle');
    await settle(stub);
    expect(await alarmOf(stub)).toBeNull();
    const written = await figure(ask, 'kubewisp_rows_written_total');
    expect(written).toBeGreaterThan(0);
    await (await ask('/api/v1/namespaces')).text();
    expect(await figure(ask, 'kubewisp_rows_written_total')).toBe(written);
    expect(await alarmOf(stub)).toBeNull();
  });
});

describe('watches', () => {
  it('get the present state, then what happens, then end in time', async () => {
    const { ask } = await createCluster('watch');
    await make(ask, 'a');
    const answer = await ask(`${CONFIG_MAPS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name!=kube-root-ca.crt`);
    expect(answer.headers.get('Content-Encoding')).toBe('identity');
    const frames = new Frames(answer);
    expect(await frames.take(1)).toMatchObject([{ type: 'ADDED', object: { metadata: { name: 'a' } } }]);
    await make(ask, 'b');
    await (await ask(`${CONFIG_MAPS}/a`, { method: 'DELETE' })).text();
    expect(await frames.take(2)).toMatchObject([
      { type: 'ADDED', object: { metadata: { name: 'b' } } },
      { type: 'DELETED', object: { metadata: { name: 'a' } } },
    ]);
    expect(await frames.next()).toBeUndefined();
  });

  it('go on after the object has slept, without a gap', async () => {
    const { ask, stub } = await createCluster('asleep');
    const frames = new Frames(await ask(`${CONFIG_MAPS}?watch=1&fieldSelector=metadata.name!=kube-root-ca.crt`));
    await make(ask, 'a');
    const before = await frames.take(1);
    await settle(stub);
    await evictDurableObject(stub);
    await make(ask, 'b');
    await make(ask, 'c');
    const after = await frames.take(2);
    expect([...before, ...after].map(({ object }) => object.metadata.name)).toEqual(['a', 'b', 'c']);
    await frames.cancel();
  });

  it('of what cannot be watched get a plain answer', async () => {
    const { ask } = await createCluster('plain');
    const answer = await ask('/api/v1/namespaces/default/nothings?watch=1');
    expect([answer.status, await answer.json()]).toMatchObject([404, { kind: 'Status' }]);
  });

  it('end when the cluster is removed', async () => {
    const { ask } = await createCluster('gone');
    const frames = new Frames(await ask(`${CONFIG_MAPS}?watch=1&resourceVersion=1`));
    await operate('/clusters/gone', { method: 'DELETE' });
    while ((await frames.next()) !== undefined);
  });
});
