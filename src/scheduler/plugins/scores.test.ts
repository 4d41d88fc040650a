import { describe, expect, it } from 'vitest';
import type { ScorePlugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { aNode, aNodeInfo, aPod, aPodInfo } from '../testing/objects.ts';
import { balancedAllocation } from './balanced-allocation.ts';
import { imageLocality } from './image-locality.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { taintToleration } from './taint-toleration.ts';

const MB = 1024 * 1024;

function scores(plugin: ScorePlugin, pod: PodInfo, ...nodes: NodeInfo[]): number[] {
  const nodesWithImage = (image: string) => nodes.filter(({ images }) => images.has(image)).length;
  const found = nodes.map((node) => plugin.score(pod, node, { nodeCount: nodes.length, nodesWithImage }));
  plugin.normalize?.(found);
  return found;
}

it('TaintToleration likes nodes with fewer PreferNoSchedule taints that the pod does not tolerate', () => {
  const tainted = (...keys: string[]) =>
    aNodeInfo(aNode('n', { spec: { taints: keys.map((key) => ({ key, effect: 'PreferNoSchedule' })) } }));
  const nodes = [tainted(), tainted('a'), tainted('a', 'b')] as const;
  expect(scores(taintToleration, aPodInfo('p'), ...nodes)).toEqual([100, 50, 0]);
  const tolerations = [{ key: 'b', operator: 'Exists' }];
  expect(scores(taintToleration, aPodInfo('p', { spec: { tolerations } }), ...nodes)).toEqual([100, 0, 0]);
  expect(scores(taintToleration, aPodInfo('p'), nodes[0], nodes[0])).toEqual([100, 100]);
});

it('NodeAffinity adds up the weights of preferences that hold', () => {
  const prefer = (weight: number, key: string) => ({
    weight,
    preference: { matchExpressions: [{ key, operator: 'Exists' }] },
  });
  const preferred = [prefer(30, 'a'), prefer(10, 'b'), { weight: 99, preference: {} }];
  const spec = { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } };
  const labelled = (...keys: string[]) =>
    aNodeInfo(aNode('n', { labels: Object.fromEntries(keys.map((key) => [key, ''])) }));
  const pod = aPodInfo('p', { spec });
  expect(scores(nodeAffinity, pod, labelled('a', 'b'), labelled('a'), labelled('b'), labelled())).toEqual([
    100, 75, 25, 0,
  ]);
  expect(nodeAffinity.applies?.(aPodInfo('p'))).toBe(false);
});

describe('NodeResourcesFit', () => {
  it('likes the emptier node, by stand-ins where pods request nothing', () => {
    const pod = aPodInfo('p', { requests: { cpu: '1', memory: '1Gi' } });
    const busy = aNodeInfo(aNode('n'), [aPod('q', { requests: { cpu: '2', memory: '5Gi' } })]);
    expect(scores(nodeResourcesFit, pod, aNodeInfo(aNode('n')), busy)).toEqual([81, 25]);
    const [one, two] = scores(
      nodeResourcesFit,
      aPodInfo('p'),
      aNodeInfo(aNode('n'), [aPod('q')]),
      aNodeInfo(aNode('n'), [aPod('q'), aPod('r')]),
    );
    expect(one).toBeGreaterThan(two ?? 0);
  });

  it('does not count what a node does not have', () => {
    const pod = aPodInfo('p', { requests: { cpu: '1' } });
    expect(scores(nodeResourcesFit, pod, aNodeInfo(aNode('n', { allocatable: { memory: '0' } })))).toEqual([75]);
  });
});

it('NodeResourcesBalancedAllocation likes the node whose shares would come closer together', () => {
  const pod = aPodInfo('p', { requests: { cpu: '1', memory: '6Gi' } });
  const empty = aNodeInfo(aNode('n'));
  const mends = aNodeInfo(aNode('n'), [aPod('q', { requests: { cpu: '2' } })]);
  const full = aNodeInfo(aNode('n'), [aPod('q', { requests: { cpu: '400', memory: '800Gi' } })]);
  const oneSided = aNodeInfo(aNode('n', { allocatable: { memory: '0' } }));
  expect(scores(balancedAllocation, pod, empty, mends, full, oneSided)).toEqual([62, 87, 75, 75]);
  expect(balancedAllocation.applies?.(aPodInfo('p'))).toBe(false);
  expect(balancedAllocation.applies?.(pod)).toBe(true);
});

it('ImageLocality likes nodes with large images of the pod, the more so the more nodes have them', () => {
  const having = (sizeBytes: number) => aNodeInfo(aNode('n', { images: [{ names: ['app:1'], sizeBytes }] }));
  const none = aNodeInfo(aNode('n'));
  const pod = aPodInfo('p');
  expect(scores(imageLocality, pod, having(500 * MB), none)).toEqual([23, 0]);
  expect(scores(imageLocality, pod, having(500 * MB), having(500 * MB))).toEqual([48, 48]);
  expect(scores(imageLocality, pod, having(22 * MB), having(5000 * MB))).toEqual([0, 100]);
});
