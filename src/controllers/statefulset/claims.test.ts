// After kubernetes pkg/controller/statefulset/{stateful_set_utils,stateful_pod_control}_test.go.

import { describe, expect, it } from 'vitest';
import { forbiddenStatus } from '../../api/status.ts';
import type { StatefulSet, StatefulSetSpec } from '../../api/types/apps-v1.ts';
import type { PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import type { OwnerReference } from '../../api/types/meta-v1.ts';
import { clone } from '../../lib/json.ts';
import { controllerReference } from '../common/owners.ts';
import type { FakeClusterOptions } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { isOwnedAsWanted, referencesByPolicy } from './retention.ts';
import { CLAIMS, DATA, LABELS, Sets, SETS } from './testing/sets.ts';

const aSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web', namespace: 'a', uid: 'set' },
  spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } },
} as StatefulSet;
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-0', uid: 'pod' } };

describe('claims', () => {
  const policy = (whenDeleted: string, whenScaled: string): Partial<StatefulSetSpec> => ({
    replicas: 2,
    volumeClaimTemplates: [DATA],
    persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
  });

  it('go with the pod by name: a volume of the claim, labelled as the set selects', () => {
    const cluster = new Sets({ replicas: 1, volumeClaimTemplates: [DATA] });
    expect(cluster.client.get(CLAIMS, 'a', 'data-web-0')?.metadata.labels).toEqual(LABELS);
    expect(cluster.client.get('pods', 'a', 'web-0')?.spec?.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } },
    ]);
  });

  it.each([
    ['Retain', 'Retain', ['data-web-0', 'data-web-1'], ['data-web-0', 'data-web-1'], ['data-web-0', 'data-web-1']],
    [
      'Delete',
      'Retain',
      ['data-web-0 StatefulSet/web', 'data-web-1 StatefulSet/web'],
      ['data-web-0 StatefulSet/web', 'data-web-1 StatefulSet/web'],
      [],
    ],
    ['Retain', 'Delete', ['data-web-0', 'data-web-1'], ['data-web-0'], ['data-web-0']],
    [
      'Delete',
      'Delete',
      ['data-web-0 StatefulSet/web', 'data-web-1 StatefulSet/web'],
      ['data-web-0 StatefulSet/web'],
      [],
    ],
  ])(
    'TestGetPersistentVolumeClaimRetentionPolicy whenDeleted %s, whenScaled %s',
    (deleted, scaled, first, second, last) => {
      const cluster = new Sets(policy(deleted, scaled));
      expect(cluster.claims).toEqual(first);
      cluster.change((spec) => (spec.replicas = 1));
      expect(cluster.claims).toEqual(second);
      cluster.client.delete(SETS, 'a', 'web', { propagationPolicy: 'Background' });
      cluster.settle();
      expect(cluster.claims).toEqual(last);
    },
  );

  /** Gives the claim of `web-0` the owner, as somebody else would. */
  function own(cluster: Sets, reference: Omit<OwnerReference, 'controller'>): void {
    const claim = clone(cluster.client.get(CLAIMS, 'a', 'data-web-0'));
    if (claim === undefined) throw new Error('there is none');
    claim.metadata.ownerReferences = [...(claim.metadata.ownerReferences ?? []), { ...reference, controller: true }];
    must(cluster.client.update(CLAIMS, claim));
    cluster.settle();
  }

  function aMap(cluster: Sets): Omit<OwnerReference, 'controller'> {
    const [apiVersion, kind, name] = ['v1', 'ConfigMap', 'x'];
    const { uid } = must(
      cluster.client.create('configmaps', { apiVersion, kind, metadata: { name, namespace: 'a' } }),
    ).metadata;
    return { apiVersion, kind, name, uid };
  }

  const conflicts = ({ told }: Sets) => told.filter((text) => text.startsWith('ConflictingController'));

  it('follow a change of the policy, and the pod is told of', () => {
    const cluster = new Sets(policy('Retain', 'Retain'));
    cluster.change((spec) => Object.assign(spec, policy('Delete', 'Retain')));
    expect(cluster.claims).toEqual(['data-web-0 StatefulSet/web', 'data-web-1 StatefulSet/web']);
    expect(cluster.told).toContain('SuccessfulUpdate: update Pod web-0 in StatefulSet web successful');
    const writes = cluster.history.length;
    cluster.restart();
    cluster.settle();
    expect(cluster.history).toHaveLength(writes);
  });

  it('TestUpdateClaimOwnerRefForSetAndPod: another controller keeps its claim to itself, and its pod’s start tells of it', () => {
    const cluster = new Sets(policy('Retain', 'Retain'));
    own(cluster, aMap(cluster));
    cluster.change((spec) => Object.assign(spec, policy('Delete', 'Delete')));
    expect(cluster.claims).toEqual(['data-web-0 ConfigMap/x', 'data-web-1 StatefulSet/web']);
    expect(conflicts(cluster)).toEqual([]);
    cluster.kill('web-0');
    expect(cluster.claims).toEqual(['data-web-0 ConfigMap/x', 'data-web-1 StatefulSet/web']);
    expect(conflicts(cluster)).toEqual([
      'ConflictingController: PersistentVolumeClaim data-web-0 has a conflicting OwnerReference that acts as a managing controller, the retention policy is ignored for this claim',
    ]);
  });

  it('TestUpdateClaimOwnerRefForSetAndPod: the set gives way to another controller', () => {
    const set = controllerReference(aSet);
    const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x', controller: true };
    const claim = { metadata: { ownerReferences: [set, other] } } as PersistentVolumeClaim;
    expect(isOwnedAsWanted(claim, aSet, pod, true)).toBe(false);
    expect(referencesByPolicy(claim, aSet, pod, true)).toEqual([other]);
  });

  it('TestIsClaimOwnerUpToDate: those of an owner of before are left to go with it', () => {
    const stale = { ...controllerReference(aSet), uid: 'before' };
    const claim = { metadata: { ownerReferences: [stale] } } as PersistentVolumeClaim;
    expect(isOwnedAsWanted(claim, aSet, pod, true)).toBe(true);
  });

  it('TestIsClaimOwnerUpToDate: an owner that does not control is set right', () => {
    const { controller: _, ...reference } = controllerReference(aSet);
    const claim = { metadata: { ownerReferences: [reference] } } as PersistentVolumeClaim;
    expect(isOwnedAsWanted(claim, aSet, pod, true)).toBe(false);
    expect(referencesByPolicy(claim, aSet, pod, true)).toEqual([controllerReference(aSet)]);
  });

  it('belong to the set even where their pod is refused', () => {
    const gate: FakeClusterOptions['gate'] = (verb, resource) =>
      verb === 'create' && resource === 'pods'
        ? forbiddenStatus({ group: '', resource: 'pods' }, 'web-0', 'no')
        : undefined;
    expect(new Sets(policy('Delete', 'Delete'), { gate }).claims).toEqual(['data-web-0 StatefulSet/web']);
  });
});
