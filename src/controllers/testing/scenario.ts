// Plays a recorded controller scenario against the fake cluster and reduces both outcomes to the same form.

import type { KubeObject } from '../../api/object.ts';
import type { ResourceName } from '../../api/resources.ts';
import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.ts';
import type { PodTemplateSpec } from '../../api/types/core-v1.ts';
import type { OwnerReference } from '../../api/types/meta-v1.ts';
import { daemonSet } from '../../api/apps/v1/daemon-set.ts';
import { deployment } from '../../api/apps/v1/deployment.ts';
import { replicaSet } from '../../api/apps/v1/replica-set.ts';
import { replicationController } from '../../api/core/v1/replication-controller.ts';
import type { Kind, StrategyContext } from '../../api/kind.ts';
import { clone, isObject } from '../../lib/json.ts';
import { isReady, isTerminal } from '../common/pods.ts';
import type { Controller } from '../runtime/component.ts';
import { FakeCluster } from './fake-cluster.ts';
import { fakeKubelet, readyPod } from './fake-kubelet.ts';

export interface Recorded {
  readonly id: string;
  readonly title: string;
  readonly manifests: ReadonlyArray<Record<string, unknown>>;
  readonly actions: readonly string[];
  readonly final: ReadonlyArray<Record<string, unknown> & { kind: string; name: string }>;
  readonly events: ReadonlyArray<{
    reason: string;
    message: string;
    source: { component?: string };
    involvedObject: { kind: string; name: string };
  }>;
}

const NAMESPACE = 'oracle-beh-ns';
const RESOURCES: Readonly<Record<string, ResourceName>> = {
  ConfigMap: 'configmaps',
  ControllerRevision: 'controllerrevisions.apps',
  DaemonSet: 'daemonsets.apps',
  Deployment: 'deployments.apps',
  Namespace: 'namespaces',
  Node: 'nodes',
  Pod: 'pods',
  ReplicaSet: 'replicasets.apps',
  ReplicationController: 'replicationcontrollers',
};

/** Kinds of whose defaults and strategy controllers see something. */
const STRATEGIES: readonly Kind[] = [daemonSet, deployment, replicaSet, replicationController];
/** None of theirs looks at it. */
const CONTEXT = {} as StrategyContext;

export class Scenario {
  readonly cluster: FakeCluster;
  readonly #recorded: Recorded;
  /** Pods that the scenario's own kubelet runs become ready only when an action says so. */
  readonly #manual: boolean;
  readonly #uids = new Map<string, string>();
  #manifests = 0;

  constructor(recorded: Recorded, controllers: readonly Controller[]) {
    this.#recorded = recorded;
    this.#manual =
      recorded.actions.some((action) => action.startsWith('kubelet:')) ||
      JSON.stringify(recorded.manifests).includes('oracle/kubelet');
    const kubelet = fakeKubelet({ ready: () => !this.#manual });
    this.cluster = new FakeCluster({ controllers: [...controllers, kubelet] });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
    this.cluster.client.create('namespaces', namespace);
  }

  play(): void {
    for (const action of this.#recorded.actions) {
      this.#act(action.split('  -> ')[0] ?? '');
      this.cluster.settle();
      // Timestamps have whole seconds, and what was made first must look older.
      this.cluster.advance(2000);
    }
    this.cluster.advance(10_000);
  }

  #act(action: string): void {
    const [verb = '', subject = '', ...rest] = action.split(' ');
    if (verb === 'create') this.#create();
    else if (verb === 'patch') this.#patch(subject, JSON.parse(action.slice(action.indexOf('{'))) as object);
    else if (verb === 'delete') this.#delete(subject, rest.length > 0 ? (JSON.parse(rest.join(' ')) as object) : {});
    else if (verb === 'kubelet:') this.#report(rest.join(' '));
    else if (action.startsWith('kubectl rollout ')) this.#rollout(rest[0] ?? '');
    else throw new Error(`unknown action: ${action}`);
  }

  #create(): void {
    const object = clone(this.#recorded.manifests[this.#manifests++]) as unknown as KubeObject;
    const resource = resourceOf(object.kind);
    if (resource !== 'nodes' && resource !== 'namespaces') object.metadata.namespace = NAMESPACE;
    object.metadata.name = this.#realName(object.metadata.name);
    for (const reference of object.metadata.ownerReferences ?? []) reference.uid = this.#realUid(reference);
    const strategy = STRATEGIES.find(({ kind }) => kind === object.kind);
    strategy?.setDefaults?.(object);
    strategy?.prepareForCreate?.(object, CONTEXT);
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
    const written = this.cluster.client.update(resource, next);
    if (!written.ok) throw new Error(written.status.message);
  }

  #delete(subject: string, options: object): void {
    const { resource, object } = this.#find(subject);
    const { namespace = '', name } = object.metadata;
    this.cluster.client.delete(resource, namespace, name, options);
  }

