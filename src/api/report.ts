// The node report: one request carries heartbeats, statuses and events of many nodes up and brings changed Node and Pod
// objects down. `POST {base}/kubewisp/v1/report`, JSON both ways. Used by the node pool and by outside nodes alike.
//
// What the server does with a report, as one step that nothing comes between:
// 1. `before` = the log's head. The answer's `nodes`, `pods` and `gone` are the changes with a revision in
//    (since, before] of the nodes named in `nodes` and `withdrawn` and of the pods bound to them: every live object once,
//    in its last state, in the order of revisions; every pod deleted (or replaced by one of another uid) in `gone`.
//    `since` 0 means: all live objects, no `gone`; so it is for the nodes named in `anew`, unless the answer is cut. A `since` below the log's start is answered 410 Expired: the node begins again at 0.
// 2. It carries out the report: beats, then withdrawals, then pods, then events. Nothing of it comes back in an answer:
//    `revision` is the head after these writes.
// 3. Where an answer would exceed MAX_PODS_DOWN pods it is cut behind a revision R: `more` is true, `revision` is R,
//    and the node asks again at once with `since: R`. (Its own writes may then come back; that is harmless.)
// 4. Writes of reports do not poke the pool; every other change of a hosted Node or of a pod bound to one does.
//
// Beats: a node of which no Node object exists is ignored (it is not in `nodes` of the answer either; the node registers
// itself with an ordinary POST). `standing: true` promises heartbeats until the node is named in `withdrawn`; the promise is
// durable, naming it again costs no write. `standing: false` renews the Lease in memory.
// `usage` is what the node has measured of itself and its pods. It is kept in memory for a minute and never written.
// Statuses (of nodes and pods) are laid over the stored status member by member; conditions are merged by type, so that
// what others own survives (readiness gates, DisruptionTarget, NetworkUnavailable). One that changes nothing writes nothing.
// `remove: true`: after the status is written the pod is deleted with grace 0 and its uid as precondition; that it is
// already gone is no failure.
// `refused` names the pods whose update was not carried out, with the Status reason (NotFound, Conflict for another uid, Invalid, …).
// Events: one that differs from an earlier Event of the same source only in time raises its count, as upstream's correlator does.
//
// Machines: a report of a pool is answered with every machine of the cluster's NodeGroups where `since` is 0 or where a group has
// changed since. The pool starts the kubelet of a new one when `bootAt` has come, and forgets those that are not named any more.
//
// The client's part: what a failed report carried is sent again with the next one; updates are whole states, so that
// a repeat does no harm.

import { z } from 'zod';

import { parseQuantity } from '../schema/quantity.ts';
import type { Node, NodeStatus, Pod, PodStatus, Taint } from './types/core-v1.ts';

/** Path within the cluster. */
export const REPORT_PATH = '/kubewisp/v1/report';

export const MAX_NODES_UP = 5000;
export const MAX_PODS_UP = 500;
export const MAX_EVENTS_UP = 1000;
export const MAX_PODS_DOWN = 500;
/** What is kept of a node's measurements. */
const MAX_MEASURED_RESOURCES = 8;
const MAX_MEASURED_PODS = 250;
const MAX_CONTAINERS = 50;

export interface NodeBeat {
  name: string;
  /** The reporter promises this node's heartbeats until it withdraws them. */
  standing: boolean;
  /** RFC 3339 with microseconds: when the node was last known alive. */
  beat: string;
  /** Only when changed; nodes that do not stand repeat it every 5 minutes. */
  status?: NodeStatus;
  /** Of nodes whose Node has the annotation `kubewisp.dev/usage: measured`. Others promise the standing usage (src/api/metrics/v1beta1/usage.ts). */
  usage?: NodeUsage;
}

/** Quantities by resource: `{ cpu: '250m', memory: '64Mi' }`. */
export type ReportedQuantities = Readonly<Record<string, string>>;

export interface NodeUsage {
  /** Of the node as a whole. */
  readonly usage: ReportedQuantities;
  /** Of each pod that is measured; others on the node have no metrics. */
  readonly pods: ReadonlyArray<{
    readonly uid: string;
    readonly containers: ReadonlyArray<{ readonly name: string; readonly usage: ReportedQuantities }>;
  }>;
}

export interface PodUpdate {
  namespace: string;
  name: string;
  uid: string;
  /** Conditions hold the kubelet's own types only. */
  status: PodStatus;
  /** The containers of a deleted pod have ended: finish its deletion. */
  remove?: true;
}

