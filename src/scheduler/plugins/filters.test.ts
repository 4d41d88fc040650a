import { describe, expect, it } from 'vitest';
import type { NodeSelectorRequirement, Toleration } from '../../api/types/core-v1.ts';
import { aNode, aNodeInfo, aPod, aPodInfo } from '../testing/objects.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { taintToleration } from './taint-toleration.ts';

const plain = aNodeInfo(aNode('n0'));

describe('NodeUnschedulable', () => {
  const cordoned = aNodeInfo(aNode('n0', { spec: { unschedulable: true } }));

  it('keeps pods off a cordoned node', () => {
    expect(nodeUnschedulable.filter(aPodInfo('p'), plain)).toBeUndefined();
    expect(nodeUnschedulable.filter(aPodInfo('p'), cordoned)).toEqual({
      unresolvable: true,
      reasons: ['node(s) were unschedulable'],
    });
  });

  it('lets pass who tolerates it', () => {
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }];
    expect(nodeUnschedulable.filter(aPodInfo('p', { spec: { tolerations } }), cordoned)).toBeUndefined();
  });
});

it('NodeName lets a pod onto the node it names, and one that names none onto all', () => {
  expect(nodeName.filter(aPodInfo('p'), plain)).toBeUndefined();
  expect(nodeName.filter(aPodInfo('p', { spec: { nodeName: 'n0' } }), plain)).toBeUndefined();
  expect(nodeName.filter(aPodInfo('p', { spec: { nodeName: 'n1' } }), plain)).toEqual({
    unresolvable: true,
    reasons: ["node(s) didn't match the requested node name"],
  });
});

describe('TaintToleration', () => {
  const filter = (effect: string, tolerations: Toleration[]) =>
    taintToleration.filter(
      aPodInfo('p', { spec: { tolerations } }),
      aNodeInfo(aNode('n0', { spec: { taints: [{ key: 'k', value: '5', effect }] } })),
    );
  const rejected = { unresolvable: true, reasons: ['node(s) had untolerated taint(s)'] };

  it('keeps off who does not tolerate NoSchedule or NoExecute', () => {
    expect(filter('NoSchedule', [])).toEqual(rejected);
    expect(filter('NoExecute', [])).toEqual(rejected);
    expect(filter('PreferNoSchedule', [])).toBeUndefined();
  });

  it.each<[string, Toleration, boolean]>([
    ['the same key and value', { key: 'k', operator: 'Equal', value: '5', effect: 'NoSchedule' }, true],
    ['no operator, which is Equal', { key: 'k', value: '5' }, true],
    ['another value', { key: 'k', operator: 'Equal', value: '6' }, false],
    ['another key', { key: 'l', operator: 'Exists' }, false],
    ['another effect', { key: 'k', operator: 'Exists', effect: 'NoExecute' }, false],
    ['Exists', { key: 'k', operator: 'Exists' }, true],
    ['Exists of any key', { operator: 'Exists' }, true],
    ['Lt, the taint below it', { key: 'k', operator: 'Lt', value: '6' }, true],
    ['Lt, the taint not below it', { key: 'k', operator: 'Lt', value: '5' }, false],
    ['Gt, the taint above it', { key: 'k', operator: 'Gt', value: '4' }, true],
    ['Gt of no number', { key: 'k', operator: 'Gt', value: 'x' }, false],
  ])('a toleration of %s', (_, toleration, tolerated) => {
    expect(filter('NoSchedule', [toleration])).toEqual(tolerated ? undefined : rejected);
  });
});

