// VolumeAttachment. Models kubernetes pkg/registry/storage/volumeattachment, pkg/apis/storage/validation and the printer.

import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../../schema/field-error.ts';
import { dns1123SubdomainErrors } from '../../../schema/names.ts';
import { validateCsiDriverName } from '../../core/v1/pod-validation/volume-sources.ts';
import { volumeTerm } from '../../core/v1/volume-binding.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { VolumeAttachment, VolumeAttachmentSource } from '../../types/storage-v1.ts';
import { invalidEach } from '../../validation/fields.ts';

const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

function validateSource({
  inlineVolumeSpec: inline,
  persistentVolumeName: name,
}: VolumeAttachmentSource): FieldError[] {
  const field = 'spec.source';
  if (inline === undefined && name === undefined) return [required(field, ONE_SOURCE)];
  if (inline !== undefined && name !== undefined) return [forbidden(field, ONE_SOURCE)];
  if (name !== undefined) {
    if (name === '') return [required(`${field}.persistentVolumeName`, 'must specify non empty persistentVolumeName')];
    return invalidEach(`${field}.persistentVolumeName`, name, dns1123SubdomainErrors(name));
  }
  if (inline?.csi !== undefined) return [];
  return [required(`${field}.inlineVolumeSpec.csi`, 'has to be specified in the context of inline volumes')];
}

function validate({ spec }: VolumeAttachment): FieldError[] {
  const { attacher, nodeName = '', source = {} } = (spec as Partial<VolumeAttachment['spec']> | undefined) ?? {};
  const errors: FieldError[] = [];
  validateCsiDriverName(attacher, 'spec.attacher', errors);
  return [
    ...errors,
    ...validateSource(source),
    ...invalidEach('spec.nodeName', nodeName, dns1123SubdomainErrors(nodeName)),
  ];
}

export const volumeAttachment = defineKind<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  resource: 'volumeattachments',
  singular: 'volumeattachment',
  namespaced: false,
  definition: 'io.k8s.api.storage.v1.VolumeAttachment',

  prepareForCreate(object) {
    object.status = { attached: false };
  },
  validate,
  validateUpdate(object, old) {
    if (deepEqual(object.spec, old.spec)) return [];
    const { attacher, source, nodeName } = object.spec;
    // With the names of upstream's internal type.
    const shown = {
      Attacher: attacher,
      Source: {
        PersistentVolumeName: source.persistentVolumeName ?? null,
        InlineVolumeSpec: source.inlineVolumeSpec ?? null,
      },
      NodeName: nodeName,
    };
    return [...validate(object), invalid('spec', shown, 'field is immutable')];
  },
  allowUnconditionalUpdate: false,
  deleteReturnsObject: true,
  terms: ({ spec }) => (spec.source.persistentVolumeName ? [volumeTerm(spec.source.persistentVolumeName)] : []),

  status: {
    prepare(object) {
      object.status ??= { attached: false };
    },
  },

  printer: {
    columns: [
      NAME_COLUMN,
      { ...column('Attacher'), format: 'name' },
      column('PV'),
      column('Node'),
      column('Attached', 'boolean'),
      AGE_COLUMN,
    ],
    cells: (object, now) => [
      object.metadata.name,
      object.spec.attacher,
      object.spec.source.persistentVolumeName ?? '',
      object.spec.nodeName,
      object.status?.attached ?? false,
      age(object, now),
    ],
  },
});
