// After kubernetes pkg/controller/statefulset/{stateful_set_control,stateful_set,stateful_pod_control}_test.go.

import { describe, expect, it } from 'vitest';
import { forbiddenStatus } from '../../api/status.ts';
import { clone } from '../../lib/json.ts';
import type { FakeClusterOptions } from '../testing/fake-cluster.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aPod, must } from '../testing/objects.ts';
import { statefulSetController } from './statefulset-controller.ts';
import { DATA, LABELS, Sets, SETS } from './testing/sets.ts';

describe('statefulset controller', () => {
  it('CreatesPods: one after the other, each with its name, labels, host name and revision', () => {
    const cluster = new Sets();
    expect(cluster.made).toEqual(['web-0', 'web-1', 'web-2']);
    const [revision] = cluster.client.list('controllerrevisions.apps');
    const name = revision?.metadata.name;
    expect(revision).toMatchObject({
      metadata: {
        labels: { app: 'web', 'controller.kubernetes.io/hash': name?.slice('web-'.length) },
        ownerReferences: [{ kind: 'StatefulSet', name: 'web', controller: true, blockOwnerDeletion: true }],
      },
      revision: 1,
      data: { spec: { template: { $patch: 'replace', metadata: { labels: LABELS } } } },
    });
    expect(cluster.client.get('pods', 'a', 'web-1')).toMatchObject({
      metadata: {
        generateName: 'web-',
        labels: {
          app: 'web',
          'apps.kubernetes.io/pod-index': '1',
          'controller-revision-hash': name,
          'statefulset.kubernetes.io/pod-name': 'web-1',
        },
      },
      spec: { hostname: 'web-1', subdomain: 'web' },
    });
    expect(cluster.set.status).toEqual({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      currentRevision: name,
      updateRevision: name,
      collisionCount: 0,
    });
    expect(cluster.told).toContain('SuccessfulCreate: create Pod web-0 in StatefulSet web successful');
  });

  it('a converged set is left alone, after a restart too', () => {
    const cluster = new Sets({ volumeClaimTemplates: [DATA] });
    const writes = cluster.history.length;
    cluster.restart();
    expect(cluster.settle()).toBeUndefined();
    expect(cluster.history).toHaveLength(writes);
  });

  it('waits for the pod before: OrderedReady', () => {
    const cluster = new Sets({}, { ready: ({ metadata }) => metadata.name !== 'web-1' });
    expect(cluster.pods).toEqual(['web-0 app:1', 'web-1 app:1']);
    expect(cluster.set.status).toMatchObject({ replicas: 2, readyReplicas: 1 });
  });

  it('waits for nobody: Parallel', () => {
    const cluster = new Sets({ podManagementPolicy: 'Parallel' }, { ready: () => false });
    expect(cluster.pods).toHaveLength(3);
    cluster.change((spec) => (spec.replicas = 0));
    expect(cluster.pods).toEqual([]);
  });

  it('minReadySeconds: a ready pod is waited for until it is available', () => {
    const cluster = new Sets({ minReadySeconds: 10, replicas: 2 });
    expect(cluster.pods).toEqual(['web-0 app:1']);
    expect(cluster.set.status).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    cluster.advance(11_000);
    expect(cluster.pods).toEqual(['web-0 app:1', 'web-1 app:1']);
  });

  it('ScalesUp, ScalesDown: upwards, and downwards one at a time', () => {
    const going = new Set<string>();
    const cluster = new Sets({}, { lingers: ({ metadata }) => going.has(metadata.name) });
    cluster.change((spec) => (spec.replicas = 4));
    expect(cluster.made.at(-1)).toBe('web-3');
    going.add('web-3');
    cluster.change((spec) => (spec.replicas = 2));
    expect(cluster.pods).toEqual(['web-0 app:1', 'web-1 app:1', 'web-2 app:1', '-web-3 app:1']);
  });

  it('ScalesDown: an unhealthy pod that is too many goes, though nobody waits for it to be healthy', () => {
    const cluster = new Sets({}, { ready: ({ metadata }) => metadata.name !== 'web-2' });
    expect(cluster.pods).toHaveLength(3);
    cluster.change((spec) => (spec.replicas = 1));
    expect(cluster.pods).toEqual(['web-0 app:1']);
  });

  it('ReplacesPods: one that goes comes back under its name', () => {
    const cluster = new Sets();
    const { uid } = cluster.client.get('pods', 'a', 'web-1')?.metadata ?? {};
    cluster.kill('web-1');
    expect(cluster.pods).toHaveLength(3);
    expect(cluster.client.get('pods', 'a', 'web-1')?.metadata.uid).not.toBe(uid);
  });

  it('RecreatesFailedPod: a failed pod is deleted and made again', () => {
    const cluster = new Sets();
    cluster.fail('web-1');
    expect(cluster.client.get('pods', 'a', 'web-1')?.status?.phase).toBe('Running');
    expect(cluster.told).toContain('SuccessfulDelete: delete Pod web-1 in StatefulSet web successful');
  });

  it('TestStatefulSetControl_getSetRevisions: a template that was there before gets its revision back, renumbered', () => {
    const cluster = new Sets();
    cluster.setImage('app:2');
    cluster.setImage('app:1');
    const revisions = cluster.client.list('controllerrevisions.apps');
    expect(revisions.map(({ revision }) => revision).toSorted()).toEqual([2, 3]);
    expect(cluster.set.status?.currentRevision).toBe(revisions.find(({ revision }) => revision === 3)?.metadata.name);
  });

  it('TestStatefulSetControlRollingUpdate: from the highest ordinal down, each available before the next goes', () => {
    const cluster = new Sets();
    cluster.setImage('app:2');
    expect(cluster.made.slice(3)).toEqual(['web-2', 'web-1', 'web-0']);
    expect(cluster.pods).toEqual(['web-0 app:2', 'web-1 app:2', 'web-2 app:2']);
    expect(cluster.set.status?.currentRevision).toBe(cluster.set.status?.updateRevision);
  });

  it('TestStatefulSetControlRollingUpdateBlocked: a new pod that never is ready holds it up, and a mended template alone does not help', () => {
    const cluster = new Sets({}, { ready: ({ spec }) => spec?.containers[0]?.image !== 'bad' });
    cluster.setImage('bad');
    expect(cluster.pods).toEqual(['web-0 app:1', 'web-1 app:1', 'web-2 bad']);
    cluster.setImage('app:2');
    expect(cluster.pods).toEqual(['web-0 app:1', 'web-1 app:1', 'web-2 bad']);
    cluster.kill('web-2');
    expect(cluster.pods).toEqual(['web-0 app:2', 'web-1 app:2', 'web-2 app:2']);
  });

  it('TestStatefulSetControlRollingUpdateWithPartition: what is below stays, and comes back, as it was', () => {
    const cluster = new Sets({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    cluster.setImage('app:2');
    expect(cluster.pods).toEqual(['web-0 app:1', 'web-1 app:1', 'web-2 app:2']);
    cluster.kill('web-0');
    expect(cluster.pods[0]).toBe('web-0 app:1');
    expect(cluster.set.status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
  });

  it('TestStatefulSetControlRollingUpdateWithMaxUnavailable: so many at once', () => {
    const going = new Set(['web-3', 'web-2']);
    const cluster = new Sets(
      { replicas: 4, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 2 } } },
      { lingers: ({ metadata }) => going.has(metadata.name) },
    );
    cluster.setImage('app:2');
    expect(cluster.pods).toEqual(['web-0 app:1', 'web-1 app:1', '-web-2 app:1', '-web-3 app:1']);
  });

  it('TestStatefulSetControlOnDeleteUpdate: only what somebody deletes is made anew', () => {
    const cluster = new Sets({ updateStrategy: { type: 'OnDelete' } });
    cluster.setImage('app:2');
    expect(cluster.pods).toEqual(['web-0 app:1', 'web-1 app:1', 'web-2 app:1']);
    cluster.kill('web-1');
    expect(cluster.pods).toEqual(['web-0 app:1', 'web-1 app:2', 'web-2 app:1']);
  });

  it('TestStatefulSetControlLimitsHistory: old revisions go beyond the limit', () => {
    const cluster = new Sets({ revisionHistoryLimit: 1 });
    for (const image of ['app:2', 'app:3', 'app:4']) cluster.setImage(image);
    expect(
      cluster.client
        .list('controllerrevisions.apps')
        .map(({ revision }) => revision)
        .toSorted(),
    ).toEqual([3, 4]);
  });

  it('ordinals.start: the first pod has that ordinal, and those below go', () => {
    const cluster = new Sets({ replicas: 2 });
    cluster.change((spec) => (spec.ordinals = { start: 1 }));
    expect(cluster.pods).toEqual(['web-1 app:1', 'web-2 app:1']);
  });

  it('TestStatefulPodControlCreatesPods: claims first, and a pod that is refused is told of', () => {
    const gate: FakeClusterOptions['gate'] = (verb, resource) =>
      verb === 'create' && resource === 'pods'
        ? forbiddenStatus({ group: '', resource: 'pods' }, 'web-0', 'no')
        : undefined;
    const cluster = new Sets({ volumeClaimTemplates: [DATA], replicas: 1 }, { gate });
    expect(cluster.claims).toEqual(['data-web-0']);
    expect(cluster.told[0]).toBe('SuccessfulCreate: create Claim data-web-0 Pod web-0 in StatefulSet web success');
    expect(cluster.told[1]).toMatch(
      /^FailedCreate: create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden/,
    );
  });

  it('TestStatefulPodControlUpdatesPodIdentity: a pod that lost its label gets it back', () => {
    const cluster = new Sets({ replicas: 1 });
    const pod = clone(cluster.client.get('pods', 'a', 'web-0'));
    if (pod === undefined) throw new Error('there is none');
    delete pod.metadata.labels?.['statefulset.kubernetes.io/pod-name'];
    must(cluster.client.update('pods', pod));
    cluster.settle();
    const { labels } = cluster.client.get('pods', 'a', 'web-0')?.metadata ?? {};
    expect(labels?.['statefulset.kubernetes.io/pod-name']).toBe('web-0');
    expect(cluster.told).toContain('SuccessfulUpdate: update Pod web-0 in StatefulSet web successful');
  });

  it('adopts a pod of a matching name, and leaves others alone', () => {
    const cluster = new FakeCluster({ controllers: [statefulSetController] });
    for (const name of ['web-0', 'other']) must(cluster.client.create('pods', aPod(name, { labels: LABELS })));
    must(
      cluster.client.create(SETS, {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'web', namespace: 'a' },
        spec: {
          replicas: 1,
          selector: { matchLabels: LABELS },
          template: { metadata: { labels: LABELS }, spec: { containers: [] } },
        },
      }),
    );
    cluster.settle();
    const owner = (name: string) => cluster.client.get('pods', 'a', name)?.metadata.ownerReferences?.[0]?.name;
    expect([owner('web-0'), owner('other')]).toEqual(['web', undefined]);
  });

  it('makes no revision once it is being deleted, though its pods take their time', () => {
    const cluster = new Sets({}, { lingers: () => true });
    must(cluster.client.delete(SETS, 'a', 'web', { propagationPolicy: 'Foreground' }));
    cluster.settle();
    expect(cluster.client.list('controllerrevisions.apps')).toEqual([]);
    expect(cluster.pods).toHaveLength(3);
    expect(cluster.set.status).toMatchObject({ replicas: 3, observedGeneration: cluster.set.metadata.generation });
  });

  it('does nothing but report once it is being deleted', () => {
    const cluster = new Sets({}, { ready: ({ metadata }) => metadata.name === 'web-0' });
    must(cluster.client.delete(SETS, 'a', 'web', { propagationPolicy: 'Foreground' }));
    cluster.settle();
    expect(cluster.pods).toEqual([]);
    expect(cluster.made).toEqual(['web-0', 'web-1']);
  });
});
