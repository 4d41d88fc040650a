// The cluster as the autoscaler sees it in one look: groups, nodes with their pods, and pods that wait for a node.

import type { Client } from '../../api/client.ts';
import { UNINITIALIZED_TAINT } from '../../api/core/v1/machine.ts';
import type { NodeGroup } from '../../api/kubewisp/v1/node-group.ts';
import { machinesOf, NODE_GROUPS, nodeTemplate, wantedSize } from '../../api/kubewisp/v1/node-group.ts';
import type { DaemonSet } from '../../api/types/apps-v1.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { readiness, taintsOf } from '../common/nodes.ts';
import { controllerOf } from '../common/owners.ts';
import { isTerminal, podCondition } from '../common/pods.ts';
import type { NewMachine, NewPlace, Place } from './placement.ts';
import { podSketch } from './pod-sketch.ts';
import { isBeingRemoved } from './taints.ts';

export interface Situation {
  readonly groups: readonly NodeGroup[];
  readonly nodes: readonly Node[];
  /** By the name of the node; sketches. */
  readonly podsOn: ReadonlyMap<string, readonly Pod[]>;
  /** The scheduler has found no node for them. */
  readonly waiting: readonly Pod[];
}

/** Undefined: there are no groups, and nothing else is looked at. */
export function look(client: Client): Situation | undefined {
  const groups = client.list(NODE_GROUPS).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (groups.length === 0) return undefined;
  const podsOn = new Map<string, Pod[]>();
  const waiting: Pod[] = [];
  for (const pod of client.view(podSketch, {})) {
    const name = pod.spec?.nodeName ?? '';
    if (isWaiting(pod)) waiting.push(pod);
    if (name === '' || isTerminal(pod)) continue;
    const there = podsOn.get(name);
    if (there === undefined) podsOn.set(name, [pod]);
    else there.push(pod);
  }
  return { groups, nodes: client.list('nodes'), podsOn, waiting };
}

/** Below it a pod is not worth a machine. */
const EXPENDABLE_BELOW = -10;

export function isWaiting(pod: Pod): boolean {
  if ((pod.spec?.nodeName ?? '') !== '' || isTerminal(pod) || pod.metadata.deletionTimestamp !== undefined)
    return false;
  if ((pod.spec?.priority ?? 0) < EXPENDABLE_BELOW || controllerOf(pod)?.kind === 'DaemonSet') return false;
  const scheduled = podCondition(pod, 'PodScheduled');
  return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
}

/** Taints of a node that is on its way. */
const STARTUP: ReadonlySet<string> = new Set([
  UNINITIALIZED_TAINT.key,
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/network-unavailable',
]);

/** Pods can go there now. */
export function isUp(node: Node): boolean {
  return readiness(node) === 'True' && !taintsOf(node).some(({ key }) => STARTUP.has(key));
}

/**
 * The nodes that pods can go to, and those that are to come, as if they were here: machines that were ordered and have
 * not been up yet.
 */
export function placesOf(
  { groups, nodes, podsOn }: Situation,
  newPlace: NewPlace,
  newMachine: NewMachine,
  client: Client,
): Place[] {
  const up = nodes.filter((node) => isUp(node) && !isBeingRemoved(node));
  const here = up.map((node) => newPlace(node, podsOn.get(node.metadata.name) ?? [], client));
  const known = new Set(up.map(({ metadata }) => metadata.name));
  const coming = groups.flatMap((group) => {
    const machines = machinesOf(group);
    const names = machines
      .filter(({ name, readyAt }) => !known.has(name) && (readyAt === undefined || isStarting(name, nodes)))
      .map(({ name }) => name);
    for (let more = machines.length; more < wantedSize(group); more++) names.push(`${group.metadata.name}-new-${more}`);
    return names.map((name) => {
      const pods = podsOn.get(name);
      return pods === undefined ? newMachine(group, name) : newPlace(nodeTemplate(group, name), pods, client);
    });
  });
  return [...here, ...coming];
}

/** It is ready, and only its taints are yet to go. */
function isStarting(name: string, nodes: readonly Node[]): boolean {
  const node = nodes.find(({ metadata }) => metadata.name === name);
  return node !== undefined && readiness(node) === 'True' && !isBeingRemoved(node) && !isUp(node);
}

/** Upstream counts the pods of DaemonSets in as well: else a machine might come that its pod does not fit on. */
export function machineMaker(client: Client, newPlace: NewPlace): NewMachine {
  const daemons = client.list('daemonsets.apps').map(daemonPod);
  return (group, name) => {
    const place = newPlace(nodeTemplate(group, name), [], client);
    for (const pod of daemons) if (place.refusal(pod) === undefined) place.put(pod);
    return place;
  };
}

function daemonPod({ metadata, spec }: DaemonSet): Pod {
  const { template } = spec ?? {};
  const { name, namespace = '' } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template?.metadata, name, namespace, uid: '', resourceVersion: '', creationTimestamp: '' },
    spec: template?.spec ?? { containers: [] },
  };
}
