import { describe, expect, it } from 'vitest';
import type { Client } from '../../api/client.ts';
import type { ConfigMap } from '../../api/types/core-v1.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import type { Component, Context, Controller, Outcome } from './component.ts';

type Reconcile = (key: string, context: Context) => Outcome | undefined;

/** Reconciles each ConfigMap; notes the keys. */
function watcher(reconcile: Reconcile, name = 'watcher'): Controller & { keys: string[] } {
  const keys: string[] = [];
  return {
    name,
    keys,
    watches: { configmaps: (change) => [`${change.namespace}/${change.name}`] },
    reconcile(key, context) {
      keys.push(key);
      return reconcile(key, context);
    },
  };
}

function make(client: Client, name: string, data: Record<string, string> = {}): ConfigMap {
  const result = client.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'a' },
    data,
  });
  if (!result.ok) throw new Error(result.status.message);
  return result.value;
}

describe('runtime', () => {
  it('reconciles each changed key once, in order of arrival', () => {
    const controller = watcher(() => undefined);
    const cluster = new FakeCluster({ controllers: [controller] });
    make(cluster.client, 'two');
    make(cluster.client, 'one');
    cluster.client.delete('configmaps', 'a', 'two');
    expect(cluster.settle()).toBeUndefined();
    // 'two' was never seen alive: the runtime was primed at first start.
    expect(controller.keys).toEqual(['a/one']);
    make(cluster.client, 'three');
    cluster.client.delete('configmaps', 'a', 'one');
    cluster.client.delete('configmaps', 'a', 'three');
    cluster.settle();
    expect(controller.keys).toEqual(['a/one', 'a/three', 'a/one']);
  });

  it('slows down controllers that undo each other', () => {
    const flip = (name: string, value: string): Controller => ({
      ...watcher((key, { client }) => {
        const map = client.get('configmaps', 'a', key.slice(2));
        if (map !== undefined && map.data?.['by'] !== value)
          client.update('configmaps', { ...map, data: { by: value } });
        return undefined;
      }, name),
    });
    const cluster = new FakeCluster({ controllers: [flip('one', '1'), flip('two', '2')] });
    make(cluster.client, 'x');
    const due = cluster.settle();
    expect(due).toBeGreaterThan(cluster.now);
    expect(cluster.history.length).toBeLessThan(5_000);
    const before = cluster.history.length;
    cluster.advance(10_000);
    expect(cluster.history.length - before).toBeLessThan(150);
  });

  it('moves its durable cursor only past changes that are answered', () => {
    const controller = watcher(() => undefined);
    const cluster = new FakeCluster({ controllers: [controller] });
    cluster.settle();
    for (const name of ['a', 'b', 'c']) make(cluster.client, name);
    expect(cluster.runtime.run(-1)).toEqual({ more: true, nextDue: undefined });
    expect(controller.keys).toEqual(['a/a']);
    expect(cluster.store.cursor('components')).toBe(1);
    cluster.restart();
    cluster.settle();
    expect(controller.keys).toEqual(['a/a', 'a/b', 'a/c']);
    expect(cluster.store.cursor('components')).toBe(3);
  });

  it('undoes a slice that cannot be committed, and repeats it', () => {
    const controller = watcher((key, { client }) => {
      if (key === 'a/first') make(client, 'second');
      return undefined;
    });
    const cluster = new FakeCluster({ controllers: [controller] });
    cluster.settle();
    make(cluster.client, 'first');
    expect(() =>
      cluster.store.transaction(() => {
        cluster.runtime.run(50);
        throw new Error('disk is full');
      }),
    ).toThrow('disk is full');
    expect(cluster.client.get('configmaps', 'a', 'second')).toBeUndefined();
    cluster.restart();
    cluster.settle();
    expect(cluster.client.get('configmaps', 'a', 'second')).toBeDefined();
    expect(cluster.history).toHaveLength(2);
  });

  it('backs off exponentially after errors, across restarts, and forgets it after a success', () => {
    const times: number[] = [];
    let failures = 4;
    const controller = watcher((_, { now }) => {
      times.push(now);
      return failures-- > 0 ? { error: 'not yet' } : undefined;
    });
    const cluster = new FakeCluster({ controllers: [controller] });
    make(cluster.client, 'x');
    const start = cluster.now;
    cluster.advance(11);
    cluster.restart();
    cluster.advance(1000);
    expect(times.map((time) => time - start)).toEqual([0, 5, 15, 35, 75]);
    expect(cluster.store.nextDue()).toBeUndefined();
    expect(cluster.reconciles.map(({ result }) => result)).toEqual(['error', 'error', 'error', 'error', 'success']);
  });

  it('never waits longer than 1000 s between attempts', () => {
    const controller = watcher(() => ({ error: 'never' }));
    const cluster = new FakeCluster({ controllers: [controller] });
    make(cluster.client, 'x');
    cluster.advance(10_000_000);
    const { due } = cluster.store.timer('watcher', 'a/x') ?? { due: 0 };
    expect(due - cluster.now).toBeLessThanOrEqual(1_000_000);
    expect(controller.keys.length).toBeGreaterThan(20);
  });

  it('comes back after requeueAfter, and a later reconcile without it clears the timer', () => {
    let wait: number | undefined = 60_000;
    const controller = watcher(() => (wait === undefined ? undefined : { requeueAfter: wait }));
    const cluster = new FakeCluster({ controllers: [controller] });
    const object = make(cluster.client, 'x');
    expect(cluster.settle()).toBe(cluster.now + 60_000);
    cluster.restart();
    cluster.advance(60_000);
    expect(controller.keys).toHaveLength(2);
    wait = undefined;
    cluster.client.update('configmaps', { ...object, data: { a: '1' } });
    expect(cluster.settle()).toBeUndefined();
    expect(controller.keys).toHaveLength(3);
  });

  it('isolates a controller that throws: its writes are undone, the others go on, the key is backed off', () => {
    let broken = true;
    const bad = watcher((_, { client }) => {
      if (broken) {
        make(client, 'half-done');
        throw new Error('bug');
      }
      return undefined;
    }, 'bad');
    const good = watcher(() => undefined, 'good');
    const cluster = new FakeCluster({ controllers: [bad, good] });
    make(cluster.client, 'x');
    expect(cluster.settle()).toBe(cluster.now + 5);
    expect(good.keys).toEqual(['a/x']);
    expect(cluster.client.get('configmaps', 'a', 'half-done')).toBeUndefined();
    expect(cluster.logs[0]).toMatchObject({ level: 'error', fields: { component: 'bad', key: 'a/x' } });
    broken = false;
    cluster.advance(5);
    expect(cluster.store.nextDue()).toBeUndefined();
  });

  it('logs a change that a controller cannot map to keys, and goes on', () => {
    const bad: Controller = {
      name: 'bad',
      watches: {
        configmaps: () => {
          throw new Error('bug');
        },
      },
      reconcile: () => undefined,
    };
    const good = watcher(() => undefined, 'good');
    const cluster = new FakeCluster({ controllers: [bad, good] });
    cluster.settle();
    make(cluster.client, 'x');
    cluster.settle();
    expect(good.keys).toEqual(['a/x']);
    expect(cluster.logs[0]).toMatchObject({ fields: { component: 'bad', key: 'configmaps a/x' } });
  });

  it('writes name the newest change that asked for the key as their cause', () => {
    const controller = watcher((key, { client }) => {
      const source = client.get('configmaps', 'a', 'source');
      if (key === 'a/source' && source?.data?.['v'] === '2') make(client, 'copy');
      return undefined;
    });
    const cluster = new FakeCluster({ controllers: [controller] });
    cluster.settle();
    const source = make(cluster.client, 'source');
    make(cluster.client, 'other');
    cluster.client.update('configmaps', { ...source, data: { v: '2' } });
    cluster.settle();
    expect(cluster.history.map(({ name, cause, actor }) => [name, cause, actor])).toEqual([
      ['source', 0, 'user'],
      ['other', 0, 'user'],
      ['source', 0, 'user'],
      ['copy', 3, 'watcher'],
    ]);
  });

  it('primes a controller that is new to a cluster with its live objects', () => {
    const early = watcher(() => undefined, 'early');
    const late = watcher(() => undefined, 'late');
    const cluster = new FakeCluster({ controllers: [early] });
    make(cluster.client, 'x');
    make(cluster.client, 'y');
    cluster.settle();
    cluster.restart({ controllers: [early, late] });
    cluster.runtime.run(-1);
    expect(late.keys).toEqual(['a/x']);
    // A crash in the midst of it: the controller is primed again.
    cluster.restart();
    cluster.settle();
    cluster.restart();
    cluster.settle();
    expect(late.keys).toEqual(['a/x', 'a/x', 'a/y']);
    expect(early.keys).toEqual(['a/x', 'a/y']);
  });

  it('primes all when compaction has overtaken the cursor', () => {
    const controller = watcher(() => undefined);
    const cluster = new FakeCluster({ controllers: [controller] });
    make(cluster.client, 'x');
    cluster.settle();
    make(cluster.client, 'y');
    cluster.store.compacted = 2;
    cluster.restart();
    cluster.settle();
    expect(controller.keys).toEqual(['a/x', 'a/x', 'a/y']);
  });

  it('is interested only in what some component watches', () => {
    const all: Controller = {
      name: 'all',
      watches: {},
      watchesAll: { interest: ({ text }) => text.includes('ownerReferences'), keys: () => [] },
      reconcile: () => undefined,
    };
    const cluster = new FakeCluster({ controllers: [watcher(() => undefined), all] });
    const about = (resource: 'configmaps' | 'secrets', text = '{}') =>
      cluster.runtime.interested({
        resource,
        verb: 'create',
        text,
        isOwner: () => false,
        isNamespaceEnding: () => false,
        namespaceHolds: () => false,
      });
    expect(about('configmaps')).toBe(true);
    expect(about('secrets')).toBe(false);
    expect(about('secrets', '{"metadata":{"ownerReferences":[]}}')).toBe(true);
  });

  it('drops timers of components that are gone', () => {
    const cluster = new FakeCluster({ controllers: [] });
    cluster.store.setTimer({ component: 'gone', key: 'k', due: cluster.now, attempt: 0, cause: 0 });
    expect(cluster.settle()).toBeUndefined();
  });

  it('starts a general component anew after it threw, with growing pauses', () => {
    const starts: number[] = [];
    let work = 0;
    let failures = 3;
    const component: Component = {
      name: 'general',
      resources: ['configmaps'],
      start: ({ now, client }) => {
        starts.push(now);
        work = client.list('configmaps').length;
      },
      observe: () => {
        work += 1;
      },
      step: () => {
        if (work === 0) return false;
        if (failures-- > 0) throw new Error('bug');
        work -= 1;
        return true;
      },
      nextDue: () => undefined,
    };
    const cluster = new FakeCluster({ components: () => [component] });
    cluster.settle();
    const start = cluster.now;
    make(cluster.client, 'x');
    cluster.advance(1000);
    expect(starts.map((time) => time - start)).toEqual([0, 5, 15, 35]);
    expect(work).toBe(0);
    expect(cluster.settle()).toBeUndefined();
  });
});
