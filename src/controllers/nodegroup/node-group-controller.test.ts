import { describe, expect, it } from 'vitest';
import { POWER_ANNOTATION } from '../../api/core/v1/machine.ts';
import type { NodeGroup } from '../../api/kubewisp/v1/node-group.ts';
import { machinesOf, NODE_GROUPS, nodeTemplate } from '../../api/kubewisp/v1/node-group.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { nodeGroupController } from './node-group-controller.ts';

class World {
  readonly cluster = new FakeCluster({ controllers: [nodeGroupController] });

  make(name: string, spec: Partial<NodeGroup['spec']> = {}): void {
    must(
      this.cluster.client.create(NODE_GROUPS, {
        apiVersion: 'kubewisp.dev/v1',
        kind: 'NodeGroup',
        metadata: { name },
        spec: { maxSize: 5, machine: { cpu: '2', memory: '4Gi' }, ...spec },
      }),
    );
    this.settle();
  }

  get(name: string): NodeGroup {
    const group = this.cluster.client.get(NODE_GROUPS, '', name);
    if (group === undefined) throw new Error(`no group ${name}`);
    return group;
  }

  names(group: string): string[] {
    return machinesOf(this.get(group)).map(({ name }) => name);
  }

  resize(name: string, size: number): void {
    const next = clone(this.get(name));
    next.spec.size = size;
    must(this.cluster.client.update(NODE_GROUPS, next));
    this.settle();
  }

  /** Its machine is up. */
  register(group: string, name: string): void {
    const node = nodeTemplate(this.get(group), name);
    const status = { ...node.status, conditions: [{ type: 'Ready', status: 'True' }] };
    must(
      this.cluster.client.create('nodes', { ...node, metadata: { name, labels: node.metadata.labels ?? {} }, status }),
    );
    this.settle();
  }

  gone(name: string): void {
    const node = clone(this.cluster.client.get('nodes', '', name)!);
    node.metadata.annotations = { [POWER_ANNOTATION]: 'gone' };
    must(this.cluster.client.update('nodes', node));
    this.settle();
  }

  settle(): void {
    expect(this.cluster.settle()).toBeUndefined();
  }

  nodes(): string[] {
    return this.cluster.client.list('nodes').map(({ metadata }) => metadata.name);
  }
}

describe('node groups', () => {
  it.each<[Partial<NodeGroup['spec']>, number]>([
    [{}, 0],
    [{ minSize: 2 }, 2],
    [{ minSize: 1, size: 3 }, 3],
    [{ minSize: 2, size: 1 }, 2],
    [{ size: 9 }, 5],
  ])('%j: %i machines', (spec, count) => {
    const world = new World();
    world.make('a', spec);
    expect(world.get('a').status).toMatchObject({ size: count, readyNodes: 0 });
    expect(world.names('a')).toHaveLength(count);
  });

  it('names and addresses are taken once, by whichever group', () => {
    const world = new World();
    world.make('a', { size: 2 });
    world.make('b', { size: 2 });
    const machines = ['a', 'b'].flatMap((name) => machinesOf(world.get(name)));
    expect(machines.map(({ address }) => address)).toEqual(['10.2.0.1', '10.2.0.2', '10.2.0.3', '10.2.0.4']);
    expect(new Set(machines.map(({ name }) => name)).size).toBe(4);
    world.resize('a', 0);
    world.resize('b', 3);
    expect(machinesOf(world.get('b')).map(({ address }) => address)).toEqual(['10.2.0.3', '10.2.0.4', '10.2.0.1']);
  });

  it('a machine is ready once its Node is; one that is not up goes first', () => {
    const world = new World();
    world.make('a', { size: 3 });
    const [first = '', second = '', third = ''] = world.names('a');
    world.register('a', third);
    expect(world.get('a').status?.readyNodes).toBe(1);
    world.resize('a', 2);
    expect(world.names('a')).toEqual([first, third]);
    world.resize('a', 1);
    expect(world.names('a')).toEqual([third]);
    expect(world.names('a')).not.toContain(second);
    world.resize('a', 0);
    expect(world.nodes()).toEqual([]);
  });

  it('a machine that is gone, or whose Node was deleted, is replaced', () => {
    const world = new World();
    world.make('a', { size: 2 });
    const [first = '', second = ''] = world.names('a');
    world.register('a', first);
    world.register('a', second);
    world.gone(first);
    expect(world.names('a')[0]).toBe(second);
    expect(world.names('a')).toHaveLength(2);
    expect(world.nodes()).toEqual([second]);
    must(world.cluster.client.delete('nodes', '', second));
    world.settle();
    expect(world.names('a')).toHaveLength(2);
    expect(world.names('a')).not.toContain(second);
  });

  it('a Node that comes late, after its machine went, goes as well; others are nobody’s business', () => {
    const world = new World();
    world.make('a', { size: 1 });
    const [late = ''] = world.names('a');
    world.resize('a', 0);
    world.register('a', late);
    expect(world.nodes()).toEqual([]);
    const metadata = { name: 'theirs' };
    must(
      world.cluster.client.create('nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata,
        spec: { providerID: 'kubewisp://a/theirs' },
      }),
    );
    world.settle();
    expect(world.nodes()).toEqual(['theirs']);
  });

  it('with its group every machine goes; a start anew changes nothing', () => {
    const world = new World();
    world.make('a', { size: 2 });
    for (const name of world.names('a')) world.register('a', name);
    const { length } = world.cluster.history;
    world.cluster.restart();
    world.settle();
    expect(world.cluster.history.length).toBe(length);
    must(world.cluster.client.delete(NODE_GROUPS, '', 'a'));
    world.settle();
    expect(world.nodes()).toEqual([]);
  });
});