describe('NodeAffinity', () => {
  const node = aNodeInfo(aNode('n0', { labels: { disk: 'ssd', rank: '5' } }));
  const rejected = { unresolvable: true, reasons: ["node(s) didn't match Pod's node affinity/selector"] };
  const required = (...terms: Array<{ e?: NodeSelectorRequirement[]; f?: NodeSelectorRequirement[] }>) =>
    aPodInfo('p', {
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: terms.map(({ e, f }) => ({
                ...(e === undefined ? {} : { matchExpressions: e }),
                ...(f === undefined ? {} : { matchFields: f }),
              })),
            },
          },
        },
      },
    });

  it('wants every label of a nodeSelector', () => {
    const filter = (nodeSelector: Record<string, string>) =>
      nodeAffinity.filter(aPodInfo('p', { spec: { nodeSelector } }), node);
    expect(filter({ disk: 'ssd', rank: '5' })).toBeUndefined();
    expect(filter({ disk: 'ssd', rank: '6' })).toEqual(rejected);
    expect(filter({ none: '' })).toEqual(rejected);
  });

  it.each<[string, NodeSelectorRequirement, boolean]>([
    ['In', { key: 'disk', operator: 'In', values: ['hdd', 'ssd'] }, true],
    ['In others', { key: 'disk', operator: 'In', values: ['hdd'] }, false],
    ['In without the label', { key: 'none', operator: 'In', values: [''] }, false],
    ['NotIn', { key: 'disk', operator: 'NotIn', values: ['ssd'] }, false],
    ['NotIn without the label', { key: 'none', operator: 'NotIn', values: ['ssd'] }, true],
    ['Exists', { key: 'disk', operator: 'Exists' }, true],
    ['DoesNotExist', { key: 'disk', operator: 'DoesNotExist' }, false],
    ['Gt', { key: 'rank', operator: 'Gt', values: ['4'] }, true],
    ['Gt itself', { key: 'rank', operator: 'Gt', values: ['5'] }, false],
    ['Lt', { key: 'rank', operator: 'Lt', values: ['10'] }, true],
    ['Lt of no number', { key: 'disk', operator: 'Lt', values: ['10'] }, false],
  ])('a requirement: %s', (_, requirement, holds) => {
    expect(nodeAffinity.filter(required({ e: [requirement] }), node)).toEqual(holds ? undefined : rejected);
  });

  it('is content with one of the terms, and a term without requirements matches nothing', () => {
    const no = { key: 'disk', operator: 'In', values: ['hdd'] };
    const yes = { key: 'rank', operator: 'Exists' };
    expect(nodeAffinity.filter(required({ e: [no] }, { e: [yes] }), node)).toBeUndefined();
    expect(nodeAffinity.filter(required({ e: [no, yes] }), node)).toEqual(rejected);
    expect(nodeAffinity.filter(required({}), node)).toEqual(rejected);
  });

  it('narrows the search to named nodes only where every term names some', () => {
    const named = (...values: string[]) => ({ key: 'metadata.name', operator: 'In', values });
    expect(nodeAffinity.preFilter?.(required({ f: [named('n0')] }, { f: [named('n1', 'n2')] }))).toEqual({
      ok: true,
      nodes: new Set(['n0', 'n1', 'n2']),
    });
    expect(nodeAffinity.preFilter?.(required({ f: [named('n0')] }, { e: [] }))).toBeUndefined();
    expect(nodeAffinity.preFilter?.(required({ f: [named('n0', 'n1'), named('n1')] }))).toEqual({
      ok: true,
      nodes: new Set(['n1']),
    });
    expect(nodeAffinity.preFilter?.(required({ f: [named('n0'), named('n1')] }))).toEqual({
      ok: false,
      reason: 'pod affinity terms conflict',
    });
    expect(nodeAffinity.filter(required({ f: [named('n1')] }), node)).toEqual(rejected);
  });
});

it('NodePorts rejects a node where the port is taken', () => {
  const spec = { containers: [{ name: 'c', image: 'a', ports: [{ containerPort: 80, hostPort: 80 }] }] };
  expect(nodePorts.filter(aPodInfo('q', { spec }), plain)).toBeUndefined();
  expect(nodePorts.filter(aPodInfo('q', { spec }), aNodeInfo(aNode('n0'), [aPod('p', { spec })]))).toEqual({
    unresolvable: false,
    reasons: ["node(s) didn't have free ports for the requested pod ports"],
  });
});

describe('NodeResourcesFit', () => {
  const node = (...pods: Array<Record<string, string>>) =>
    aNodeInfo(
      aNode('n0', { allocatable: { pods: '2', 'example.com/gpu': '1' } }),
      pods.map((requests, index) => aPod(`p${index}`, { requests })),
    );
  const filter = (requests: Record<string, string>, ...pods: Array<Record<string, string>>) =>
    nodeResourcesFit.filter(aPodInfo('q', { requests }), node(...pods));

  it('takes what exactly fits', () => {
    expect(filter({ cpu: '3', memory: '8Gi' }, { cpu: '1' })).toBeUndefined();
  });

  it('names every shortage, the pod count first', () => {
    expect(
      filter({ cpu: '4', memory: '8Gi', 'example.com/gpu': '1' }, { cpu: '1', 'example.com/gpu': '1' }, {}),
    ).toEqual({
      unresolvable: false,
      reasons: ['Too many pods', 'Insufficient cpu', 'Insufficient example.com/gpu'],
    });
  });

  it('is beyond help where the node never had enough', () => {
    expect(filter({ cpu: '5' })).toEqual({ unresolvable: true, reasons: ['Insufficient cpu'] });
    expect(filter({ 'example.com/tpu': '1' })?.unresolvable).toBe(true);
    expect(filter({ cpu: '4' }, { cpu: '1m' })?.unresolvable).toBe(false);
  });
});