  #report(text: string): void {
    const phase = text.includes('Failed') ? 'Failed' : 'Running';
    const prefix = this.#realName((text.split(' ')[0] ?? '').replace(/<pod\d+>.*/, ''));
    const pods = this.cluster.client
      .list('pods', { namespace: NAMESPACE })
      .filter(({ metadata }) => metadata.name.startsWith(prefix));
    const pod = pods.find((candidate) => !isTerminal(candidate) && isReady(candidate) === (phase === 'Failed'));
    if (pod === undefined) throw new Error(`no pod for: ${text}`);
    const next = readyPod(pod, this.cluster.now);
    if (phase === 'Failed') next.status = { ...next.status, phase, conditions: [] };
    this.cluster.client.updateStatus('pods', next);
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
    const namespace = resource === 'nodes' || resource === 'namespaces' ? '' : NAMESPACE;
    const podNumber = /<pod(\d+)>/.exec(name)?.[1];
    const object =
      podNumber === undefined
        ? this.cluster.client.get(resource, namespace, this.#realName(name))
        : this.#podsByAge()[Number(podNumber) - 1];
    if (object === undefined) throw new Error(`no ${subject}`);
    return { resource, object };
  }

  #podsByAge(): KubeObject[] {
    const created = this.cluster.history.filter(({ verb, resource }) => verb === 'create' && resource === 'pods');
    return created.map(({ namespace, name, object }) => this.cluster.client.get('pods', namespace, name) ?? object());
  }

  /** Hashes in the order in which ReplicaSets were made. */
  #hashes(): string[] {
    const sets = this.cluster.history.filter(
      ({ verb, resource }) => verb === 'create' && resource === 'replicasets.apps',
    );
    const hashes = sets.flatMap(({ object }) => object().metadata.labels?.['pod-template-hash'] ?? []);
    return [...new Set(hashes)];
  }

  #realName(name: string): string {
    return name.replace(/<rs(\d+)>/, (text, number: string) => this.#hashes()[Number(number) - 1] ?? text);
  }

  /** Hashes in the order in which ControllerRevisions were made. */
  #revisions(): string[] {
    const made = this.cluster.history.filter(
      ({ verb, resource }) => verb === 'create' && resource === 'controllerrevisions.apps',
    );
    return [...new Set(made.flatMap(({ object }) => object().metadata.labels?.['controller-revision-hash'] ?? []))];
  }

  /** Our text with hashes and suffixes as the recording writes them; numbers of pods are dropped there and here. */
  #normal(text: string): string {
    let normal = text;
    for (const [index, hash] of this.#hashes().entries()) normal = normal.replaceAll(hash, `<rs${index + 1}>`);
    for (const [index, hash] of this.#revisions().entries()) normal = normal.replaceAll(hash, `<rev${index + 1}>`);
    return normal.replace(/(\b(?:web|bare)-|<rs\d+>-)[a-z0-9]{5}\b/g, '$1<pod>');
  }

  /** What is left of these kinds, reduced to the fields that were recorded. */
  outcome(kinds: readonly string[]): unknown {
    const objects: KubeObject[] = kinds.flatMap((kind) => this.cluster.client.list(resourceOf(kind)));
    return sorted(objects.map((object) => JSON.parse(this.#normal(JSON.stringify(reduce(object)))) as object));
  }

  recordedOutcome(kinds: readonly string[]): unknown {
    const objects = this.#recorded.final.filter(({ kind }) => kinds.includes(kind));
    return sorted(objects.map((object) => JSON.parse(unnumbered(JSON.stringify(pick(object)))) as object));
  }

  events(sources: readonly string[]): string[] {
    const ours = this.cluster.events.filter(({ source }) => sources.includes(source));
    return unique(ours.map(({ regarding, reason, message }) => this.#normal(`${regarding} ${reason} ${message}`)));
  }

  recordedEvents(sources: readonly string[]): string[] {
    const theirs = this.#recorded.events.filter(
      ({ source, message }) => sources.includes(source.component ?? '') && !message.startsWith('(combined'),
    );
    return unique(
      theirs.map(({ involvedObject: { kind, name }, reason, message }) =>
        unnumbered(`${kind}/${name} ${reason} ${message}`),
      ),
    );
  }
}

function resourceOf(kind: string): ResourceName {
  const resource = RESOURCES[kind];
  if (resource === undefined) throw new Error(`unknown kind ${kind}`);
  return resource;
}

function unnumbered(text: string): string {
  return text.replace(/<pod\d+>/g, '<pod>');
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)].toSorted();
}

function sorted(objects: object[]): object[] {
  return objects
    .map((object) => [JSON.stringify(object), object] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, object]) => object);
}

