// POST /kubewisp/v1/report: heartbeats, statuses and events of nodes come up; changed nodes and pods go down.
// What a report means, and what its answer holds, is said in src/api/report.ts.

import type { LogEvent, Row } from '../eventlog/log.ts';
import type { Kind } from '../api/kind.ts';
import { measures } from '../api/metrics/v1beta1/measurement.ts';
import type { KubeObject } from '../api/object.ts';
import { hostedMachines, NODE_GROUPS } from '../api/kubewisp/v1/node-group.ts';
import type { Machine, NodeBeat, PodUpdate, RefusedPod, Report } from '../api/report.ts';
import { MAX_PODS_DOWN, reportSchema } from '../api/report.ts';
import type { ResourceName } from '../api/resources.ts';
import type { Result } from '../api/status.ts';
import { badRequest, conflict, expired, fail, ok } from '../api/status.ts';
import type { Lease } from '../api/types/coordination-v1.ts';
import type { Node, NodeCondition, Pod, PodCondition } from '../api/types/core-v1.ts';
import { append } from '../lib/append.ts';
import { formatMicroTime } from '../lib/clock.ts';
import { clone } from '../lib/json.ts';
import { NODE_LEASE_NAMESPACE, STANDING_ANNOTATION } from '../registry/heartbeats.ts';
import { remove } from '../registry/delete.ts';
import { update } from '../registry/update.ts';
import type { WriteContext } from '../registry/write.ts';
import { jsonAnswer, statusAnswer } from './answer.ts';
import type { User } from './authentication/user.ts';
import type { EventCorrelator } from './event-recorder.ts';
import type { Services } from './exchange.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import { InProcessClient } from './in-process-client.ts';
import { admit, attributes, prepareUpdate } from './write-steps.ts';

/** Whoever reports, it is what a kubelet would write. */
const KUBELET = 'kubelet';
const LEASE_SECONDS = 40;
/** Events of the log read at a time. */
const CHANGES_PAGE = 1000;

export interface ReportContext {
  readonly services: Services;
  readonly correlator: EventCorrelator;
  readonly user: User;
}

export function report(context: ReportContext, request: ApiRequest): ApiResponse {
  const parsed = parseReport(request.body);
  if (!parsed.ok) return statusAnswer(parsed.status);
  const { store } = context.services;
  if (parsed.value.since > 0 && parsed.value.since < store.log.compacted) {
    return statusAnswer(expired(`too old resource version: ${parsed.value.since} (${store.log.compacted})`));
  }
  return jsonAnswer(200, new ReportRun(context, parsed.value, request.header('user-agent') ?? '').run());
}

function parseReport(body: string): Result<Report> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return fail(badRequest('the report is not JSON'));
  }
  const checked = reportSchema.safeParse(value);
  if (checked.success) return ok(checked.data as Report);
  const [issue] = checked.error.issues;
  return fail(badRequest(`the report is not valid: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`));
}

/** The answer's objects, as texts of the log. */
interface Down {
  readonly revision: number;
  readonly more: boolean;
  readonly nodes: readonly string[];
  readonly pods: readonly string[];
  readonly gone: readonly object[];
  /** A node group has changed, or nothing is known yet. */
  readonly groups: boolean;
}

class ReportRun {
  readonly #context: ReportContext;
  readonly #report: Report;
  readonly #write: WriteContext;
  readonly #nodes: ReadonlySet<string>;

  constructor(context: ReportContext, body: Report, agent: string) {
    this.#context = context;
    this.#report = body;
    this.#write = { actor: context.user.name, agent, cause: 0, dryRun: false, manager: KUBELET };
    this.#nodes = new Set([...body.nodes.map(({ name }) => name), ...body.withdrawn]);
  }

  run(): string {
    const { log } = this.#context.services.store;
    const down = this.#down();
    for (const beat of this.#report.nodes) this.#beat(beat);
    for (const name of this.#report.withdrawn) this.#withdraw(name);
    const refused = this.#report.pods.flatMap((item) => this.#pod(item));
    this.#events();
    const revision = down.more ? down.revision : log.head;
    const more = down.more ? '"more":true,' : '';
    const lists = `"nodes":[${down.nodes.join(',')}],"pods":[${down.pods.join(',')}]`;
    const hosted = down.groups && this.#report.pool !== undefined;
    const machines = hosted ? `,"machines":${JSON.stringify(this.#machines())}` : '';
    return `{"revision":${revision},${more}${lists},"gone":${JSON.stringify(down.gone)},"refused":${JSON.stringify(refused)}${machines}}\n`;
  }

  #machines(): Machine[] {
    const { scheme, store } = this.#context.services;
    const kind = scheme.byLogResource(NODE_GROUPS);
    if (kind === undefined) return [];
    return store.log.list({ resource: NODE_GROUPS }).flatMap((row) => hostedMachines(store.parse(kind, row)));
  }

  #down(): Down {
    const { since, anew = [] } = this.#report;
    if (since === 0) return this.#everything(this.#nodes);
    const changes = this.#changes(since);
    if (changes.more || anew.length === 0) return changes;
    const { nodes, pods } = this.#everything(anew);
    return { ...changes, nodes: [...changes.nodes, ...nodes], pods: [...changes.pods, ...pods] };
  }

