// Keeps as many machines in each NodeGroup as it shall have. What the cluster autoscaler asks of a cloud, this is its answer.
//
// 1. A machine is there from when it stands in status.machines until it does not; the node pool follows.
// 2. A machine whose Node says that the cloud has it no longer (`kubewisp.dev/power: gone`), or whose Node was ready once
//    and is deleted, is taken out; another one takes its place where the group's size asks for it.
// 3. Where there are too many the ones that are not up yet go first, then the youngest.
// 4. A Node that names a group and is no machine of it (any more) is deleted: its kubelet stops with its machine.
// 5. One reconcile writes all of it, in one transaction: a crash leaves no machine without an entry.

import type { Client, View } from '../../api/client.ts';
import { powerOf } from '../../api/core/v1/machine.ts';
import type { GroupMachine, NodeGroup, NodeGroupStatus } from '../../api/kubewisp/v1/node-group.ts';
import { groupOf, machinesOf, newMachine, NODE_GROUPS, wantedSize } from '../../api/kubewisp/v1/node-group.ts';
import type { Node } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { nameSuffix } from '../../lib/random.ts';
import { deepEqual } from '../../lib/json.ts';
import { readiness } from '../common/nodes.ts';
import type { Change, Controller, Outcome } from '../runtime/component.ts';
import { freeAddress } from './addresses.ts';
import { readyCondition } from './conditions.ts';

interface NodeOutline {
  readonly name: string;
  readonly group: string | undefined;
  readonly ready: boolean;
  readonly gone: boolean;
}

const nodeOutline: View<'nodes', NodeOutline> = { resource: 'nodes', of: outlineOf };

export const nodeGroupController: Controller = {
  name: 'nodegroup-controller',
  watches: {
    [NODE_GROUPS]: ({ name }) => [name],
    nodes: keysOfNode,
  },
  reconcile(key, { client, now, random }) {
    const group = client.get(NODE_GROUPS, '', key);
    const nodes = new Map(
      client
        .view(nodeOutline, { namespace: '' })
        .filter((node) => node.group === key)
        .map((node) => [node.name, node]),
    );
    const machines = group === undefined ? [] : machinesAfter(group, nodes, client, now, random);
    const named = new Set(machines.map(({ name }) => name));
    for (const { name } of nodes.values()) {
      if (named.has(name)) continue;
      const deleted = client.delete('nodes', '', name);
      if (!deleted.ok && deleted.status.reason !== 'NotFound') return { error: deleted.status.message ?? '' };
    }
    if (group === undefined) return undefined;
    const readyNodes = machines.filter(({ name }) => nodes.get(name)?.ready === true).length;
    const conditions = [readyCondition(group, machines.length, readyNodes, now)];
    return write(client, group, { size: machines.length, readyNodes, machines, conditions });
  },
};

function* keysOfNode({ verb, object, old }: Change): Iterable<string> {
  const node: Node = object;
  const group = groupOf(node);
  if (group === undefined) return;
  if (verb !== 'update' || old === undefined || !deepEqual(outlineOf(old), outlineOf(node))) yield group;
}

function outlineOf(node: Node): NodeOutline {
  return {
    name: node.metadata.name,
    group: groupOf(node),
    ready: readiness(node) === 'True',
    gone: powerOf(node) === 'gone',
  };
}

function machinesAfter(
  group: NodeGroup,
  nodes: ReadonlyMap<string, NodeOutline>,
  client: Client,
  now: number,
  random: Random,
): GroupMachine[] {
  if (group.metadata.deletionTimestamp !== undefined) return [];
  const kept = machinesOf(group).flatMap((machine): GroupMachine[] => {
    const node = nodes.get(machine.name);
    // Rule 2.
    if (node === undefined ? machine.readyAt !== undefined : node.gone) return [];
    const isNew = machine.readyAt === undefined && node?.ready === true;
    return [isNew ? { ...machine, readyAt: formatTime(now) } : machine];
  });
  const wanted = wantedSize(group);
  if (kept.length > wanted) return withoutLast(kept, wanted);
  return kept.length === wanted ? kept : [...kept, ...newMachines(group, wanted - kept.length, client, now, random)];
}

/** Rule 3. Machines stand in the order in which they were born. */
function withoutLast(machines: readonly GroupMachine[], count: number): GroupMachine[] {
  const up = machines.filter(({ readyAt }) => readyAt !== undefined);
  const kept = new Set([...up, ...machines.filter(({ readyAt }) => readyAt === undefined)].slice(0, count));
  return machines.filter((machine) => kept.has(machine));
}

function newMachines(group: NodeGroup, count: number, client: Client, now: number, random: Random): GroupMachine[] {
  const taken = new Set(client.list(NODE_GROUPS).flatMap((other) => machinesOf(other).map(({ address }) => address)));
  const names = new Set(machinesOf(group).map(({ name }) => name));
  const made: GroupMachine[] = [];
  while (made.length < count) {
    const address = freeAddress(taken);
    if (address === undefined) break;
    const name = `${group.metadata.name}-${nameSuffix(random)}`;
    if (names.has(name) || client.get('nodes', '', name) !== undefined) continue;
    names.add(name);
    taken.add(address);
    made.push(newMachine(group, name, address, now, random));
  }
  return made;
}

function write(client: Client, group: NodeGroup, status: NodeGroupStatus): Outcome | undefined {
  if (deepEqual(group.status, status)) return undefined;
  const written = client.updateStatus(NODE_GROUPS, { ...group, status });
  return written.ok || written.status.reason === 'NotFound' ? undefined : { error: written.status.message ?? '' };
}