/** The fields that tell what controllers did; pods without what scheduler, kubelet and admission add. */
function reduce(object: KubeObject): Record<string, unknown> {
  const { kind, metadata } = object;
  const { spec = {}, status = {} } = object as KubeObject & {
    spec?: Record<string, unknown>;
    status?: Record<string, unknown>;
  };
  const fields: Record<string, unknown> = {
    kind,
    name: metadata.name,
    'metadata.annotations': metadata.annotations,
    'metadata.ownerReferences': metadata.ownerReferences?.map(({ uid: _, ...reference }) => reference),
    'metadata.finalizers': metadata.finalizers,
    'spec.replicas': spec['replicas'],
    revision: (object as KubeObject & { revision?: number }).revision,
    ...Object.fromEntries(Object.entries(status).map(([key, value]) => [`status.${key}`, value])),
  };
  return pick({ ...fields, 'metadata.labels': metadata.labels } as unknown as Record<string, unknown> & {
    kind: string;
    name: string;
  });
}

const PICKED = [
  'kind',
  'name',
  'metadata.labels',
  'metadata.annotations',
  'metadata.ownerReferences',
  'metadata.finalizers',
  'spec.replicas',
  'revision',
  'status.phase',
  'status.replicas',
  'status.updatedReplicas',
  'status.readyReplicas',
  'status.availableReplicas',
  'status.unavailableReplicas',
  'status.fullyLabeledReplicas',
  'status.terminatingReplicas',
  'status.currentNumberScheduled',
  'status.desiredNumberScheduled',
  'status.numberAvailable',
  'status.numberMisscheduled',
  'status.numberReady',
  'status.numberUnavailable',
  'status.updatedNumberScheduled',
  'status.collisionCount',
  'status.conditions',
];

function pick(object: Record<string, unknown> & { kind: string; name: string }): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const key of PICKED) {
    const value = object[key];
    if (value === undefined || value === null) continue;
    picked[key] = value;
  }
  if (object.kind === 'Pod') {
    const { 'topology.kubernetes.io/zone': _, ...labels } = (object['metadata.labels'] ?? {}) as Record<string, string>;
    if (Object.keys(labels).length > 0) picked['metadata.labels'] = labels;
    delete picked['status.conditions'];
  } else if (Array.isArray(picked['status.conditions'])) {
    const conditions = picked['status.conditions'] as Array<Record<string, unknown>>;
    picked['status.conditions'] = conditions
      .map(({ type, status, reason, message }) => ({ type, status, reason, message }))
      .toSorted((a, b) => (String(a.type) < String(b.type) ? -1 : 1));
  }
  return picked;
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
