// StatefulSet. Models kubernetes pkg/registry/apps/statefulset, pkg/apis/apps/v1 and the printer.

import { labelNameErrors } from '../../../schema/names.ts';
import { omitEmpty } from '../../core/v1/pod-defaults.ts';
import { setClaimSpecDefaults } from '../../core/v1/claim-spec.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, containerCells, wide } from '../../printing.ts';
import type { StatefulSet, StatefulSetSpec } from '../../types/apps-v1.ts';
import {
  validateStatefulSet,
  validateStatefulSetChange,
  validateStatefulSetStatus,
} from './stateful-set-validation.ts';
import { scaleOf, setWorkloadDefaults, workloadWarnings } from './workload.ts';

function setDefaults(object: StatefulSet): void {
  const spec = (object.spec ??= {} as StatefulSetSpec);
  setWorkloadDefaults(spec);
  spec.podManagementPolicy ||= 'OrderedReady';
  const strategy = (spec.updateStrategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.partition ??= 0;
  }
  const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
  retention.whenDeleted ||= 'Retain';
  retention.whenScaled ||= 'Retain';
  spec.revisionHistoryLimit ??= 10;
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.kind = 'PersistentVolumeClaim';
    claim.apiVersion = 'v1';
    setClaimSpecDefaults((claim.spec ??= {}));
    claim.status ??= {};
    claim.status.phase ||= 'Pending';
  }
  omitEmpty(spec, ['minReadySeconds', 'volumeClaimTemplates']);
}

function warnings(object: StatefulSet, old: StatefulSet | undefined): string[] {
  const texts = workloadWarnings(object, old);
  if ((object.spec?.revisionHistoryLimit ?? 0) < 0) {
    texts.push(
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    );
  }
  return texts;
}

export const statefulSet = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  resource: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  definition: 'io.k8s.api.apps.v1.StatefulSet',

  validateName: labelNameErrors,
  setDefaults,
  prepareForCreate(object) {
    object.status = { replicas: 0 };
  },
  validate: validateStatefulSet,
  validateUpdate: (object, old) => [
    ...validateStatefulSet(object),
    ...validateStatefulSetChange(object.spec, old.spec),
  ],
  warnings,
  hasGeneration: true,

  status: {
    prepare(object) {
      object.status ??= { replicas: 0 };
      object.status.replicas ??= 0;
    },
    validate: validateStatefulSetStatus,
  },
  scale: scaleOf<StatefulSet>(({ spec }) => spec?.selector),

  printer: {
    columns: [NAME_COLUMN, column('Ready'), AGE_COLUMN, wide('Containers'), wide('Images')],
    cells: (object, now) => [
      object.metadata.name,
      `${object.status?.readyReplicas ?? 0}/${object.spec?.replicas ?? 0}`,
      age(object, now),
      ...containerCells(object.spec?.template.spec?.containers),
    ],
  },
});
