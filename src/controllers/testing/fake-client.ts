// The client port over a FakeStore: enough of the API server's rules for controller tests, and no validation or defaults.

import { deployment } from '../../api/apps/v1/deployment.ts';
import { replicaSet } from '../../api/apps/v1/replica-set.ts';
import { statefulSet } from '../../api/apps/v1/stateful-set.ts';
import { replicationController } from '../../api/core/v1/replication-controller.ts';
import type {
  Client,
  DeleteOptions,
  EventInput,
  ListOptions,
  ResourceInfo,
  ScaleTarget,
  View,
  ViewOptions,
} from '../../api/client.ts';
import type { Kind } from '../../api/kind.ts';
import { resourceName } from '../../api/kind.ts';
import type { UsageSource } from '../../api/metrics/v1beta1/measurement.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import type { ResourceMap, ResourceName } from '../../api/resources.ts';
import type { ResourceRef, Result, Status } from '../../api/status.ts';
import { alreadyExists, badRequest, conflict, fail, notFoundStatus, OBJECT_MODIFIED, ok } from '../../api/status.ts';
import type { Scale } from '../../api/types/autoscaling-v1.ts';
import type { CertificateSigningRequest } from '../../api/types/certificates-v1.ts';
import type { Namespace, Pod } from '../../api/types/core-v1.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone, deepEqual } from '../../lib/json.ts';
import type { Random } from '../../lib/random.ts';
import { nameSuffix } from '../../lib/random.ts';
import type { FakeStore } from './fake-store.ts';

export interface RecordedEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** `Deployment/web`. */
  readonly regarding: string;
  readonly namespace: string;
  readonly source: string;
}

/** Refuses a write as admission would. */
export type Gate = (verb: 'create' | 'update' | 'delete', resource: ResourceName, object: Draft) => Status | undefined;

/** Sets defaults and what a strategy does to a new object. */
export type Prepare = (object: KubeObject) => void;

export interface FakeClientOptions {
  readonly store: FakeStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly actor: string;
  readonly source: string;
  readonly cause: number;
  readonly recorded: RecordedEvent[];
  readonly gate: Gate;
  readonly prepare: Prepare;
  readonly usageSource: (node: string) => UsageSource;
}

/** What an object of any kind may have besides metadata. */
type Loose = KubeObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

export class FakeClient implements Client {
  readonly #options: FakeClientOptions;

  constructor(options: FakeClientOptions) {
    this.#options = options;
  }

  resources(): readonly ResourceInfo[] {
    return RESOURCES;
  }

  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceMap[R] | undefined {
    return this.#options.store.get(resource, namespace, name) as ResourceMap[R] | undefined;
  }

