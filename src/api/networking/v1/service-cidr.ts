// ServiceCIDR. Models kubernetes pkg/registry/networking/servicecidr, pkg/apis/networking/validation and the printer.

import { append } from '../../../lib/append.ts';
import { clone } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { parseCidr } from '../../../schema/ip.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { ServiceCIDR } from '../../types/networking-v1.ts';
import { validateCidr } from '../../validation/ip.ts';

const FIELD = 'spec.cidrs';
const ONE_A_FAMILY = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';

function validate({ spec = {} }: ServiceCIDR): FieldError[] {
  const cidrs = spec.cidrs ?? [];
  if (cidrs.length === 0) return [required(FIELD, 'at least one CIDR required')];
  // With the names of upstream's internal type.
  if (cidrs.length > 2) return [invalid(FIELD, { CIDRs: cidrs }, 'may only hold up to 2 values')];
  const errors: FieldError[] = [];
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.ip.family);
  if (cidrs.length === 2 && first !== undefined && first === second) {
    errors.push(invalid(FIELD, cidrs, ONE_A_FAMILY));
  }
  cidrs.forEach((cidr, index) => append(errors, validateCidr(cidr, `${FIELD}[${index}]`)));
  return errors;
}

export const serviceCidr = defineKind<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  resource: 'servicecidrs',
  singular: 'servicecidr',
  namespaced: false,
  definition: 'io.k8s.api.networking.v1.ServiceCIDR',

  prepareForCreate(object) {
    object.spec ??= {};
    object.status = {};
  },
  validate,
  // A range stays; one of the other family may be added.
  validateUpdate: (object, old) => [
    ...(old.spec?.cidrs ?? []).flatMap((cidr, index) => {
      const now = object.spec?.cidrs?.[index];
      return now === cidr ? [] : [invalid(`${FIELD}[${index}]`, now, 'field is immutable')];
    }),
    ...((object.spec?.cidrs ?? []).length === (old.spec?.cidrs ?? []).length ? [] : validate(object)),
  ],

  status: {
    prepare(object, old) {
      object.spec = clone(old.spec ?? {});
      object.status ??= {};
    },
  },

  printer: {
    columns: [NAME_COLUMN, column('CIDRs'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, (object.spec?.cidrs ?? []).join(','), age(object, now)],
  },
});
