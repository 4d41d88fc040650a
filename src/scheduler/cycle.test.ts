import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../api/types/core-v1.ts';
import type { Random } from '../lib/random.ts';
import { seededRandom } from '../lib/random.ts';
import { SchedulingCycle } from './cycle.ts';
import { NodeCache } from './node-cache.ts';
import { podKey, usageOf } from './pod-info.ts';
import { aNode, aPod, aPodInfo } from './testing/objects.ts';

/** Takes the n-th of `of` equals. */
const always = (n: number, of: number): Random => ({ ...seededRandom(1), next: () => n / of });

function cycleOver(
  nodes: readonly Node[],
  bound: ReadonlyArray<readonly [pod: Pod, node: string]> = [],
  random = seededRandom(1),
) {
  const cache = new NodeCache();
  for (const node of nodes) cache.setNode(node);
  for (const [pod, node] of bound) cache.setPod(podKey(pod), usageOf(pod), node);
  return { cache, cycle: new SchedulingCycle(cache, random) };
}

function nodes(count: number, more: Parameters<typeof aNode>[1] = {}): Node[] {
  return Array.from({ length: count }, (_, index) => aNode(`n${index}`, more));
}

const tainted = { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } };
const HELPLESS = 'Preemption is not helpful for scheduling';

function message(cycle: SchedulingCycle, ...pod: Parameters<typeof aPodInfo>): string {
  const decision = cycle.schedule(aPodInfo(...pod));
  return decision.ok ? `bound to ${decision.node}` : decision.message;
}

describe('what a pod without a node is told', () => {
  it('no nodes at all', () => {
    expect(message(cycleOver([]).cycle, 'p')).toBe('no nodes available to schedule pods');
  });

  it('counts of reasons in order of their texts, and whether eviction would help', () => {
    const { cycle } = cycleOver(
      [...nodes(2), aNode('t', tainted), aNode('c', { spec: { unschedulable: true } })],
      [[aPod('q', { requests: { cpu: '4' } }), 'n0']],
    );
    expect(message(cycle, 'p', { requests: { cpu: '4', memory: '9Gi' } })).toBe(
      '0/4 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, ' +
        `2 Insufficient memory. no new claims to deallocate, preemption: 0/4 nodes are available: 4 ${HELPLESS}.`,
    );
    expect(message(cycle, 'p', { requests: { cpu: '4' }, spec: { nodeSelector: { 'no-such': '' } } })).toContain(
      `2 node(s) didn't match Pod's node affinity/selector`,
    );
  });

  it('no victims where eviction might have helped', () => {
    const { cycle } = cycleOver([...nodes(1), aNode('t', tainted)], [[aPod('q', { requests: { cpu: '4' } }), 'n0']]);
    expect(message(cycle, 'p', { requests: { cpu: '1' } })).toBe(
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). no new claims to deallocate, ' +
        `preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 ${HELPLESS}.`,
    );
  });

  it('that it never preempts', () => {
    const spec = { preemptionPolicy: 'Never' };
    expect(message(cycleOver(nodes(1)).cycle, 'p', { requests: { cpu: '5' }, spec })).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.',
    );
  });

  const onNodes = (...values: string[][]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: values.map((names) => ({ key: 'metadata.name', operator: 'In', values: names })) },
          ],
        },
      },
    },
  });

  it('that other nodes than those it names do not come into question', () => {
    const { cycle } = cycleOver(nodes(3, tainted));
    expect(message(cycle, 'p', { spec: onNodes(['none']) })).toBe(
      "0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, " +
        `preemption: 0/3 nodes are available: 3 ${HELPLESS}.`,
    );
    expect(message(cycle, 'p', { spec: onNodes(['n1']) })).toContain(
      "1 node(s) had untolerated taint(s), 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
    expect(message(cycle, 'p', { spec: onNodes(['n1'], ['n2']) })).toBe(
      '0/3 nodes are available: pod affinity terms conflict. not found',
    );
    expect(message(cycleOver(nodes(3)).cycle, 'p', { spec: onNodes(['n1']) })).toBe('bound to n1');
  });
});

describe('which node a pod gets', () => {
  it('the one with the best sum of weighted scores', () => {
    const { cycle } = cycleOver(
      [...nodes(2), aNode('labelled', { labels: { good: '' } })],
      [[aPod('q', { requests: { cpu: '2', memory: '4Gi' } }), 'labelled']],
    );
    expect(message(cycle, 'p')).toMatch(/n0|n1/);
    const preference = { matchExpressions: [{ key: 'good', operator: 'Exists' }] };
    const preferred = [{ weight: 1, preference }];
    const spec = { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } };
    expect(message(cycle, 'p', { spec })).toBe('bound to labelled');
  });

  it('of equals the one that the given randomness picks', () => {
    const chosen = [0, 1, 2].map((n) => message(cycleOver(nodes(3), [], always(n, 3)).cycle, 'p'));
    expect(chosen).toEqual(['bound to n0', 'bound to n1', 'bound to n2']);
  });

  it('the same nodes for the same seed', () => {
    const run = () => {
      const { cycle } = cycleOver(nodes(5), [], seededRandom(7));
      return Array.from({ length: 20 }, (_, index) => message(cycle, `p${index}`));
    };
    expect(run()).toEqual(run());
    expect(new Set(run()).size).toBe(5);
  });
});

describe('among many nodes', () => {
  // 200 nodes: 49 % of them would do, but at least 100; then the search goes on where it ended.
  it('looks only for a share, and goes on from there for the next pod', () => {
    const { cycle } = cycleOver(nodes(200), [], always(0, 1));
    expect([0, 1, 2].map((n) => message(cycle, `p${n}`))).toEqual(['bound to n0', 'bound to n100', 'bound to n0']);
  });

  it('looks at all of them if it must', () => {
    const { cycle } = cycleOver([...nodes(300, tainted), aNode('last')], [], always(0, 1));
    expect([0, 1].map((n) => message(cycle, `p${n}`))).toEqual(['bound to last', 'bound to last']);
  });

  it('keeps its place in range when nodes go', () => {
    const { cache, cycle } = cycleOver(nodes(150), [], always(0, 1));
    message(cycle, 'p');
    for (let index = 1; index < 150; index++) cache.removeNode(`n${index}`);
    expect(message(cycle, 'q')).toBe('bound to n0');
  });
});
