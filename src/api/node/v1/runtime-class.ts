// RuntimeClass. Models kubernetes pkg/registry/node/runtimeclass and pkg/apis/node/validation.

import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, required } from '../../../schema/field-error.ts';
import { dns1123LabelErrors } from '../../../schema/names.ts';
import { validateOverheadList } from '../../core/v1/pod-validation/resources.ts';
import { validatePlainTolerations } from '../../core/v1/pod-validation/scheduling.ts';
import { omitEmpty } from '../../core/v1/pod-defaults.ts';
import { canonicalResources } from '../../core/v1/resource-lists.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { RuntimeClass, Scheduling } from '../../types/node-v1.ts';
import { invalidEach, validateImmutable, validateLabels } from '../../validation/fields.ts';

function validateScheduling({ nodeSelector, tolerations = [] }: Scheduling): FieldError[] {
  const errors = validateLabels(nodeSelector, 'scheduling.nodeSelector');
  // Equal ones have equal texts, since their fields are in the order of their type.
  const seen = new Set<string>();
  tolerations.forEach((toleration, index) => {
    const field = `scheduling.tolerations[${index}]`;
    const text = JSON.stringify(toleration);
    if (seen.has(text)) {
      // With the names of upstream's internal type.
      const { key = '', operator = '', value = '', effect = '', tolerationSeconds = null } = toleration;
      const shown = {
        Key: key,
        Operator: operator,
        Value: value,
        Effect: effect,
        TolerationSeconds: tolerationSeconds,
      };
      errors.push(duplicate(field, shown));
    }
    seen.add(text);
    validatePlainTolerations(toleration, field, errors);
  });
  return errors;
}

function validate(object: RuntimeClass): FieldError[] {
  const { handler = '', overhead, scheduling } = object as Partial<RuntimeClass>;
  const errors = handler === '' ? [required('handler')] : invalidEach('handler', handler, dns1123LabelErrors(handler));
  if (overhead?.podFixed !== undefined) validateOverheadList(overhead.podFixed, 'overhead', errors);
  return scheduling === undefined ? errors : [...errors, ...validateScheduling(scheduling)];
}

export const runtimeClass = defineKind<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  resource: 'runtimeclasses',
  singular: 'runtimeclass',
  namespaced: false,
  definition: 'io.k8s.api.node.v1.RuntimeClass',

  setDefaults(object) {
    if (object.overhead?.podFixed !== undefined) canonicalResources(object.overhead.podFixed);
    for (const toleration of object.scheduling?.tolerations ?? []) {
      omitEmpty(toleration, ['key', 'operator', 'value', 'effect']);
    }
  },
  validate,
  validateUpdate: (object, old) => [...validate(object), ...validateImmutable(object.handler, old.handler, 'handler')],
  allowUnconditionalUpdate: false,

  printer: {
    columns: [NAME_COLUMN, column('Handler'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, object.handler, age(object, now)],
  },
});
