// PodTemplate. Models kubernetes pkg/registry/core/podtemplate and ValidatePodTemplate of pkg/apis/core/validation.

import { deepEqual } from '../../../lib/json.ts';
import { formatLabels } from '../../../schema/label-selector.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { NAME_COLUMN, column, containerCells } from '../../printing.ts';
import type { PodTemplate } from '../../types/core-v1.ts';
import { setPodTemplateDefaults } from './pod-defaults.ts';
import { validatePodTemplateSpec } from './pod-validation/pod-spec.ts';
import { podTemplateWarnings } from './pod-warnings.ts';

function validate({ template = {} }: PodTemplate): FieldError[] {
  return validatePodTemplateSpec(template, 'template');
}

export const podTemplate = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  resource: 'podtemplates',
  singular: 'podtemplate',
  namespaced: true,
  definition: 'io.k8s.api.core.v1.PodTemplate',
  deleteReturnsObject: true,

  setDefaults(object) {
    const template = (object.template ??= {});
    template.metadata ??= {};
    setPodTemplateDefaults(template);
  },
  // The template stands where other kinds have their spec.
  prepareForUpdate(object, old) {
    if (deepEqual(object.template, old.template)) return;
    object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validate,
  validateUpdate: validate,
  warnings: ({ metadata, template }, old) =>
    template === undefined || (old !== undefined && old.metadata.generation === metadata.generation)
      ? []
      : podTemplateWarnings(template, 'template'),
  hasGeneration: true,

  printer: {
    columns: [NAME_COLUMN, column('Containers'), column('Images'), column('Pod Labels')],
    cells: (object) => [
      object.metadata.name,
      ...containerCells(object.template?.spec?.containers),
      formatLabels(object.template?.metadata?.labels),
    ],
  },
});