  list<R extends ResourceName>(resource: R, options: ListOptions = {}): Array<ResourceMap[R]> {
    const { namespace, matchLabels } = options;
    const labels = Object.entries(matchLabels ?? {});
    return this.#options.store
      .list(resource, options.term)
      .filter(({ metadata }) => namespace === undefined || (metadata.namespace ?? '') === namespace)
      .filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value)) as Array<
      ResourceMap[R]
    >;
  }

  view<R extends ResourceName, T extends object>({ resource, of }: View<R, T>, options: ViewOptions): T[] {
    return this.list(resource, options).map(of);
  }

  byTerm(term: string): KubeObject[] {
    return this.#options.store.byTerm(term);
  }

  create<R extends ResourceName>(resource: R, draft: Draft<ResourceMap[R]>): Result<ResourceMap[R]> {
    const { store, clock, random } = this.#options;
    const refused = this.#options.gate('create', resource, draft);
    if (refused !== undefined) return fail(refused);
    const { generateName } = draft.metadata;
    const name = draft.metadata.name ?? `${generateName ?? ''}${nameSuffix(random)}`;
    if (store.get(resource, draft.metadata.namespace ?? '', name) !== undefined)
      return fail(alreadyExists(refOf(resource), name));
    const object = clone(draft) as unknown as Loose;
    object.metadata = {
      ...object.metadata,
      name,
      uid: random.uuid(),
      resourceVersion: '',
      creationTimestamp: formatTime(clock.now()),
      ...(object.spec === undefined ? {} : { generation: 1 }),
    };
    this.#options.prepare(object);
    if (resource === 'pods') object.status ??= { phase: 'Pending' };
    if (resource === 'namespaces') {
      object.spec ??= { finalizers: ['kubernetes'] };
      object.status ??= { phase: 'Active' };
    }
    return ok(this.#write('create', resource, object) as ResourceMap[R]);
  }

  update<R extends ResourceName>(resource: R, object: ResourceMap[R]): Result<ResourceMap[R]> {
    return this.#update(resource, object, (next, old) => {
      if (old.status !== undefined) next.status = old.status;
      else delete next.status;
    });
  }

  updateStatus<R extends ResourceName>(resource: R, object: ResourceMap[R]): Result<ResourceMap[R]> {
    return this.#update(resource, object, (next, old) => {
      const { status, metadata } = next;
      Object.assign(next, clone(old));
      if (status !== undefined) next.status = status;
      if (ANNOTATED_BY_STATUS.has(resource)) {
        if (metadata.annotations === undefined) delete next.metadata.annotations;
        else next.metadata.annotations = metadata.annotations;
      }
      if (resource === 'services') next.metadata = metadata;
    });
  }

  usageSource(node: string): UsageSource {
    return this.#options.usageSource(node);
  }

  scale(namespace: string, target: ScaleTarget): Result<Scale> {
    const found = this.#scaled(namespace, target);
    if (!found.ok) return found;
    const { object, kind } = found.value;
    const metadata = { name: target.name, namespace, resourceVersion: object.metadata.resourceVersion };
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata, ...kind.scale?.get(object) };
    return ok(scale as unknown as Scale);
  }

  updateScale(namespace: string, target: ScaleTarget, scale: Scale): Result<undefined> {
    const found = this.#scaled(namespace, target);
    if (!found.ok) return found;
    const { object, kind, resource } = found.value;
    const next = clone(object);
    kind.scale?.set(next, scale.spec?.replicas ?? 0);
    const written = this.#update(resource, next, () => undefined);
    return written.ok ? ok(undefined) : written;
  }

  #scaled(
    namespace: string,
    { apiVersion = 'v1', kind: name, name: of }: ScaleTarget,
  ): Result<{ kind: Kind; resource: ResourceName; object: KubeObject }> {
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    const kind = SCALED.find((one) => one.group === group && one.kind === name);
    if (kind === undefined) return fail(badRequest(`no matches for kind "${name}" in group "${group}"`));
    const resource = resourceName(kind) as ResourceName;
    const object = this.#options.store.get(resource, namespace, of);
    return object === undefined ? fail(notFoundStatus(refOf(resource), of)) : ok({ kind, resource, object });
  }

  finalize(namespace: Namespace): Result<Namespace> {
    return this.#update('namespaces', namespace, (next, old) => {
      const { spec } = next;
      Object.assign(next, clone(old));
      if (spec !== undefined) next.spec = spec;
    });
  }

  approve(request: CertificateSigningRequest): Result<CertificateSigningRequest> {
    return this.updateStatus('certificatesigningrequests.certificates.k8s.io', request);
  }

  delete(
    resource: ResourceName,
    namespace: string,
    name: string,
    options: DeleteOptions = {},
  ): Result<KubeObject | undefined> {
    const old: Loose | undefined = this.#options.store.get(resource, namespace, name);
    if (old === undefined) return fail(notFoundStatus(refOf(resource), name));
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (uid !== undefined && uid !== old.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`;
      return fail(conflict(refOf(resource), name, why));
    }
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
      return fail(conflict(refOf(resource), name, OBJECT_MODIFIED));
    }
    const refused = this.#options.gate('delete', resource, old);
    if (refused !== undefined) return fail(refused);
    return ok(this.#delete(resource, old, options));
  }

  bind(namespace: string, name: string, uid: string, node: string): Result<undefined> {
    const pod = this.get('pods', namespace, name);
    if (pod === undefined || pod.metadata.uid !== uid) return fail(notFoundStatus(refOf('pods'), name));
    if (pod.spec?.nodeName !== undefined)
      return fail(
        conflict(refOf('pods/binding'), name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`),
      );
    const next = clone(pod);
    next.spec = { ...next.spec, containers: next.spec?.containers ?? [], nodeName: node };
    next.status = {
      ...next.status,
      conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: formatTime(this.#options.clock.now()) }],
    };
    delete next.status.nominatedNodeName;
    this.#write('update', 'pods', next);
    return ok(undefined);
  }

  /** Budgets are not looked at: `gate` may refuse the deletion. */
  evict(namespace: string, pod: string): Result<undefined> {
    const deleted = this.delete('pods', namespace, pod);
    return deleted.ok ? ok(undefined) : deleted;
  }

  event(input: EventInput): void {
    const { regarding, type, reason, message } = input;
    this.#options.recorded.push({
      type,
      reason,
      message,
      regarding: `${regarding.kind}/${regarding.metadata.name}`,
      namespace: regarding.metadata.namespace ?? '',
      source: this.#options.source,
    });
  }

  #update<R extends ResourceName>(
    resource: R,
    object: ResourceMap[R],
    keep: (next: Loose, old: Loose) => void,
  ): Result<ResourceMap[R]> {
    const { name, namespace, resourceVersion } = object.metadata;
    const old: Loose | undefined = this.#options.store.get(resource, namespace ?? '', name);
    if (old === undefined) return fail(notFoundStatus(refOf(resource), name));
    if (resourceVersion !== old.metadata.resourceVersion || object.metadata.uid !== old.metadata.uid) {
      return fail(conflict(refOf(resource), name, OBJECT_MODIFIED));
    }
    const refused = this.#options.gate('update', resource, object);
    if (refused !== undefined) return fail(refused);
    const next = clone(object) as Loose;
    keep(next, old);
    if (deepEqual(next, old)) return ok(old as ResourceMap[R]);
    if (!deepEqual(next.spec, old.spec)) next.metadata.generation = (old.metadata.generation ?? 0) + 1;
    const done = isFinished(resource, next);
    return ok(this.#write(done ? 'delete' : 'update', resource, next) as ResourceMap[R]);
  }

  #delete(resource: ResourceName, old: Loose, options: DeleteOptions): KubeObject | undefined {
    const next = clone(old);
    const { metadata } = next;
    const grace = resource === 'pods' ? podGrace(old as unknown as Pod, options.gracePeriodSeconds) : 0;
    const finalizers = new Set(metadata.finalizers);
    if (options.propagationPolicy === 'Foreground') finalizers.add('foregroundDeletion');
    if (options.propagationPolicy === 'Orphan') finalizers.add('orphan');
    if (options.propagationPolicy === 'Background') {
      finalizers.delete('foregroundDeletion');
      finalizers.delete('orphan');
    }
    const wait =
      finalizers.size > 0 ||
      grace > 0 ||
      (resource === 'namespaces' && ((next.spec?.['finalizers'] as string[] | undefined) ?? []).length > 0);
    if (!wait) {
      this.#write('delete', resource, next);
      return undefined;
    }
    if (finalizers.size > 0) metadata.finalizers = [...finalizers];
    if (metadata.deletionTimestamp === undefined) {
      metadata.deletionTimestamp = formatTime(this.#options.clock.now() + grace * 1000);
      if (next.spec !== undefined) metadata.generation = (metadata.generation ?? 0) + 1;
    }
    if (resource === 'namespaces') next.status = { ...next.status, phase: 'Terminating' };
    else metadata.deletionGracePeriodSeconds = Math.min(grace, metadata.deletionGracePeriodSeconds ?? grace);
    return deepEqual(next, old) ? old : this.#write('update', resource, next);
  }

  #write(verb: 'create' | 'update' | 'delete', resource: ResourceName, object: KubeObject): KubeObject {
    const { actor, cause } = this.#options;
    const { namespace = '', name } = object.metadata;
    return this.#options.store.write({ verb, resource, namespace, name, actor, cause, object });
  }
}