export interface NodeEvent {
  /** Node the event happened on: `source.host` and `reportingInstance`. `source.component` is `kubelet`. */
  node: string;
  /** Namespace `''` for a Node (its Events go to `default`). */
  involvedObject: {
    apiVersion: string;
    kind: 'Pod' | 'Node';
    namespace: string;
    name: string;
    uid: string;
    resourceVersion?: string;
    /** e.g. `spec.containers{web}`. */
    fieldPath?: string;
  };
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** RFC 3339, whole seconds: when it happened (last). */
  time: string;
  /** How often since the last report. Default 1. */
  count?: number;
}

export interface Report {
  /** Name of the pool that hosts the nodes; absent for an outside node. */
  pool?: string;
  /** `revision` of the last answer; 0 asks for everything. */
  since: number;
  /** Nodes of `nodes` of which nothing was asked before; they are named until an answer that is not cut. */
  anew?: string[];
  nodes: NodeBeat[];
  /** Nodes that are without power: their heartbeats are no longer promised. */
  withdrawn: string[];
  pods: PodUpdate[];
  events: NodeEvent[];
}

export interface GonePod {
  namespace: string;
  name: string;
  uid: string;
}

export interface RefusedPod extends GonePod {
  /** Status reason. */
  reason: string;
}

/** One of a NodeGroup. */
export interface Machine {
  name: string;
  /** The group's name. */
  pool: string;
  /** Quantities. */
  cpu: string;
  memory: string;
  ip: string;
  zone: string;
  labels: Record<string, string>;
  taints: Taint[];
  /** Milliseconds since the epoch: its kubelet starts then. */
  bootAt: number;
}

export interface ReportAnswer {
  revision: number;
  /** The answer was cut: ask again at once. */
  more?: boolean;
  nodes: Node[];
  pods: Pod[];
  gone: GonePod[];
  refused: RefusedPod[];
  /** Absent: as before. */
  machines?: Machine[];
}

const nodeName = z.string().min(1).max(253);
/** Objects whose inside the API server checks as it checks any other write. */
const status = z.looseObject({});

const quantities = z
  .record(
    z.string().max(63),
    z
      .string()
      .max(32)
      .refine((text) => parseQuantity(text).ok, 'not a quantity'),
  )
  .refine((record) => Object.keys(record).length <= MAX_MEASURED_RESOURCES, 'too many resources');

const usageSchema = z.object({
  usage: quantities,
  pods: z
    .array(
      z.object({
        uid: z.string().min(1).max(128),
        containers: z.array(z.object({ name: z.string().min(1).max(63), usage: quantities })).max(MAX_CONTAINERS),
      }),
    )
    .max(MAX_MEASURED_PODS),
});

const nodeBeatSchema = z.object({
  name: nodeName,
  standing: z.boolean(),
  beat: z.string().max(40),
  status: status.optional(),
  usage: usageSchema.optional(),
});

const podRef = {
  namespace: z.string().min(1).max(63),
  name: z.string().min(1).max(253),
  uid: z.string().min(1).max(128),
};

const podUpdateSchema = z.object({ ...podRef, status, remove: z.literal(true).optional() });

const eventSchema = z.object({
  node: nodeName,
  involvedObject: z.object({
    apiVersion: z.string().max(64),
    kind: z.enum(['Pod', 'Node']),
    namespace: z.string().max(63),
    name: z.string().min(1).max(253),
    uid: z.string().min(1).max(253),
    resourceVersion: z.string().max(32).optional(),
    fieldPath: z.string().max(512).optional(),
  }),
  type: z.enum(['Normal', 'Warning']),
  reason: z.string().min(1).max(128),
  message: z.string().max(1024),
  time: z.string().max(40),
  count: z.number().int().min(1).optional(),
});

/** What the server takes. Unknown members are dropped. */
export const reportSchema = z.object({
  pool: z.string().max(253).optional(),
  since: z.number().int().min(0),
  anew: z.array(nodeName).max(MAX_NODES_UP).optional(),
  nodes: z.array(nodeBeatSchema).max(MAX_NODES_UP),
  withdrawn: z.array(nodeName).max(MAX_NODES_UP),
  pods: z.array(podUpdateSchema).max(MAX_PODS_UP),
  events: z.array(eventSchema).max(MAX_EVENTS_UP),
});

/** What the node takes: the shape only, the objects are the server's own. */
export const reportAnswerSchema = z.object({
  revision: z.number().int().min(0),
  more: z.boolean().optional(),
  nodes: z.array(status),
  pods: z.array(status),
  gone: z.array(z.object(podRef)),
  refused: z.array(z.object({ ...podRef, reason: z.string() })),
  machines: z.array(z.looseObject({ name: nodeName, bootAt: z.number() })).optional(),
});