  /** The present state. It is sent whole: a pool of a thousand nodes is told of all their pods at once. */
  #everything(names: Iterable<string>): Down {
    const { log } = this.#context.services.store;
    const nodes: Row[] = [];
    const pods: Row[] = [];
    for (const name of names) {
      const node = log.get({ resource: 'nodes', namespace: '', name });
      if (node !== undefined) nodes.push(node);
      append(pods, log.byTerm(`node:${name}`, 'pods'));
    }
    const texts = (rows: Row[]) => rows.sort((a, b) => a.rev - b.rev).map((row) => row.object);
    return { revision: log.head, more: false, nodes: texts(nodes), pods: texts(pods), gone: [], groups: true };
  }

  #changes(since: number): Down {
    const { log } = this.#context.services.store;
    const nodes = new Map<string, LogEvent>();
    const pods = new Map<string, LogEvent>();
    const gone: object[] = [];
    let revision = since;
    let groups = false;
    for (;;) {
      const events = log.changes(revision, CHANGES_PAGE);
      for (const event of events) {
        revision = event.rev;
        if (event.resource === 'nodes') this.#nodeChange(event, nodes);
        else if (event.resource === 'pods') this.#podChange(event, pods, gone);
        else if (event.resource === NODE_GROUPS) groups = true;
        if (pods.size < MAX_PODS_DOWN) continue;
        return { revision, more: true, nodes: textsOf(nodes), pods: textsOf(pods), gone, groups };
      }
      if (events.length < CHANGES_PAGE) break;
    }
    return { revision, more: false, nodes: textsOf(nodes), pods: textsOf(pods), gone, groups };
  }

  #nodeChange(event: LogEvent, nodes: Map<string, LogEvent>): void {
    if (!this.#nodes.has(event.name)) return;
    nodes.delete(event.name);
    if (event.verb !== 'delete') nodes.set(event.name, event);
  }

  #podChange(event: LogEvent, pods: Map<string, LogEvent>, gone: object[]): void {
    const pod = JSON.parse(event.object) as Pod;
    if (!this.#nodes.has(pod.spec?.nodeName ?? '')) return;
    const { namespace, name } = event;
    const key = `${namespace}/${name}`;
    pods.delete(key);
    if (event.verb === 'delete') gone.push({ namespace, name, uid: event.uid });
    else pods.set(key, event);
  }

  #beat({ name, standing, beat, status, usage }: NodeBeat): void {
    const { store, usage: measured } = this.#context.services;
    const node = store.get(this.#kind('nodes'), '', name);
    if (node === undefined) return;
    this.#renew(node, standing, Date.parse(beat));
    if (usage !== undefined && measures(node)) measured.take(name, usage, store.clock.now());
    if (status === undefined) return;
    this.#change('nodes', '', name, (draft) => {
      const merged = { ...(draft as Node).status, ...status };
      const conditions = mergeConditions((draft as Node).status?.conditions, status.conditions);
      (draft as Node).status = conditions === undefined ? merged : { ...merged, conditions };
    });
  }

  /** Renews the node's Lease, which is made where it is missing. */
  #renew(node: Node, standing: boolean, at: number): void {
    const { store } = this.#context.services;
    const { name } = node.metadata;
    const when = Number.isNaN(at) ? store.clock.now() : Math.min(at, store.clock.now());
    store.heartbeats.renew(name, when);
    const row = store.row(this.#kind('leases.coordination.k8s.io'), NODE_LEASE_NAMESPACE, name);
    if (row === undefined) {
      this.#client().create('leases.coordination.k8s.io', newLease(node, standing, when));
      return;
    }
    const durable = JSON.parse(row.object) as Lease;
    const stands = durable.metadata.annotations?.[STANDING_ANNOTATION] === 'true';
    if (stands === standing && (standing || !store.heartbeats.isDue(durable))) return;
    this.#writeLease(name, standing, when);
  }

  #withdraw(name: string): void {
    const { store } = this.#context.services;
    const row = store.row(this.#kind('leases.coordination.k8s.io'), NODE_LEASE_NAMESPACE, name);
    if (row === undefined) return;
    const durable = JSON.parse(row.object) as Lease;
    if (durable.metadata.annotations?.[STANDING_ANNOTATION] !== 'true') return;
    store.heartbeats.forget(name);
    this.#writeLease(name, false, store.clock.now());
  }

  #writeLease(name: string, standing: boolean, at: number): void {
    this.#change('leases.coordination.k8s.io', NODE_LEASE_NAMESPACE, name, (draft) => {
      const lease = draft as Lease;
      const { [STANDING_ANNOTATION]: _, ...others } = lease.metadata.annotations ?? {};
      const annotations = standing ? { ...others, [STANDING_ANNOTATION]: 'true' } : others;
      if (Object.keys(annotations).length > 0) lease.metadata.annotations = annotations;
      else delete lease.metadata.annotations;
      lease.spec = { ...lease.spec, renewTime: formatMicroTime(at) };
    });
  }

  /** Lays the reported status over the stored one. Why it was refused, if it was. */
  #pod({ namespace, name, uid, status, remove: finished }: PodUpdate): RefusedPod[] {
    const written = this.#change(
      'pods',
      namespace,
      name,
      (draft) => {
        const old = (draft as Pod).status;
        const merged = { ...old, ...status };
        const conditions = mergeConditions(old?.conditions, status.conditions);
        (draft as Pod).status = conditions === undefined ? merged : { ...merged, conditions };
      },
      uid,
    );
    if (!written.ok) return [{ namespace, name, uid, reason: written.status.reason ?? '' }];
    if (finished !== true) return [];
    const request = { gracePeriodSeconds: 0, propagationPolicy: undefined, uid, resourceVersion: undefined };
    remove(this.#context.services.store, this.#kind('pods'), namespace, name, request, this.#write);
    return [];
  }

  #events(): void {
    const clients = new Map<string, InProcessClient>();
    for (const { node, involvedObject, type, reason, message } of this.#report.events) {
      let client = clients.get(node);
      if (client === undefined) clients.set(node, (client = this.#client(node)));
      const { apiVersion, kind, namespace, name, uid, resourceVersion, fieldPath } = involvedObject;
      const regarding = {
        apiVersion,
        kind,
        metadata: {
          name,
          uid,
          ...(namespace === '' ? {} : { namespace }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        },
      } as KubeObject;
      client.event({ regarding, type, reason, message, ...(fieldPath === undefined ? {} : { fieldPath }) });
    }
  }

  /** An update of status (a Lease has none: of the whole) by a change in place, of the object with this uid. */
  #change(
    resource: ResourceName,
    namespace: string,
    name: string,
    apply: (draft: KubeObject) => void,
    uid?: string,
  ): Result<unknown> {
    const { services, user } = this.#context;
    const kind = this.#kind(resource);
    const part = kind.status === undefined ? 'main' : 'status';
    const target = { kind, namespace, name, subresource: part === 'main' ? '' : part, user };
    const write = this.#write;
    const asked = attributes(services, target, 'UPDATE', write);
    return update(
      services.store,
      kind,
      {
        namespace,
        name,
        part,
        transform(old) {
          if (uid !== undefined && old.metadata.uid !== uid) return fail(conflict(kind, name, 'the uid is another'));
          const draft = clone(old);
          apply(draft);
          return prepareUpdate(services, target, draft, old, write);
        },
        admit: (made, old) => admit(services, made, old, asked),
      },
      write,
    );
  }

  #client(host = ''): InProcessClient {
    const { services, correlator, user } = this.#context;
    return new InProcessClient({ services, correlator, user, eventSource: { component: 'kubelet', host }, cause: 0 });
  }

  #kind(resource: ResourceName): Kind {
    const kind = this.#context.services.scheme.byLogResource(resource);
    if (kind === undefined) throw new Error(`no kind is stored as ${resource}`);
    return kind;
  }
}

function textsOf(events: ReadonlyMap<string, LogEvent>): string[] {
  return [...events.values()].map((event) => event.object);
}

/** Conditions by type: the reported ones replace their like, the others stay. */
function mergeConditions<C extends PodCondition | NodeCondition>(
  old: readonly C[] | undefined,
  reported: readonly C[] | undefined,
): C[] | undefined {
  if (reported === undefined) return old === undefined ? undefined : [...old];
  const types = new Map(reported.map((condition) => [condition.type, condition]));
  const merged = (old ?? []).map((condition) => {
    const next = types.get(condition.type);
    types.delete(condition.type);
    return next ?? condition;
  });
  return [...merged, ...types.values()];
}

function newLease(node: Node, standing: boolean, at: number) {
  const { name, uid } = node.metadata;
  return {
    kind: 'Lease',
    apiVersion: 'coordination.k8s.io/v1',
    metadata: {
      name,
      namespace: NODE_LEASE_NAMESPACE,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
      ...(standing ? { annotations: { [STANDING_ANNOTATION]: 'true' } } : {}),
    },
    spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: formatMicroTime(at) },
  };
}
