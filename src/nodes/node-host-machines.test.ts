import { describe, expect, it } from 'vitest';
import type { Machine } from '../api/report.ts';
import { START, world } from './testing/world.ts';

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
    expect(node?.spec?.taints?.map(({ key }) => key)).toEqual(['node.cloudprovider.kubernetes.io/uninitialized', 'k']);
    expect(node?.metadata.labels).toMatchObject({ tier: 'x', 'topology.kubernetes.io/zone': 'zone-b' });
    expect(node?.status?.allocatable).toMatchObject({ cpu: '2', memory: '4Gi' });
    cluster.bind('a', 'm');
    await run(9000);
    expect(cluster.phases()).toEqual({ a: 'Running' });
    expect(state.host.nextDue()).toBeUndefined();
    expect(clock.now).toBe(START + 9000);
  });

  it('a pod that was bound before its machine came runs; nobody else is asked about again', async () => {
    const { cluster, state, run } = world(1);
    await run(100);
    cluster.bind('here', 'node-0');
    await run(9000);
    cluster.bind('early', 'm');
    await run(9100);
    const { length } = cluster.reports;
    cluster.order(machine('m'));
    await run(20_000);
    expect(cluster.phases()).toEqual({ here: 'Running', early: 'Running' });
    expect(cluster.reports.slice(length).filter(({ since }) => since === 0)).toEqual([]);
    expect(cluster.reports.filter(({ anew }) => anew !== undefined).map(({ anew }) => anew)).toEqual([['m']]);
    expect(state.host.nextDue()).toBeUndefined();
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

  it('one that may not register asks again later and later, and nobody waits for it', async () => {
    const errors: string[] = [];
    const { cluster, state, run } = world(1, { onRefused: (error) => errors.push(error) });
    cluster.refused.add('m');
    cluster.order(machine('m'), machine('n'));
    await run(100);
    cluster.bind('a', 'n');
    await run(9000);
    expect(cluster.phases()).toEqual({ a: 'Running' });
    expect(errors).toEqual(['/api/v1/nodes: 422 m is invalid']);
    await run(1_000_000);
    expect(errors).toHaveLength(7);
    cluster.refused.clear();
    await run(5_000_000);
    expect([...cluster.nodes.keys()]).toEqual(['node-0', 'n', 'm']);
    expect(state.host.nextDue()).toBeUndefined();
  });

  it('one that may not register and is given back is asked for no more', async () => {
    const { cluster, state, run } = world(1);
    cluster.refused.add('m');
    cluster.order(machine('m'));
    await run(100);
    expect(state.host.nextDue()).toBeGreaterThan(START);
    cluster.order();
    await run(200);
    expect(state.host.nextDue()).toBeUndefined();
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
