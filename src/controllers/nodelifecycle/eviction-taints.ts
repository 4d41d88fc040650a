// Taints that drive pods off a node that is not ready, and when not to set them: where most of a zone is down, or all of
// the cluster, the fault is more likely in what connects us than in the nodes.
// Models kubernetes pkg/controller/nodelifecycle (processTaintBaseEviction, handleDisruption, ComputeZoneState), without
// its limit of one newly tainted node in ten seconds and zone.

import type { Node, Taint } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { readiness, taintsOf } from '../common/nodes.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const EXCLUDED_LABEL = 'node.kubernetes.io/exclude-disruption';

/** Share of a zone's nodes from which on nothing more is evicted in it, unless the zone is large. */
const UNHEALTHY_SHARE = 0.55;
const LARGE_ZONE = 50;

interface Zone {
  ready: number;
  notReady: number;
}

export interface Disruption {
  readonly zones: ReadonlyMap<string, Zone>;
  /** No zone has a ready node: evictions end, and their taints go. */
  readonly total: boolean;
}

export function disruptionOf(nodes: readonly Node[]): Disruption {
  const zones = new Map<string, Zone>();
  for (const node of nodes) {
    if (node.metadata.labels?.[EXCLUDED_LABEL] !== undefined) continue;
    const key = zoneOf(node);
    let zone = zones.get(key);
    if (zone === undefined) zones.set(key, (zone = { ready: 0, notReady: 0 }));
    if (readiness(node) === 'True') zone.ready += 1;
    else zone.notReady += 1;
  }
  return { zones, total: [...zones.values()].every(({ ready }) => ready === 0) };
}

/** The taints the node is to have; undefined where it has them. */
export function evictionTaints(node: Node, disruption: Disruption, now: number): Taint[] | undefined {
  const status = readiness(node);
  if (status === undefined) return undefined;
  const wanted = disruption.total ? undefined : keyFor(status);
  const before = taintsOf(node);
  const own = before.filter(isEvictionTaint);
  if (wanted === undefined) return own.length === 0 ? undefined : before.filter((taint) => !isEvictionTaint(taint));
  if (own.length === 0 && isHeld(disruption.zones.get(zoneOf(node)))) return undefined;
  if (own.length === 1 && own[0]?.key === wanted) return undefined;
  const others = before.filter((taint) => !isEvictionTaint(taint));
  return [...others, { key: wanted, effect: 'NoExecute', timeAdded: formatTime(now) }];
}

/** Whether the node has, or should have, a taint of this kind: what a change of other nodes may touch. */
export function concernsEviction(node: Node): boolean {
  return readiness(node) !== 'True' || taintsOf(node).some(isEvictionTaint);
}

function isEvictionTaint({ key, effect }: Taint): boolean {
  return effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE);
}

function keyFor(status: string): string | undefined {
  if (status === 'False') return NOT_READY;
  return status === 'Unknown' ? UNREACHABLE : undefined;
}

function isHeld(zone: Zone | undefined): boolean {
  if (zone === undefined || zone.ready === 0 || zone.notReady <= 2) return false;
  const size = zone.ready + zone.notReady;
  return size <= LARGE_ZONE && zone.notReady / size >= UNHEALTHY_SHARE;
}

function zoneOf({ metadata: { labels } }: Node): string {
  return `${labels?.['topology.kubernetes.io/region'] ?? ''}/${labels?.['topology.kubernetes.io/zone'] ?? ''}`;
}
