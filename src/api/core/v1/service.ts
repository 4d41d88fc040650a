// Service. Models kubernetes pkg/registry/core/service.

import type { FieldError } from '../../../schema/field-error.ts';
import { labelNameErrors } from '../../../schema/names.ts';
import type { StrategyContext } from '../../kind.ts';
import { defineKind } from '../../kind.ts';
import type { Service } from '../../types/core-v1.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';
import { allocate, allocationErrors, clusterIpTerm, nodePortTerm } from './service-allocation.ts';
import { dropForType, keepAllocated, setServiceDefaults, syncClusterIps } from './service-defaults.ts';
import { resolveFamilies } from './service-families.ts';
import { servicePrinter } from './service-printer.ts';
import { clusterIpsOf, isHeadless, nodePortsOf } from './service-rules.ts';
import { validateServiceChange, validateServiceSpec, validateServiceStatus } from './service-validation.ts';
import { serviceProxy } from './service-connect.ts';

function prepareForCreate(object: Service, context: StrategyContext): void {
  object.status = { loadBalancer: {} };
  const spec = (object.spec ??= {});
  syncClusterIps(spec);
  if (resolveFamilies(spec).length > 0) return;
  if (allocationErrors(spec, undefined, context).length > 0) return;
  allocate(spec, context);
}

function prepareForUpdate(object: Service, old: Service, context: StrategyContext): void {
  const spec = (object.spec ??= {});
  const before = old.spec ?? {};
  keepAllocated(spec, before);
  syncClusterIps(spec, before);
  if (resolveFamilies(spec).length > 0) return;
  if (allocationErrors(spec, before, context).length === 0) allocate(spec, context);
  dropForType(spec, before);
}

/** As upstream allocates before it validates, what cannot be allocated is all a client hears of. */
function refusals(object: Service, old: Service | undefined, context: StrategyContext): FieldError[] {
  const spec = object.spec ?? {};
  const families = resolveFamilies(spec);
  return families.length > 0 ? families : allocationErrors(spec, old?.spec, context);
}

function validate(object: Service, context: StrategyContext): FieldError[] {
  const refused = refusals(object, undefined, context);
  return refused.length > 0 ? refused : validateServiceSpec(object.spec ?? {});
}

function validateUpdate(object: Service, old: Service, context: StrategyContext): FieldError[] {
  const refused = refusals(object, old, context);
  if (refused.length > 0) return refused;
  return [
    ...validateServiceChange(object.spec ?? {}, old.spec ?? {}),
    ...validateObjectMeta(object.metadata, { namespaced: true, validateName: labelNameErrors }),
    ...validateServiceSpec(object.spec ?? {}),
  ];
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
  prepareForCreate,
  prepareForUpdate,
  validate,
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
  terms: ({ spec }) => [...clusterIpsOf(spec).map(clusterIpTerm), ...nodePortsOf(spec).map(nodePortTerm)],

  printer: servicePrinter,
});