/** An update that takes the last obstacle away ends the object. */
function isFinished(resource: ResourceName, { metadata, spec }: Loose): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return false;
  if (resource === 'namespaces') return ((spec?.['finalizers'] as string[] | undefined) ?? []).length === 0;
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function podGrace(pod: Pod, requested: number | undefined): number {
  const phase = pod.status?.phase;
  if ((pod.spec?.nodeName ?? '') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  return requested ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
}

function refOf(resource: string): ResourceRef {
  const dot = resource.indexOf('.');
  return dot < 0 ? { group: '', resource } : { group: resource.slice(dot + 1), resource: resource.slice(0, dot) };
}

/** Kinds whose status subresource takes annotations too. */
const ANNOTATED_BY_STATUS: ReadonlySet<ResourceName> = new Set([
  'deployments.apps',
  'horizontalpodautoscalers.autoscaling',
  'namespaces',
]);

/** Kinds that are scaled. */
const SCALED: readonly Kind[] = [deployment, replicaSet, replicationController, statefulSet];

function info(resource: ResourceName, kind: string, apiVersion: string, namespaced = true): ResourceInfo {
  return { resource, kind, apiVersion, namespaced };
}

const RESOURCES: readonly ResourceInfo[] = [
  info('apiservices.apiregistration.k8s.io', 'APIService', 'apiregistration.k8s.io/v1', false),
  info('certificatesigningrequests.certificates.k8s.io', 'CertificateSigningRequest', 'certificates.k8s.io/v1', false),
  info('configmaps', 'ConfigMap', 'v1'),
  info('clusterroles.rbac.authorization.k8s.io', 'ClusterRole', 'rbac.authorization.k8s.io/v1', false),
  info('controllerrevisions.apps', 'ControllerRevision', 'apps/v1'),
  info('cronjobs.batch', 'CronJob', 'batch/v1'),
  info('customresourcedefinitions.apiextensions.k8s.io', 'CustomResourceDefinition', 'apiextensions.k8s.io/v1', false),
  info('daemonsets.apps', 'DaemonSet', 'apps/v1'),
  info('deployments.apps', 'Deployment', 'apps/v1'),
  info('endpoints', 'Endpoints', 'v1'),
  info('endpointslices.discovery.k8s.io', 'EndpointSlice', 'discovery.k8s.io/v1'),
  info('events', 'Event', 'v1'),
  info('flowschemas.flowcontrol.apiserver.k8s.io', 'FlowSchema', 'flowcontrol.apiserver.k8s.io/v1', false),
  info('ingressclasses.networking.k8s.io', 'IngressClass', 'networking.k8s.io/v1', false),
  info('ingresses.networking.k8s.io', 'Ingress', 'networking.k8s.io/v1'),
  info('ipaddresses.networking.k8s.io', 'IPAddress', 'networking.k8s.io/v1', false),
  info('horizontalpodautoscalers.autoscaling', 'HorizontalPodAutoscaler', 'autoscaling/v2'),
  info('jobs.batch', 'Job', 'batch/v1'),
  info('leases.coordination.k8s.io', 'Lease', 'coordination.k8s.io/v1'),
  info('namespaces', 'Namespace', 'v1', false),
  info('nodegroups.kubewisp.dev', 'NodeGroup', 'kubewisp.dev/v1', false),
  info('nodes', 'Node', 'v1', false),
  info('persistentvolumeclaims', 'PersistentVolumeClaim', 'v1'),
  info('persistentvolumes', 'PersistentVolume', 'v1', false),
  info('pods', 'Pod', 'v1'),
  info('replicasets.apps', 'ReplicaSet', 'apps/v1'),
  info('replicationcontrollers', 'ReplicationController', 'v1'),
  info('resourceclaims.resource.k8s.io', 'ResourceClaim', 'resource.k8s.io/v1'),
  info('resourceclaimtemplates.resource.k8s.io', 'ResourceClaimTemplate', 'resource.k8s.io/v1'),
  info('resourcequotas', 'ResourceQuota', 'v1'),
  info('secrets', 'Secret', 'v1'),
  info('serviceaccounts', 'ServiceAccount', 'v1'),
  info('servicecidrs.networking.k8s.io', 'ServiceCIDR', 'networking.k8s.io/v1', false),
  info('services', 'Service', 'v1'),
  info('statefulsets.apps', 'StatefulSet', 'apps/v1'),
  info('storageclasses.storage.k8s.io', 'StorageClass', 'storage.k8s.io/v1', false),
  info(
    'validatingadmissionpolicies.admissionregistration.k8s.io',
    'ValidatingAdmissionPolicy',
    'admissionregistration.k8s.io/v1',
    false,
  ),
  info('volumeattachments.storage.k8s.io', 'VolumeAttachment', 'storage.k8s.io/v1', false),
  info('volumeattributesclasses.storage.k8s.io', 'VolumeAttributesClass', 'storage.k8s.io/v1', false),
];
