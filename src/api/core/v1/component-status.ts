// ComponentStatus: nothing is stored of this kind, and nothing here has one: the parts of a cluster are one object.
// Models kubernetes pkg/registry/core/componentstatus.

import { defineKind } from '../../kind.ts';
import { NAME_COLUMN, column } from '../../printing.ts';
import type { ComponentStatus } from '../../types/core-v1.ts';

function healthy({ conditions }: ComponentStatus) {
  return conditions?.find(({ type }) => type === 'Healthy');
}

export const componentStatus = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  resource: 'componentstatuses',
  singular: 'componentstatus',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  definition: 'io.k8s.api.core.v1.ComponentStatus',
  deprecated: 'v1 ComponentStatus is deprecated in v1.19+',

  printer: {
    columns: [NAME_COLUMN, column('Status'), column('Message'), column('Error')],
    cells: (object) => {
      const condition = healthy(object);
      const status = condition?.status === 'True' ? 'Healthy' : condition?.status === 'False' ? 'Unhealthy' : 'Unknown';
      return [object.metadata.name, status, condition?.message ?? '', condition?.error ?? ''];
    },
  },
});
