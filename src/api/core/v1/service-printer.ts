// The table of Services. Models kubernetes pkg/printers/internalversion (printService).

import { formatLabels } from '../../../schema/label-selector.ts';
import type { Printer } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, wide } from '../../printing.ts';
import type { Service, ServicePort } from '../../types/core-v1.ts';

function externalIps({ spec, status }: Service): string {
  const external = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || '<none>';
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
      const assigned = [...new Set(ingress.filter((address) => address !== ''))].sort();
      return [...assigned, ...external].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function portText({ port, nodePort, protocol }: ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}

export const servicePrinter: Printer<Service> = {
  columns: [
    NAME_COLUMN,
    column('Type'),
    column('Cluster-IP'),
    column('External-IP'),
    column('Port(s)'),
    AGE_COLUMN,
    wide('Selector'),
  ],
  cells: (object, now) => [
    object.metadata.name,
    object.spec?.type ?? '',
    object.spec?.clusterIPs?.[0] ?? '<none>',
    externalIps(object),
    (object.spec?.ports ?? []).map(portText).join(',') || '<none>',
    age(object, now),
    formatLabels(object.spec?.selector),
  ],
};
