// Keeps as many pods of a ReplicationController as it asks for.
// Models kubernetes pkg/controller/replication/replication_controller.go: what a ReplicaSet does, for a selector of labels alone.

import { labelMatcher } from '../../schema/label-selector.ts';
import { replicasController } from '../replicaset/replicas.ts';

export const replicationController = replicasController('replication-controller', {
  resource: 'replicationcontrollers',
  kind: 'ReplicationController',
  group: '',
  matcher: ({ spec }) => labelMatcher({ matchLabels: spec?.selector ?? {} }),
  countsTerminating: false,
});
