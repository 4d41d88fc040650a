// What a ReplicaSet and a ReplicationController have in common: status, scale and table.
// Models kubernetes pkg/registry/{apps/replicaset,core/replicationcontroller} and the printers.

import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import { formatLabelSelector } from '../../../schema/label-selector.ts';
import type { Kind } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import { AGE_COLUMN, NAME_COLUMN, POD_COLUMNS, age, column, containerCells } from '../../printing.ts';
import type { ReplicaSetStatus } from '../../types/apps-v1.ts';
import type { PodTemplateSpec } from '../../types/core-v1.ts';
import type { LabelSelector } from '../../types/meta-v1.ts';
import { validateNonnegative } from '../../validation/fields.ts';
import { scaleOf } from './workload.ts';

interface Replicas extends KubeObject {
  spec?: { replicas?: number; template?: PodTemplateSpec };
  status?: ReplicaSetStatus;
}

function validateStatus({ status = { replicas: 0 } }: Replicas): FieldError[] {
  const { replicas, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const counts: ReadonlyArray<keyof ReplicaSetStatus> = [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'terminatingReplicas',
    'observedGeneration',
  ];
  const errors = counts.flatMap((key) => validateNonnegative(status[key] as number | undefined, `status.${key}`));
  const tooMany = 'cannot be greater than status.replicas';
  if (fullyLabeledReplicas > replicas) {
    errors.push(invalid('status.fullyLabeledReplicas', fullyLabeledReplicas, tooMany));
  }
  if (readyReplicas > replicas) errors.push(invalid('status.readyReplicas', readyReplicas, tooMany));
  if (availableReplicas > replicas) errors.push(invalid('status.availableReplicas', availableReplicas, tooMany));
  if (availableReplicas > readyReplicas) {
    errors.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return errors;
}

export function replicaRules<T extends Replicas>(
  selectorOf: (object: T) => LabelSelector | undefined,
): Pick<Kind<T>, 'prepareForCreate' | 'hasGeneration' | 'status' | 'scale' | 'printer'> {
  return {
    prepareForCreate(object) {
      object.status = { replicas: 0 };
    },
    hasGeneration: true,
    status: {
      // Metadata passes with a status.
      prepare(object) {
        object.status ??= { replicas: 0 };
        object.status.replicas ??= 0;
      },
      validate: validateStatus,
    },
    scale: scaleOf(selectorOf),
    printer: {
      columns: [
        NAME_COLUMN,
        column('Desired', 'integer'),
        column('Current', 'integer'),
        column('Ready', 'integer'),
        AGE_COLUMN,
        ...POD_COLUMNS,
      ],
      cells: (object, now) => [
        object.metadata.name,
        object.spec?.replicas ?? 0,
        object.status?.replicas ?? 0,
        object.status?.readyReplicas ?? 0,
        age(object, now),
        ...containerCells(object.spec?.template?.spec?.containers),
        formatLabelSelector(selectorOf(object)),
      ],
    },
  };
}
