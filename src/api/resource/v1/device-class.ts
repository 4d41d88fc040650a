// DeviceClass. Models kubernetes pkg/registry/resource/deviceclass and pkg/apis/resource/validation.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import { qualifiedNameErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age } from '../../printing.ts';
import type { DeviceClass } from '../../types/resource-v1.ts';
import { MAX_CONFIGS, RESOURCE, validateOpaque, validateSelectors } from './devices.ts';
import { validateList } from './lists.ts';

/** `example.org/gpu`: with a domain that is not kubernetes' own, and fit for a quota. */
function isExtendedResource(name: string): boolean {
  if (!name.includes('/') || name.includes('kubernetes.io/') || name.startsWith('requests.')) return false;
  return qualifiedNameErrors(`requests.${name}`).length === 0;
}

function validate({ spec = {} }: DeviceClass, old?: DeviceClass): FieldError[] {
  const { selectors, config, extendedResourceName: name } = spec;
  // Expressions that are stored were valid when they came.
  const errors = deepEqual(selectors, old?.spec?.selectors) ? [] : validateSelectors(selectors, 'spec.selectors');
  append(
    errors,
    validateList(config, MAX_CONFIGS, 'spec.config', ({ opaque }, at) => validateOpaque(opaque, at)),
  );
  if (name !== undefined && !isExtendedResource(name)) {
    errors.push(invalid('spec.extendedResourceName', name, 'must be a valid extended resource name'));
  }
  return errors;
}

export const deviceClass = defineKind<DeviceClass>({
  group: RESOURCE,
  version: 'v1',
  kind: 'DeviceClass',
  resource: 'deviceclasses',
  singular: 'deviceclass',
  namespaced: false,
  definition: 'io.k8s.api.resource.v1.DeviceClass',

  setDefaults(object) {
    object.spec ??= {};
  },
  validate: (object) => validate(object),
  validateUpdate: (object, old) => validate(object, old),
  hasGeneration: true,
  deleteReturnsObject: true,

  printer: {
    columns: [NAME_COLUMN, AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, age(object, now)],
  },
});
