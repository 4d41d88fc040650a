// After kubernetes pkg/controller/statefulset/{stateful_set_utils,stateful_pod_control}_test.go.

import { describe, expect, it } from 'vitest';
import type { StatefulSetSpec } from '../../api/types/apps-v1.ts';
import { clone } from '../../lib/json.ts';
import { must } from '../testing/objects.ts';
import { CLAIMS, DATA, LABELS, Sets, SETS } from './testing/sets.ts';

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

  it('that another controls are left alone, and that is told', () => {
    const cluster = new Sets(policy('Retain', 'Retain'));
    const claim = clone(cluster.client.get(CLAIMS, 'a', 'data-web-0'));
    if (claim === undefined) throw new Error('there is none');
    must(
      cluster.client.create('configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'x', namespace: 'a' },
      }),
    );
    const { uid } = cluster.client.get('configmaps', 'a', 'x')?.metadata ?? { uid: '' };
    claim.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid, controller: true }];
    must(cluster.client.update(CLAIMS, claim));
    cluster.change(
      (spec) => (spec.persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' }),
    );
    expect(cluster.claims).toEqual(['data-web-0 ConfigMap/x', 'data-web-1 StatefulSet/web']);
    expect(cluster.told.filter((text) => text.startsWith('ConflictingController'))).not.toEqual([]);
  });
});
