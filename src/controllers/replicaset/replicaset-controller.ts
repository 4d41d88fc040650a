// Keeps as many pods of a ReplicaSet as it asks for.

import { labelMatcher } from '../../schema/label-selector.ts';
import { replicasController } from './replicas.ts';

export const replicaSetController = replicasController('replicaset-controller', {
  resource: 'replicasets.apps',
  kind: 'ReplicaSet',
  group: 'apps',
  matcher: ({ spec }) => labelMatcher(spec?.selector),
  countsTerminating: true,
});
