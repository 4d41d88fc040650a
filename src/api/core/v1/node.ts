// Node. Models kubernetes pkg/registry/core/node/strategy.go and pkg/apis/core/v1/{defaults,conversion}.go.

import { clone } from '../../../lib/json.ts';
import { defineKind } from '../../kind.ts';
import type { Node, NodeCondition, NodeSpec, NodeStatus, NodeSystemInfo } from '../../types/core-v1.ts';
import { nodePrinter } from './node-printer.ts';
import { validateNode, validateNodeChange } from './node-validation.ts';
import { omitEmpty } from './pod-defaults.ts';
import { canonicalResources } from './resource-lists.ts';
import { nodeProxy } from './node-connect.ts';

/** What a kubelet tells of its machine; served even where nothing is known. */
const NO_INFO: NodeSystemInfo = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '',
  osImage: '',
  containerRuntimeVersion: '',
  kubeletVersion: '',
  kubeProxyVersion: '',
  operatingSystem: '',
  architecture: '',
};

/** podCIDR and podCIDRs say the same; where they differ podCIDR is right. */
function setSpecDefaults(spec: NodeSpec): void {
  const first = spec.podCIDRs?.[0];
  if (spec.podCIDR) {
    if (first !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  } else if (first) spec.podCIDR = first;
  for (const taint of spec.taints ?? []) omitEmpty(taint, ['value']);
  omitEmpty(spec, ['podCIDR', 'podCIDRs', 'providerID', 'taints', 'unschedulable']);
}

function setConditionDefaults(condition: NodeCondition): void {
  const times = condition as { lastHeartbeatTime?: string | null; lastTransitionTime?: string | null };
  times.lastHeartbeatTime ??= null;
  times.lastTransitionTime ??= null;
}

function setStatusDefaults(status: NodeStatus): void {
  if (status.capacity !== undefined) {
    canonicalResources(status.capacity);
    status.allocatable ??= { ...status.capacity };
  }
  if (status.allocatable !== undefined) canonicalResources(status.allocatable);
  for (const condition of status.conditions ?? []) setConditionDefaults(condition);
  status.daemonEndpoints ??= {};
  status.daemonEndpoints.kubeletEndpoint ??= { Port: 0 };
  status.nodeInfo = { ...NO_INFO, ...status.nodeInfo };
}

export const node = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  resource: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  definition: 'io.k8s.api.core.v1.Node',
  storagePath: 'minions',

  setDefaults(object) {
    setSpecDefaults((object.spec ??= {}));
    setStatusDefaults((object.status ??= {}));
  },
  // The kubelet of old set this; nobody may any more.
  prepareForCreate(object) {
    delete object.spec?.configSource;
  },
  prepareForUpdate(object, old) {
    if (object.spec !== undefined && old.spec?.configSource === undefined) delete object.spec.configSource;
  },
  validate: validateNode,
  validateUpdate: (object, old) => [...validateNode(object), ...validateNodeChange(object, old)],

  status: {
    // A node registers itself together with its status.
    keptOnCreate: true,
    // Labels and annotations pass with a status.
    prepare(object, old) {
      if (old.metadata.ownerReferences === undefined) delete object.metadata.ownerReferences;
      else object.metadata.ownerReferences = clone(old.metadata.ownerReferences);
    },
    validate: validateNodeChange,
  },

  connections: { proxy: nodeProxy },

  fieldLabels: ['spec.unschedulable'],
  fields: ({ spec }) => ({ 'spec.unschedulable': String(spec?.unschedulable ?? false) }),

  printer: nodePrinter,
});
