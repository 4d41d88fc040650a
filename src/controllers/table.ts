// Every controller of a cluster. A new one is one more line.

import { deploymentController } from './deployment/deployment-controller.ts';
import { garbageCollector } from './garbagecollector/garbage-collector.ts';
import { namespaceController } from './namespace/namespace-controller.ts';
import { nodeIpamController } from './nodeipam/node-ipam-controller.ts';
import { podGarbageCollector } from './podgc/pod-garbage-collector.ts';
import { replicaSetController } from './replicaset/replicaset-controller.ts';
import type { Controller } from './runtime/component.ts';

export const CONTROLLERS: readonly Controller[] = [
  deploymentController,
  replicaSetController,
  garbageCollector,
  namespaceController,
  podGarbageCollector,
  nodeIpamController,
];
