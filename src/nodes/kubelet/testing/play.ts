// Plays a scenario against one kubelet with a clock of its own and writes down what it says.

import type { Node, Pod, PodStatus } from '../../../api/types/core-v1.ts';
import { clone, deepEqual } from '../../../lib/json.ts';
import { seededRandom } from '../../../lib/random.ts';
import { Kubelet } from '../kubelet.ts';
import { pooledNode } from '../node-object.ts';

/** What the cluster does, `at` seconds after the start. */
interface Action {
  readonly at: number;
  /** A new pod; its status is what the scheduler leaves behind unless it has one. */
  readonly pod?: Pod;
  /** Changes to a pod's spec or metadata, laid over its members. */
  readonly change?: { readonly name: string; readonly spec?: object; readonly metadata?: object };
  /** Graceful deletion with so many seconds. */
  readonly delete?: { readonly name: string; readonly grace: number };
  /** The pod is gone from the API. */
  readonly gone?: string;
  readonly power?: 'on' | 'off';
  readonly podCIDR?: string;
  /** The kubelet begins a new life and learns everything from the API. */
  readonly restart?: true;
}

export interface Scenario {
  readonly title: string;
  /** Default 10.244.0.0/24; empty: none yet. */
  readonly podCIDR?: string;
  readonly actions: readonly Action[];
  /** Seconds after which the story ends. */
  readonly until: number;
}

/** One thing the kubelet said, with the time as seconds since the start. */
type Line = Record<string, unknown>;

const START = Date.parse('2026-01-01T00:00:00Z');

/** Absolute times become seconds since the start: `<+1s>`. Container ids are numbered by appearance. */
function symbolic(value: unknown, ids: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => symbolic(item, ids));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, symbolic(item, ids)]));
  }
  if (typeof value !== 'string') return value;
  if (/^kubewisp:\/\/[0-9a-f]{64}$/.test(value)) {
    const id = ids.get(value) ?? `<id${ids.size + 1}>`;
    ids.set(value, id);
    return id;
  }
  return value
    .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, (time) => `<+${(Date.parse(time) - START) / 1000}s>`)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/, '<uuid>');
}

/** Members that differ; conditions by type. */
function difference(before: PodStatus | undefined, after: PodStatus): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(after)) {
    const old = (before as Record<string, unknown> | undefined)?.[name];
    if (deepEqual(old, value)) continue;
    if (name !== 'conditions' || !Array.isArray(old)) changed[name] = value;
    else changed[name] = (value as unknown[]).filter((item) => !old.some((one) => deepEqual(one, item)));
  }
  return changed;
}

export function play(scenario: Scenario): Line[] {
  const lines: Line[] = [];
  const ids = new Map<string, string>();
  const random = seededRandom(1);
  const pods = new Map<string, Pod>();
  const say = (now: number, line: Record<string, unknown>): void => {
    lines.push(symbolic({ at: (now - START) / 1000, ...line }, ids) as Line);
  };
  const shape = pooledNode(0, 'node-0', '4', '16Gi');
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-0', uid: 'node-uid', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: scenario.podCIDR === '' ? {} : { podCIDR: scenario.podCIDR ?? '10.244.0.0/24' },
  };
  let kubelet = new Kubelet({ shape, random, now: START });
  kubelet.setNode(node, START);
  const stored = kubelet.nodeStatus(START);
  if (stored !== undefined) node.status = stored;
  kubelet.setNode(clone(node), START);

  /** The API: takes updates in, as the server does. */
  const flush = (now: number): void => {
    for (const event of kubelet.takeEvents(1000)) {
      const { involvedObject: about, type, reason, message } = event;
      say(now, {
        event: `${type} ${reason} ${about.kind}/${about.name}${about.fieldPath === undefined ? '' : ` ${about.fieldPath}`}: ${message}`,
      });
    }
    const updates = kubelet.takeUpdates(1000);
    for (const update of updates) {
      const pod = pods.get(update.name);
      say(now, { status: update.name, ...difference(pod?.status, update.status) });
      if (update.remove === true) {
        say(now, { remove: update.name });
        pods.delete(update.name);
      } else if (pod !== undefined) pod.status = clone(update.status);
    }
    kubelet.sent(updates);
    const status = kubelet.nodeStatus(now);
    if (status !== undefined) {
      say(now, {
        node: { ready: status.conditions?.at(-1)?.status, images: status.images?.map((image) => image.names?.at(-1)) },
      });
      kubelet.nodeStatusSent(status);
      node.status = clone(status);
    }
  };

  const act = (action: Action, now: number): void => {
    const { at: _at, ...what } = action;
    say(now, { input: Object.keys(what).join(), ...(what.pod === undefined ? {} : { pod: what.pod.metadata.name }) });
    const named = what.change?.name ?? what.delete?.name ?? what.gone;
    const pod = what.pod === undefined ? pods.get(named ?? '') : newPod(what.pod, now);
    if (pod !== undefined) {
      pods.set(pod.metadata.name, pod);
      if (what.change?.spec !== undefined) pod.spec = { ...pod.spec, ...what.change.spec } as NonNullable<Pod['spec']>;
      if (what.change?.metadata !== undefined) pod.metadata = { ...pod.metadata, ...what.change.metadata };
      if (what.change?.spec !== undefined) pod.metadata.generation = (pod.metadata.generation ?? 1) + 1;
      if (what.delete !== undefined) {
        pod.metadata.deletionTimestamp = new Date(now + what.delete.grace * 1000).toISOString().replace(/\.\d+/, '');
        pod.metadata.deletionGracePeriodSeconds = what.delete.grace;
      }
      if (what.gone !== undefined) {
        pods.delete(what.gone);
        kubelet.removePod(pod.metadata.uid);
      } else kubelet.setPod(clone(pod), now);
    }
    if (what.podCIDR !== undefined) node.spec = { podCIDR: what.podCIDR };
    if (what.power !== undefined) node.metadata.annotations = { 'kubewisp.dev/power': what.power };
    if (what.restart === true) {
      kubelet = new Kubelet({ shape, random, now, off: kubelet.off });
      for (const known of pods.values()) kubelet.setPod(clone(known), now);
    }
    if (what.podCIDR !== undefined || what.power !== undefined || what.restart === true)
      kubelet.setNode(clone(node), now);
  };

  const actions = [...scenario.actions];
  const end = START + scenario.until * 1000;
  for (;;) {
    const next = actions[0];
    const due = kubelet.nextDue();
    const now = Math.min(due ?? Infinity, next === undefined ? Infinity : START + next.at * 1000);
    if (now > end) return lines;
    if (next !== undefined && START + next.at * 1000 === now) {
      actions.shift();
      act(next, now);
    }
    kubelet.advance(now);
    if (!kubelet.off) flush(now);
  }
}

function newPod(pod: Pod, now: number): Pod {
  const time = new Date(now).toISOString().replace(/\.\d+/, '');
  const scheduled = { type: 'PodScheduled', status: 'True', observedGeneration: 1, lastTransitionTime: time };
  return {
    ...pod,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...pod.metadata,
      namespace: 'default',
      uid: `uid-${pod.metadata.name}`,
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: time,
    },
    status: pod.status ?? { phase: 'Pending', qosClass: 'BestEffort', conditions: [scheduled] },
  };
}
