// Plays a recorded controller scenario against the fake cluster and reduces both outcomes to the same form.

import type { KubeObject } from '../../api/object.ts';
import type { ResourceName } from '../../api/resources.ts';
import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.ts';
import type { Pod, PodTemplateSpec } from '../../api/types/core-v1.ts';
import type { OwnerReference } from '../../api/types/meta-v1.ts';
import { daemonSet } from '../../api/apps/v1/daemon-set.ts';
import { deployment } from '../../api/apps/v1/deployment.ts';
import { replicaSet } from '../../api/apps/v1/replica-set.ts';
import { statefulSet } from '../../api/apps/v1/stateful-set.ts';
import { horizontalPodAutoscaler } from '../../api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { cronJob } from '../../api/batch/v1/cron-job.ts';
import { job } from '../../api/batch/v1/job.ts';
import { persistentVolumeClaim } from '../../api/core/v1/persistent-volume-claim.ts';
import { persistentVolume } from '../../api/core/v1/persistent-volume.ts';
import { replicationController } from '../../api/core/v1/replication-controller.ts';
import { podDisruptionBudget } from '../../api/policy/v1/pod-disruption-budget.ts';
import type { Kind, StrategyContext } from '../../api/kind.ts';
import { clone, isObject } from '../../lib/json.ts';
import { isReady, isTerminal } from '../common/pods.ts';
import type { Controller } from '../runtime/component.ts';
import { FakeCluster } from './fake-cluster.ts';
import { endedPod, fakeKubelet, readyPod } from './fake-kubelet.ts';
import type { Action, Recorded } from './recorded-actions.ts';
import { parseAction } from './recorded-actions.ts';
import { asPublished, neutral, RecordedNames } from './recorded-names.ts';
import { pick, reduce, sorted, unique } from './reduce.ts';

const NAMESPACE = 'oracle-beh-ns';
const CLUSTER_SCOPED: ReadonlySet<string> = new Set(['ClusterRole', 'Namespace', 'Node', 'PersistentVolume']);
const RESOURCES: Readonly<Record<string, ResourceName>> = {
  ClusterRole: 'clusterroles.rbac.authorization.k8s.io',
  ConfigMap: 'configmaps',
  ControllerRevision: 'controllerrevisions.apps',
  CronJob: 'cronjobs.batch',
  DaemonSet: 'daemonsets.apps',
  Deployment: 'deployments.apps',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers.autoscaling',
  Job: 'jobs.batch',
  Namespace: 'namespaces',
  Node: 'nodes',
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Pod: 'pods',
  PodDisruptionBudget: 'poddisruptionbudgets.policy',
  ReplicaSet: 'replicasets.apps',
  ReplicationController: 'replicationcontrollers',
  StatefulSet: 'statefulsets.apps',
};

/** Kinds of whose defaults and strategy controllers see something. */
const STRATEGIES: readonly Kind[] = [
  cronJob,
  daemonSet,
  deployment,
  horizontalPodAutoscaler,
  job,
  persistentVolume,
  persistentVolumeClaim,
  podDisruptionBudget,
  replicaSet,
  replicationController,
  statefulSet,
];
/** The longest that the recorder waited for a pod. */
const MAX_WAIT_MS = 180_000;
/** None of theirs looks at more than the time, which is not compared. */
const CONTEXT = { now: 0 } as StrategyContext;

export class Scenario {
  readonly cluster: FakeCluster;
  readonly #recorded: Recorded;
  /** Pods that the scenario's own kubelet runs become ready only when an action says so. */
  readonly #manual: boolean;
  readonly #waits: Readonly<Record<number, number>>;
  readonly #uids = new Map<string, string>();
  #manifests = 0;

  /** `waits`: milliseconds that the recorder let pass before an action, by its position (one past the last: at the end). */
  constructor(recorded: Recorded, controllers: readonly Controller[], waits: Readonly<Record<number, number>> = {}) {
    this.#recorded = recorded;
    this.#waits = waits;
    this.#manual =
      recorded.actions.some((action) => action.startsWith('kubelet:')) ||
      JSON.stringify(recorded.manifests).includes('oracle/kubelet');
    const slow = recorded.actions.some((action) => action.startsWith('(pod is terminating'));
    const kubelet = fakeKubelet({
      ready: () => !this.#manual,
      succeeds: (pod) => !this.#manual && pod.spec?.restartPolicy === 'Never',
      lingers: (pod) => slow && !isTerminal(pod),
    });
    this.cluster = new FakeCluster({ controllers: [...controllers, kubelet], prepare });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
    this.cluster.client.create('namespaces', namespace);
    // Pods of a node that is not there would be removed after a while.
    if (recorded.manifests.every(({ kind }) => kind !== 'Node')) {
      this.cluster.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
    }
  }

