// After kubernetes pkg/controller/daemon/util/daemonset_util_test.go.

import { describe, expect, it } from 'vitest';
import type { DaemonSet } from '../../api/types/apps-v1.ts';
import type { Affinity, NodeSelectorTerm, Pod } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { aDaemonSet, aPod } from '../testing/objects.ts';
import { daemonTolerations, isUpdated, podMaker, targetNode } from './pod.ts';

const STORED = { name: 'web', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };

function daemons(generation: string | undefined, affinity?: Affinity): DaemonSet {
  const { metadata, ...rest } = aDaemonSet();
  const annotations = generation === undefined ? {} : { 'deprecated.daemonset.template.generation': generation };
  const set: DaemonSet = { ...rest, metadata: { ...metadata, ...STORED, annotations } };
  if (affinity !== undefined && set.spec?.template.spec !== undefined) set.spec.template.spec.affinity = affinity;
  return set;
}

function pod(labels: Record<string, string>, spec: Partial<Pod['spec'] & object> = {}): Pod {
  const { metadata, ...rest } = aPod('p', { labels, spec });
  return { ...rest, metadata: { ...metadata, ...STORED } };
}

const required = (...nodeSelectorTerms: NodeSelectorTerm[]): Affinity => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
});
const named = (...values: string[]): NodeSelectorTerm => ({
  matchFields: [{ key: 'metadata.name', operator: 'In', values }],
});

describe('TestIsPodUpdated', () => {
  const by = (generation?: string, hash?: string) => ({
    ...(generation === undefined ? {} : { 'pod-template-generation': generation }),
    ...(hash === undefined ? {} : { 'controller-revision-hash': hash }),
  });
  it.each([
    ['templateGeneration and hash both match', '12', by('12', 'h1'), 'h1', true],
    ['templateGeneration matches, hash does not', '12', by('12', 'h1-123'), 'h1', true],
    ['templateGeneration matches, no hash label, has hash', '12', by('12'), 'h1', true],
    ['templateGeneration matches, no hash label, no hash', '12', by('12'), '', true],
    ['templateGeneration does not match, hash does', '12', by('11', 'h1'), 'h1', true],
    ['templateGeneration and hash both do not match', '12', by('11', 'h1-123'), 'h1', false],
    ['empty labels, no hash', '12', by(), '', false],
    ['empty labels', '12', by(), 'h1', false],
    ['no template generation, hash matches', undefined, by(undefined, 'h1'), 'h1', true],
    ['no template generation, no match', undefined, by('12', 'h2'), 'h1', false],
    ['template generation is no number', 'abc', by('abc', 'h2'), 'h1', false],
  ])('%s', (_, generation, labels, hash, expected) => {
    expect(isUpdated(daemons(generation), hash)(pod(labels))).toBe(expected);
  });
});

describe('TestCreatePodTemplate', () => {
  it.each([
    ['all', '1', 'h', { app: 'web', 'pod-template-generation': '1', 'controller-revision-hash': 'h' }],
    ['no hash', '2', '', { app: 'web', 'pod-template-generation': '2' }],
    ['no generation', undefined, 'h', { app: 'web', 'controller-revision-hash': 'h' }],
  ])('%s', (_, generation, hash, labels) => {
    const set = daemons(generation);
    const before = clone(set);
    const draft = podMaker(set, hash)('n0');
    expect(draft.metadata).toMatchObject({ labels, generateName: 'web-', ownerReferences: [{ kind: 'DaemonSet' }] });
    expect(Object.keys(draft.metadata.labels ?? {})).toHaveLength(Object.keys(labels).length);
    expect(set).toEqual(before);
  });
});

describe('TestReplaceDaemonSetPodNodeNameNodeAffinity', () => {
  const preferred = [
    { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'In' as const, values: ['b'] }] } },
  ];
  const other = { matchExpressions: [{ key: 'hostname', operator: 'In' as const, values: ['host_1'] }] };
  it.each([
    ['none', undefined, required(named('host_1'))],
    ['terms are replaced', required(other, named('host_2')), required(named('host_1'))],
    [
      'preferences stay',
      { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } },
      {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: preferred,
          ...required(named('host_1')).nodeAffinity,
        },
      },
    ],
    ['so does the rest', { podAntiAffinity: {} }, { podAntiAffinity: {}, ...required(named('host_1')) }],
  ])('%s', (_, affinity, expected) => {
    expect(podMaker(daemons('1', affinity), 'h')('host_1').spec?.affinity).toEqual(expected);
  });
});

describe('TestGetTargetNodeName', () => {
  it.each([
    ['bound', pod({}, { nodeName: 'node-1' }), 'node-1'],
    ['by affinity', pod({}, { affinity: required(named('node-1')) }), 'node-1'],
    ['the first that names one', pod({}, { affinity: required({ matchExpressions: [] }, named('node-1')) }), 'node-1'],
    ['two names are none', pod({}, { affinity: required(named('node-1', 'node-2')) }), undefined],
    ['no affinity', pod({}), undefined],
  ])('%s', (_, of, expected) => {
    expect(targetNode(of)).toBe(expected);
  });
});

describe('tolerations', () => {
  const keys = (spec: Pod['spec'] & object) => daemonTolerations(spec).map(({ key }) => key?.split('/').at(-1));

  it('come behind those of the template', () => {
    const tolerations = [{ key: 'example.com/x', operator: 'Exists' }];
    expect(keys({ containers: [], tolerations })).toEqual([
      'x',
      'not-ready',
      'unreachable',
      'disk-pressure',
      'memory-pressure',
      'pid-pressure',
      'unschedulable',
    ]);
    expect(keys({ containers: [], hostNetwork: true }).at(-1)).toBe('network-unavailable');
  });

  it('hold without end, whatever the template says of the same taint', () => {
    const tolerations = [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ];
    const [first, ...others] = daemonTolerations({ containers: [], tolerations });
    expect(first).toEqual({ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' });
    expect(others).toHaveLength(5);
  });
});
