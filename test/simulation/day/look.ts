// What the simulation's checks read of objects, told apart from how the controllers themselves read it.

import type { Client } from '../../../src/api/client.ts';
import type { Node, Pod } from '../../../src/api/types/core-v1.ts';

export function labelled(client: Client, namespace: string, matchLabels: Readonly<Record<string, string>>): Pod[] {
  return client.list('pods', { namespace, matchLabels });
}

export function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

/** Counts for a disruption budget. */
export function isWell(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isOver(pod) && isReady(pod);
}

/** Takes traffic. */
export function isUp(pod: Pod): boolean {
  return isWell(pod) && pod.status?.podIP !== undefined;
}

/** Those that run a DaemonSet's pods: unschedulable ones, too, and those that are not ready. */
export function eligibleNodes(client: Client): Node[] {
  return client.list('nodes');
}

export function nodeIsReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}
