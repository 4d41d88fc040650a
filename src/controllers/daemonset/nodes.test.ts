// After kubernetes pkg/controller/daemon/daemon_controller_test.go (TestNodeShouldRunDaemonPod and others).

import { describe, expect, it } from 'vitest';
import type { DaemonSet } from '../../api/types/apps-v1.ts';
import type { Node, PodSpec, Taint } from '../../api/types/core-v1.ts';
import { aDaemonSet } from '../testing/objects.ts';
import { nodeRule } from './nodes.ts';

function daemons(spec: Partial<PodSpec>): DaemonSet {
  const containers = [{ name: 'c', image: 'app:1', ports: [{ containerPort: 80, hostPort: 666 }] }];
  const { metadata, ...rest } = aDaemonSet({ template: { spec: { containers, ...spec } } });
  const stored = { name: 'web', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  return { ...rest, metadata: { ...metadata, ...stored } };
}

function node(options: { name?: string; labels?: Record<string, string>; taints?: Taint[] } = {}): Node {
  const { name = 'test-node', labels = { daemon: 'yes' }, taints = [] } = options;
  const metadata = { name, labels, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  return { apiVersion: 'v1', kind: 'Node', metadata, spec: { taints, unschedulable: true } };
}

const affinity = (key: string, operator: string, values: string[], field = false) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ [field ? 'matchFields' : 'matchExpressions']: [{ key, operator, values }] }],
    },
  },
});

const RUN = { run: true, stay: true };
const STAY = { run: false, stay: true };
const NEITHER = { run: false, stay: false };
const noSchedule = (key: string): Taint => ({ key, effect: 'NoSchedule' });
const noExecute = (key: string): Taint => ({ key, effect: 'NoExecute' });
const k8s = (name: string) => `node.kubernetes.io/${name}`;

describe('TestNodeShouldRunDaemonPod', () => {
  it.each([
    ['ShouldRunDaemonPod', {}, node(), RUN],
    ['nodeName matches', { nodeName: 'test-node' }, node(), RUN],
    ['nodeName does not match', { nodeName: 'other-node' }, node(), NEITHER],
    ['node selector matches', { nodeSelector: { daemon: 'yes' } }, node(), RUN],
    ['ErrPodNotMatchNodeSelector', { nodeSelector: { daemon: 'off' } }, node(), NEITHER],
    ['ShouldRunDaemonPod: affinity', { affinity: affinity('daemon', 'In', ['yes']) }, node(), RUN],
    ['ErrPodAffinityNotMatch', { affinity: affinity('daemon', 'In', ['no']) }, node(), NEITHER],
    ['by field', { affinity: affinity('metadata.name', 'In', ['test-node'], true) }, node(), RUN],
    ['by another field', { affinity: affinity('metadata.name', 'In', ['no-such'], true) }, node(), NEITHER],
    ['taints: NoSchedule', {}, node({ taints: [noSchedule('x')] }), STAY],
    ['taints: NoExecute', {}, node({ taints: [noExecute('x')] }), NEITHER],
    ['taints: PreferNoSchedule', {}, node({ taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }), RUN],
    ['tolerated', { tolerations: [{ key: 'x', operator: 'Exists' }] }, node({ taints: [noExecute('x')] }), RUN],
    ['tolerates all', { tolerations: [{ operator: 'Exists' }] }, node({ taints: [noSchedule('x')] }), RUN],
    ['TestNodeDaemonLaunchesToleratePod: not ready', {}, node({ taints: [noExecute(k8s('not-ready'))] }), RUN],
    ['TestNotReadyNodeDaemonLaunchesPod: unreachable', {}, node({ taints: [noExecute(k8s('unreachable'))] }), RUN],
    ['not ready, NoSchedule', {}, node({ taints: [noSchedule(k8s('not-ready'))] }), STAY],
    ['TestUnschedulableNodeDaemonLaunchesPod', {}, node({ taints: [noSchedule(k8s('unschedulable'))] }), RUN],
    ['TestTaintPressureNodeDaemonLaunchesPod: disk', {}, node({ taints: [noSchedule(k8s('disk-pressure'))] }), RUN],
    ['memory', {}, node({ taints: [noSchedule(k8s('memory-pressure'))] }), RUN],
    ['pid', {}, node({ taints: [noSchedule(k8s('pid-pressure'))] }), RUN],
    ['network, of the node', { hostNetwork: true }, node({ taints: [noSchedule(k8s('network-unavailable'))] }), RUN],
    ['network, of the pod', {}, node({ taints: [noSchedule(k8s('network-unavailable'))] }), STAY],
  ] as const)('%s', (_, spec, of, expected) => {
    expect(nodeRule(daemons(spec as Partial<PodSpec>))(of)).toEqual(expected);
  });
});
