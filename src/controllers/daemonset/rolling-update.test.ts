// After kubernetes pkg/controller/daemon/update_test.go.

import { describe, expect, it } from 'vitest';
import type { DaemonSet } from '../../api/types/apps-v1.ts';
import { Daemons } from '../testing/daemons.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aDaemonSet, must } from '../testing/objects.ts';
import { daemonSetController } from './daemonset-controller.ts';
import { limitsOf } from './strategy.ts';

describe('rolling update', () => {
  it('TestDaemonSetUpdatesPods: one node at a time, in a new revision', () => {
    let unavailable = 0;
    const cluster = new Daemons(['n0', 'n1', 'n2']);
    cluster.setImage('app:2');
    for (let due = cluster.settle(); due !== undefined; due = cluster.settle()) cluster.now = due;
    for (const { resource, object } of cluster.history) {
      if (resource !== 'daemonsets.apps') continue;
      const { status } = object() as DaemonSet;
      if ((status?.observedGeneration ?? 0) === 2) unavailable = Math.max(unavailable, status?.numberUnavailable ?? 0);
    }
    expect(cluster.placement).toEqual(['n0 app:2', 'n1 app:2', 'n2 app:2']);
    expect(unavailable).toBe(1);
    expect(cluster.revisions).toEqual([1, 2]);
    expect(cluster.set.status).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3, observedGeneration: 2 });
  });

  it('TestDaemonSetUpdatesAllOldPodsNotReady: at once, whatever maxUnavailable', () => {
    const cluster = new Daemons(['n0', 'n1', 'n2'], {}, { ready: (pod) => pod.spec?.containers[0]?.image !== 'app:1' });
    cluster.setImage('app:2');
    cluster.settle();
    expect(cluster.placement).toEqual(['n0 app:2', 'n1 app:2', 'n2 app:2']);
  });

  it('TestDaemonSetUpdatesNoTemplateChanged', () => {
    const cluster = new Daemons(['n0']);
    const [before] = cluster.pods();
    cluster.change((spec) => (spec.minReadySeconds = 5));
    cluster.advance(10_000);
    expect(cluster.pods()[0]?.metadata.name).toBe(before?.metadata.name);
    expect(cluster.revisions).toEqual([1]);
  });

  it('a bad update stops at maxUnavailable, and an undo takes the old revision again', () => {
    const cluster = new Daemons(['n0', 'n1', 'n2'], {}, { ready: (pod) => pod.spec?.containers[0]?.image !== 'bad' });
    cluster.setImage('bad');
    cluster.settle();
    expect(cluster.placement.filter((text) => text.endsWith('bad'))).toHaveLength(1);
    expect(cluster.set.status).toMatchObject({ numberUnavailable: 1, updatedNumberScheduled: 1 });
    cluster.setImage('app:1');
    cluster.settle();
    expect(cluster.placement).toEqual(['n0 app:1', 'n1 app:1', 'n2 app:1']);
    expect(cluster.revisions).toEqual([2, 3]);
  });

  it('TestDaemonSetUpdatesPodsWithMaxSurge: a new pod is there before the old one goes', () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
    const cluster = new Daemons(['n0', 'n1'], { updateStrategy });
    cluster.setImage('app:2');
    cluster.settle();
    expect(cluster.placement).toEqual(['n0 app:2', 'n1 app:2']);
    const statuses = cluster.history
      .filter(({ resource }) => resource === 'daemonsets.apps')
      .map(({ object }) => object() as DaemonSet)
      .filter(({ status }) => status?.observedGeneration === 2);
    expect(statuses.map(({ status }) => status?.numberAvailable)).not.toContain(1);
    expect(Math.max(...podsOverTime(cluster))).toBe(3);
  });

  it('OnDelete: only what is deleted becomes new', () => {
    const cluster = new Daemons(['n0', 'n1'], { updateStrategy: { type: 'OnDelete' } });
    cluster.setImage('app:2');
    cluster.settle();
    expect(cluster.placement).toEqual(['n0 app:1', 'n1 app:1']);
    expect(cluster.set.status?.updatedNumberScheduled).toBeUndefined();
    cluster.client.delete('pods', 'a', cluster.pods()[0]?.metadata.name ?? '');
    cluster.settle();
    expect(cluster.placement.filter((text) => text.endsWith('app:2'))).toHaveLength(1);
    expect(cluster.set.status).toMatchObject({ updatedNumberScheduled: 1, observedGeneration: 2 });
  });

  it('keeps as many old revisions as revisionHistoryLimit, and those that pods are of', () => {
    const cluster = new Daemons(['n0'], { revisionHistoryLimit: 1 });
    for (const image of ['app:2', 'app:3', 'app:4']) {
      cluster.setImage(image);
      cluster.settle();
    }
    expect(cluster.revisions).toEqual([3, 4]);
  });

  it('revisions of one template become one, which their pods are of', () => {
    const cluster = new Daemons(['n0']);
    const [revision] = cluster.client.list('controllerrevisions.apps');
    if (revision === undefined) throw new Error('no revision');
    const { name: _, uid: __, resourceVersion: ___, ...metadata } = revision.metadata;
    const labels = { ...metadata.labels, 'controller-revision-hash': 'twin' };
    must(
      cluster.client.create('controllerrevisions.apps', {
        ...revision,
        metadata: { ...metadata, name: 'web-twin', labels },
        revision: 5,
      }),
    );
    cluster.settle();
    expect(cluster.revisions).toEqual([5]);
    expect(cluster.pods().map(({ metadata: { labels: of } }) => of?.['controller-revision-hash'])).toEqual(['twin']);
    expect(cluster.set.status).toMatchObject({ updatedNumberScheduled: 1 });
  });

  it('a surge takes the pod of a node that no longer wants one when enough others are available', () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
    const cluster = new Daemons(['n0'], { updateStrategy });
    cluster.addNode('n1', {}, { role: 'edge' });
    cluster.change((spec) => {
      spec.template.spec = { containers: [{ name: 'c', image: 'app:2' }], nodeSelector: { role: 'edge' } };
    });
    cluster.settle();
    expect(cluster.placement).toEqual(['n1 app:2']);
  });

  it.each([
    ['TestUnavailableCount: share, rounded up', '10%', 0, 11, { surge: 0, unavailable: 2 }],
    ['count', 3, 0, 11, { surge: 0, unavailable: 3 }],
    ['TestSurgeCount: share', 0, '25%', 5, { surge: 2, unavailable: 0 }],
    ['neither', 0, 0, 5, { surge: 0, unavailable: 1 }],
    ['no nodes', '25%', 0, 0, { surge: 0, unavailable: 0 }],
  ])('%s', (_, maxUnavailable, maxSurge, wanted, expected) => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } };
    const cluster = new Daemons([], { updateStrategy });
    expect(limitsOf(cluster.set, wanted)).toEqual(expected);
  });

  it('counts collisions of hashes', () => {
    const cluster = new FakeCluster({ controllers: [daemonSetController()] });
    const probe = new Daemons([]);
    const [taken] = probe.client.list('controllerrevisions.apps');
    const name = taken?.metadata.name ?? '';
    const other = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: { name, namespace: 'a' },
      revision: 7,
    };
    must(cluster.client.create('controllerrevisions.apps', other));
    must(cluster.client.create('daemonsets.apps', aDaemonSet()));
    cluster.advance(1000);
    expect(cluster.client.get('daemonsets.apps', 'a', 'web')?.status).toMatchObject({ collisionCount: 1 });
    expect(cluster.client.list('controllerrevisions.apps')).toHaveLength(2);
  });
});

/** How many pods there were after each write, but for terminating ones. */
function podsOverTime(cluster: FakeCluster): number[] {
  const alive = new Set<string>();
  return cluster.history
    .filter(({ resource }) => resource === 'pods')
    .map(({ verb, name, object }) => {
      if (verb === 'create') alive.add(name);
      else if (verb === 'delete' || object().metadata.deletionTimestamp !== undefined) alive.delete(name);
      return alive.size;
    });
}