  play(): void {
    for (const [index, line] of this.#recorded.actions.entries()) {
      this.cluster.advance(this.#waits[index] ?? 0);
      this.#act(parseAction(line));
      this.cluster.settle();
      // Timestamps have whole seconds, and what was made first must look older.
      this.cluster.advance(2000);
    }
    this.cluster.advance(this.#waits[this.#recorded.actions.length] ?? 10_000);
  }

  #act(action: Action): void {
    if (action.verb === 'create') {
      if (action.refused === undefined) this.#create();
      else this.#manifests += 1;
    } else if (action.verb === 'patch') this.#patch(`${action.kind}/${action.name}`, action.patch);
    else if (action.verb === 'delete') this.#delete(`${action.kind}/${action.name}`, action.options);
    // Whether a budget allows it is the API server's to say; what follows is the controllers'.
    else if (action.verb === 'evict' && action.refused === undefined) this.#delete(`Pod/${action.name}`, {});
    else if (action.verb === 'report') this.#report(action);
    else if (action.verb === 'kubectl' && action.args[0] === 'rollout') this.#rollout(action.args[1] ?? '');
    else if (action.verb !== 'note' && action.verb !== 'evict') throw new Error(`not played here: ${action.verb}`);
  }

  #create(): void {
    const object = clone(this.#recorded.manifests[this.#manifests++]) as unknown as KubeObject;
    const resource = resourceOf(object.kind);
    if (!CLUSTER_SCOPED.has(object.kind)) object.metadata.namespace = NAMESPACE;
    object.metadata.name = this.#names().real(object.metadata.name);
    for (const reference of object.metadata.ownerReferences ?? []) reference.uid = this.#realUid(reference);
    const created = this.cluster.client.create(resource, object);
    if (!created.ok) throw new Error(created.status.message);
  }

  /** A placeholder stands for the object that had the name when the placeholder was first used. */
  #realUid({ kind, name, uid }: OwnerReference): string {
    const known =
      this.#uids.get(uid) ?? this.cluster.client.get(resourceOf(kind), NAMESPACE, name)?.metadata.uid ?? uid;
    this.#uids.set(uid, known);
    return known;
  }

