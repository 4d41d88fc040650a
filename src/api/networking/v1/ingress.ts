// Ingress. Models kubernetes pkg/registry/networking/ingress, pkg/apis/networking/validation and the printer.

import { clone } from '../../../lib/json.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { Ingress } from '../../types/networking-v1.ts';
import { INGRESS_CLASS, validateIngress, validateIngressSpec, validateIngressStatus } from './ingress-validation.ts';

function hostsCell({ spec }: Ingress): string {
  const hosts = (spec?.rules ?? []).flatMap(({ host }) => (host ? [host] : []));
  const shown = hosts.slice(0, 3).join(',');
  if (hosts.length === 0) return '*';
  return hosts.length > 3 ? `${shown} + ${hosts.length - 3} more...` : shown;
}

function addressCell({ status }: Ingress): string {
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
  return [...new Set(addresses.filter((address) => address !== ''))].sort().join(',');
}

export const ingress = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  resource: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  namespaced: true,
  definition: 'io.k8s.api.networking.v1.Ingress',
  storagePath: 'ingress',

  setDefaults(object) {
    object.spec ??= {};
  },
  prepareForCreate(object) {
    object.status = { loadBalancer: {} };
  },
  validate: validateIngress,
  validateUpdate: (object) => validateIngressSpec(object.spec ?? {}),
  warnings: (object, old) =>
    old === undefined && object.metadata.annotations?.[INGRESS_CLASS] !== undefined
      ? [`annotation "${INGRESS_CLASS}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  hasGeneration: true,

  status: {
    prepare(object, old) {
      object.spec = clone(old.spec ?? {});
      object.status ??= {};
      object.status.loadBalancer ??= {};
    },
    validate: validateIngressStatus,
  },

  printer: {
    columns: [NAME_COLUMN, column('Class'), column('Hosts'), column('Address'), column('Ports'), AGE_COLUMN],
    cells: (object, now) => [
      object.metadata.name,
      object.spec?.ingressClassName ?? '<none>',
      hostsCell(object),
      addressCell(object),
      (object.spec?.tls ?? []).length > 0 ? '80, 443' : '80',
      age(object, now),
    ],
  },
});
