import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../api/types/core-v1.ts';
import { NodeCache } from './node-cache.ts';
import { podKey, usageOf } from './pod-info.ts';
import { aNode, aNodeInfo, aPod } from './testing/objects.ts';

const IMAGES = ['app:1', 'app:2'];
const NAMES = ['n0', 'n1', 'n2'];

/** What counts of the cache, whatever the order in which it came about. */
function contents(cache: NodeCache): unknown {
  const nodes = cache.nodes().map((info) => ({
    name: info.name,
    allocatable: Object.fromEntries(info.allocatable),
    images: Object.fromEntries(info.images),
    requested: Object.fromEntries(info.requested),
    scored: [info.scoredCpu, info.scoredMemory],
    pods: Object.fromEntries(info.pods),
  }));
  nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { nodes, images: IMAGES.map((image) => cache.nodesWithImage(image)) };
}

type Step =
  | { readonly what: 'setNode'; readonly node: Node }
  | { readonly what: 'removeNode'; readonly name: string }
  | { readonly what: 'setPod'; readonly pod: Pod; readonly node: string }
  | { readonly what: 'removePod'; readonly key: string };

const name = fc.constantFrom(...NAMES);
const pod = fc
  .record({ name: fc.constantFrom('p0', 'p1', 'p2', 'p3'), cpu: fc.nat(3), gpu: fc.nat(1) })
  .map(({ name, cpu, gpu }) => aPod(name, { requests: { cpu: `${cpu}`, 'example.com/gpu': `${gpu}` } }));
const node = fc
  .record({ name, cpu: fc.nat(8), images: fc.subarray(IMAGES) })
  .map(({ name, cpu, images }) =>
    aNode(name, { allocatable: { cpu: `${cpu}` }, images: images.map((image) => ({ names: [image], sizeBytes: 1 })) }),
  );
const step: fc.Arbitrary<Step> = fc.oneof(
  node.map((node) => ({ what: 'setNode' as const, node })),
  name.map((name) => ({ what: 'removeNode' as const, name })),
  fc.record({ what: fc.constant('setPod' as const), pod, node: name }),
  pod.map((pod) => ({ what: 'removePod' as const, key: podKey(pod) })),
);

describe('NodeCache', () => {
  it('equals one made anew from what is left, after any sequence of changes (2)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cache = new NodeCache();
        const nodes = new Map<string, Node>();
        const pods = new Map<string, { pod: Pod; node: string }>();
        for (const change of steps) {
          if (change.what === 'setNode') {
            cache.setNode(change.node);
            nodes.set(change.node.metadata.name, change.node);
          } else if (change.what === 'removeNode') {
            cache.removeNode(change.name);
            nodes.delete(change.name);
          } else if (change.what === 'setPod') {
            cache.setPod(podKey(change.pod), usageOf(change.pod), change.node);
            pods.set(podKey(change.pod), change);
          } else {
            expect(cache.removePod(change.key)).toBe(pods.delete(change.key));
          }
          // Read in between, so that a stale answer would show.
          expect(cache.nodes()).toHaveLength(nodes.size);
        }
        const anew = new NodeCache();
        for (const [key, { pod, node }] of pods) anew.setPod(key, usageOf(pod), node);
        for (const node of nodes.values()) anew.setNode(node);
        expect(contents(cache)).toEqual(contents(anew));
      }),
      { numRuns: 300 },
    );
  });

  it('gives a node that comes back the pods that were bound to it', () => {
    const cache = new NodeCache();
    cache.setNode(aNode('n0'));
    cache.setPod('a/p', usageOf(aPod('p', { requests: { cpu: '1' } })), 'n0');
    cache.removeNode('n0');
    expect(cache.node('n0')).toBeUndefined();
    cache.setNode(aNode('n0'));
    expect(cache.node('n0')?.requested.get('cpu')).toBe(1000);
    expect(cache.usage('a/p', 'n0')?.uid).toBe('uid-p');
    expect(cache.usage('a/p', 'n1')).toBeUndefined();
  });
});

describe('a host port', () => {
  const taken = (hostIP?: string) => {
    const ports = [{ containerPort: 80, hostPort: 80, ...(hostIP === undefined ? {} : { hostIP }) }];
    return aNodeInfo(aNode('n0'), [aPod('p', { spec: { containers: [{ name: 'c', image: 'a', ports }] } })]);
  };

  it.each([
    ['on all addresses is in the way of one address', undefined, { ip: '10.0.0.1', protocol: 'TCP', port: 80 }, true],
    ['on one address is in the way of all', '10.0.0.1', { ip: '0.0.0.0', protocol: 'TCP', port: 80 }, true],
    ['on one address leaves another free', '10.0.0.1', { ip: '10.0.0.2', protocol: 'TCP', port: 80 }, false],
    ['leaves the other protocol free', undefined, { ip: '0.0.0.0', protocol: 'UDP', port: 80 }, false],
    ['leaves other ports free', undefined, { ip: '0.0.0.0', protocol: 'TCP', port: 81 }, false],
  ])('%s', (_, hostIP, wanted, inTheWay) => {
    expect(taken(hostIP).usesPort(wanted)).toBe(inTheWay);
  });
});
