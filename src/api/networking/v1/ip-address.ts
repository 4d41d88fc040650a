// IPAddress: one address that something holds; its name is the address. Models kubernetes
// pkg/registry/networking/ipaddress, pkg/apis/networking/validation and the printer.

import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { dns1123SubdomainErrors, pathSegmentNameErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { NAME_COLUMN, age, column } from '../../printing.ts';
import type { IPAddress, ParentReference } from '../../types/networking-v1.ts';
import { invalidEach } from '../../validation/fields.ts';
import { ipTexts } from '../../validation/ip.ts';
import { validateSegment } from './references.ts';
import { addressTerm } from './service-range.ts';

function parentOf({ spec }: IPAddress): ParentReference | undefined {
  // Served as null where it is missing.
  return (spec as { parentRef?: ParentReference | null } | undefined)?.parentRef ?? undefined;
}

function validate(object: IPAddress): FieldError[] {
  const field = 'spec.parentRef';
  const parent = parentOf(object);
  if (parent === undefined) return [required(field)];
  const { group = '', resource, name, namespace = '' } = parent;
  return [
    ...(group === '' ? [] : invalidEach(`${field}.group`, group, dns1123SubdomainErrors(group))),
    ...validateSegment(resource, `${field}.resource`),
    ...validateSegment(name, `${field}.name`),
    ...(namespace === '' ? [] : invalidEach(`${field}.namespace`, namespace, pathSegmentNameErrors(namespace))),
  ];
}

/** `services/default/web` */
function parentCell(object: IPAddress): string {
  const parent = parentOf(object);
  if (parent === undefined) return '<none>';
  const { group, resource, namespace, name } = parent;
  return [group ? `${resource}.${group}` : resource, ...(namespace ? [namespace] : []), name].join('/');
}

export const ipAddress = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  resource: 'ipaddresses',
  singular: 'ipaddress',
  shortNames: ['ip'],
  namespaced: false,
  definition: 'io.k8s.api.networking.v1.IPAddress',

  validateName: (name) => ipTexts(name),
  validate,
  validateUpdate(object, old) {
    const errors = validate(object);
    const parent = parentOf(object);
    if (deepEqual(parent, parentOf(old))) return errors;
    // With the names of upstream's internal type.
    const { group = '', resource = '', namespace = '', name = '' } = parent ?? {};
    const shown = { Group: group, Resource: resource, Namespace: namespace, Name: name };
    return [...errors, invalid('spec.parentRef', parent === undefined ? undefined : shown, 'field is immutable')];
  },

  // Whoever made it, its address is taken.
  terms: ({ metadata }) => [addressTerm(metadata.name)],

  printer: {
    columns: [NAME_COLUMN, column('ParentRef')],
    // Upstream sends a third cell without a column.
    cells: (object, now) => [object.metadata.name, parentCell(object), age(object, now)],
  },
});
