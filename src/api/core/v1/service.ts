// Service. Models kubernetes pkg/registry/core/service.

import type { FieldError } from '../../../schema/field-error.ts';
import { labelNameErrors } from '../../../schema/names.ts';
import type { Companion } from '../../kind.ts';
import { defineKind } from '../../kind.ts';
import { loadBalancerTerms } from '../../networking/v1/load-balancer-addresses.ts';
import { newIpAddress } from '../../networking/v1/service-range.ts';
import type { Service } from '../../types/core-v1.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';
import { allocate, allocationTerms } from './service-allocation.ts';
import { dropForType, setServiceDefaults } from './service-defaults.ts';
import { servicePrinter } from './service-printer.ts';
import { clusterIpsOf, isHeadless } from './service-rules.ts';
import { validateServiceChange, validateServiceSpec, validateServiceStatus } from './service-validation.ts';
import { serviceProxy } from './service-connect.ts';

function validateUpdate(object: Service, old: Service): FieldError[] {
  return [
    ...validateServiceChange(object.spec ?? {}, old.spec ?? {}),
    ...validateObjectMeta(object.metadata, { namespaced: true, validateName: labelNameErrors }),
    ...validateServiceSpec(object.spec ?? {}),
  ];
}

/** Each of its addresses has an IPAddress. */
function companions({ metadata: { namespace = '', name }, spec }: Service): Companion[] {
  return clusterIpsOf(spec).map((address) => ({
    resource: 'ipaddresses.networking.k8s.io',
    object: newIpAddress(address, namespace, name),
  }));
}

function warnings({ spec = {} }: Service): string[] {
  const texts: string[] = [];
  const external = (spec.externalIPs ?? []).length > 0;
  if (isHeadless(spec)) {
    if ((spec.loadBalancerIP ?? '') !== '') texts.push('spec.loadBalancerIP is ignored for headless services');
    if (external) texts.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') texts.push('spec.SessionAffinity is ignored for headless services');
  }
  if (spec.type === 'ExternalName' && external) {
    texts.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (spec.type !== 'ExternalName' && (spec.externalName ?? '') !== '') {
    texts.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    texts.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  if (external) texts.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  return texts;
}

export const service = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  resource: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.Service',
  storagePath: 'services/specs',

  validateName: labelNameErrors,
  setDefaults: setServiceDefaults,
  allocate,
  prepareForCreate(object) {
    object.status = { loadBalancer: {} };
  },
  prepareForUpdate: (object, old) => dropForType((object.spec ??= {}), old.spec ?? {}),
  validate: ({ spec = {} }) => validateServiceSpec(spec),
  validateUpdate,
  warnings: (object) => warnings(object),

  allowCreateOnUpdate: true,
  deleteReturnsObject: true,

  status: {
    // Metadata passes with a status.
    prepare() {},
    validate: (object) => validateServiceStatus(object.status, object.spec ?? {}),
  },

  connections: { proxy: serviceProxy },

  fields: ({ spec }) => ({ 'spec.clusterIP': spec?.clusterIP ?? '', 'spec.type': spec?.type ?? '' }),
  fieldLabels: ['spec.clusterIP', 'spec.type'],
  terms: (object) => [...allocationTerms(object.spec), ...loadBalancerTerms(object)],
  companions,

  printer: servicePrinter,
});