  #patch(subject: string, patch: object): void {
    const { resource, object } = this.#find(subject);
    const next = merged(clone(object), patch) as KubeObject;
    const strategy = STRATEGIES.find(({ kind }) => kind === object.kind);
    strategy?.prepareForUpdate?.(next, object, CONTEXT);
    const { client } = this.cluster;
    const written = 'status' in patch ? client.updateStatus(resource, next) : client.update(resource, next);
    if (!written.ok) throw new Error(written.status.message);
  }

  #delete(subject: string, options: object): void {
    const { resource, object } = this.#find(subject);
    const { namespace = '', name } = object.metadata;
    this.cluster.client.delete(resource, namespace, name, options);
  }

  #report({ name, phase, ready, exitCode, conditions }: Action & { verb: 'report' }): void {
    let pod = this.#reported(name, phase);
    for (let wait = 0; pod === undefined && wait < MAX_WAIT_MS; wait += 1000) {
      this.cluster.advance(1000);
      pod = this.#reported(name, phase);
    }
    if (pod === undefined) throw new Error(`no pod ${name}`);
    const next = phase === 'Running' ? readyPod(pod, this.cluster.now) : endedPod(pod, exitCode, this.cluster.now);
    for (const condition of phase === 'Running' && !ready ? (next.status?.conditions ?? []) : []) {
      if (condition.type.endsWith('Ready')) condition.status = 'False';
    }
    next.status?.conditions?.push(...conditions.map((type) => ({ type, status: 'True' })));
    this.cluster.client.updateStatus('pods', next);
  }

  /** Of pods that are alike it does not matter which one reports: one that has got as far as it must have. */
  #reported(name: string, phase: string): Pod | undefined {
    const prefix = this.#names().real(name.replace(/<pod\d+>/, ''));
    const pods = this.cluster.client
      .list('pods', { namespace: NAMESPACE })
      .filter((pod) => pod.metadata.name.startsWith(prefix) && !isTerminal(pod) && pod.spec?.nodeName !== undefined);
    return pods.find((pod) => isReady(pod) === (phase !== 'Running')) ?? (phase === 'Running' ? undefined : pods[0]);
  }

  #rollout(what: string): void {
    const { object } = this.#find('Deployment/web');
    const next = clone(object) as Deployment;
    if (next.spec === undefined) return;
    if (what.startsWith('undo')) next.spec.template = this.#previousTemplate();
    else if (what.startsWith('pause')) next.spec.paused = true;
    else if (what.startsWith('resume')) delete next.spec.paused;
    this.cluster.client.update('deployments.apps', next);
  }

  #previousTemplate(): PodTemplateSpec {
    const revision = (set: ReplicaSet): number =>
      Number(set.metadata.annotations?.['deployment.kubernetes.io/revision']);
    const [, previous] = this.cluster.client.list('replicasets.apps').toSorted((a, b) => revision(b) - revision(a));
    const template = clone(previous?.spec?.template ?? {});
    delete template.metadata?.labels?.['pod-template-hash'];
    return template;
  }

  #find(subject: string): { resource: ResourceName; object: KubeObject } {
    const [kind = '', name = ''] = subject.split('/');
    const resource = resourceOf(kind);
    const namespace = CLUSTER_SCOPED.has(kind) ? '' : NAMESPACE;
    const podNumber = /<pod(\d+)>/.exec(name)?.[1];
    const object =
      podNumber === undefined
        ? this.cluster.client.get(resource, namespace, this.#names().real(name))
        : this.#podsByAge()[Number(podNumber) - 1];
    if (object === undefined) throw new Error(`no ${subject}`);
    return { resource, object };
  }

  #podsByAge(): KubeObject[] {
    const created = this.cluster.history.filter(({ verb, resource }) => verb === 'create' && resource === 'pods');
    return created.map(({ namespace, name, object }) => this.cluster.client.get('pods', namespace, name) ?? object());
  }

  #names(): RecordedNames {
    const names = new RecordedNames(this.#recorded);
    for (const { verb, object } of this.cluster.history) if (verb === 'create') names.saw(object());
    return names;
  }

  /** What is left of these kinds, reduced to the fields that were recorded. */
  outcome(kinds: readonly string[]): unknown {
    const names = this.#names();
    const objects: KubeObject[] = kinds.flatMap((kind) => this.cluster.client.list(resourceOf(kind)));
    return sorted(objects.map((object) => JSON.parse(names.normal(JSON.stringify(pick(reduce(object))))) as object));
  }

  recordedOutcome(kinds: readonly string[]): unknown {
    const objects = this.#recorded.final.filter(({ kind }) => kinds.includes(kind));
    return sorted(objects.map((object) => JSON.parse(neutral(JSON.stringify(pick(object)))) as object));
  }

  events(sources: readonly string[]): string[] {
    const names = this.#names();
    const ours = this.cluster.events.filter(({ source }) => sources.includes(source));
    return unique(ours.map(({ regarding, reason, message }) => names.normal(`${regarding} ${reason} ${message}`)));
  }

  recordedEvents(sources: readonly string[]): string[] {
    const theirs = this.#recorded.events.filter(
      ({ source, message }) => sources.includes(source.component ?? '') && !message.startsWith('(combined'),
    );
    return unique(
      theirs.map(({ involvedObject: { kind, name }, reason, message }) =>
        neutral(`${kind}/${name} ${reason} ${asPublished(message)}`),
      ),
    );
  }
}

function prepare(object: KubeObject): void {
  const strategy = STRATEGIES.find(({ kind }) => kind === object.kind);
  strategy?.setDefaults?.(object);
  strategy?.prepareForCreate?.(object, CONTEXT);
  // What is read back has its defaults, too: a Job without labels has those of its pods.
  strategy?.setDefaults?.(object);
}

function resourceOf(kind: string): ResourceName {
  const resource = RESOURCES[kind];
  if (resource === undefined) throw new Error(`unknown kind ${kind}`);
  return resource;
}

/** Merge patch; a list of containers merges by name, as a strategic merge patch does. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const next: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete next[key];
    else if (key === 'containers' && Array.isArray(next[key]) && Array.isArray(value)) {
      next[key] = (next[key] as Array<{ name: string }>).map((item) =>
        merged(item, value.find((other) => isObject(other) && other['name'] === item.name) ?? {}),
      );
    } else next[key] = merged(next[key], value);
  }
  return next;
}
