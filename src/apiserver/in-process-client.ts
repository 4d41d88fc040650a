// The client port (src/api/client.ts) over the pipeline: what controllers and the scheduler write goes through the
// same defaults, admission, validation and store as a request's, under the component's own identity.

import type {
  Client,
  DeleteOptions,
  EventInput,
  ListOptions,
  ResourceInfo,
  ScaleTarget,
  View,
  ViewOptions,
} from '../api/client.ts';
import type { UsageSource } from '../api/metrics/v1beta1/measurement.ts';
import { usageSource } from '../api/metrics/v1beta1/measurement.ts';
import type { Kind, ScaleStrategy } from '../api/kind.ts';
import type { Draft, KubeObject } from '../api/object.ts';
import type { ResourceMap, ResourceName } from '../api/resources.ts';
import type { Result } from '../api/status.ts';
import { badRequest, fail, notFoundStatus, ok } from '../api/status.ts';
import type { Scale } from '../api/types/autoscaling-v1.ts';
import type { CertificateSigningRequest } from '../api/types/certificates-v1.ts';
import type { Binding, Namespace } from '../api/types/core-v1.ts';
import { formatMicroTime, formatTime } from '../lib/clock.ts';
import { clone } from '../lib/json.ts';
import { remove } from '../registry/delete.ts';
import type { Part } from '../registry/update.ts';
import { update } from '../registry/update.ts';
import type { WriteContext } from '../registry/write.ts';
import type { User } from './authentication/user.ts';
import type { EventCorrelator, EventSource } from './event-recorder.ts';
import { newEvent } from './event-recorder.ts';
import type { Services } from './exchange.ts';
import { notFound } from './refusals.ts';
import { perform, run } from './verbs/action.ts';
import { scaleOf, writeScale } from './verbs/scale.ts';
import { admit, attributes, createObject, prepareUpdate } from './write-steps.ts';

/** The binary that upstream runs a component in, which is the manager of what it writes. */
function binaryOf(component: string): string {
  if (component === 'kube-apiserver' || component === 'kubelet') return component;
  return component === 'default-scheduler' ? 'kube-scheduler' : 'kube-controller-manager';
}

export interface InProcessClientOptions {
  readonly services: Services;
  readonly correlator: EventCorrelator;
  readonly user: User;
  readonly eventSource: EventSource;
  /** The revision that writes name as their cause; 0: none. */
  readonly cause: number;
}

/** What calls cost, in the units of the meter: an object that is read, one that is seen through a view, and a write. */
const READ = 25;
const SEEN = 1;
const WRITE = 500;

export class InProcessClient implements Client {
  readonly #options: InProcessClientOptions;

  constructor(options: InProcessClientOptions) {
    this.#options = options;
  }

  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceMap[R] | undefined {
    this.#options.services.meter.add(READ);
    const kind = this.#defined(resource);
    return kind && (this.#store.get(kind, namespace, name) as ResourceMap[R] | undefined);
  }

  list<R extends ResourceName>(resource: R, options: ListOptions = {}): Array<ResourceMap[R]> {
    const { namespace, term, matchLabels } = options;
    const kind = this.#defined(resource);
    if (kind === undefined) return [];
    const { log } = this.#store;
    let rows =
      term === undefined
        ? log.list({ resource, ...(namespace === undefined ? {} : { namespace }) })
        : log.byTerm(term, resource);
    this.#options.services.meter.add(READ * (1 + rows.length));
    if (term !== undefined && namespace !== undefined) rows = rows.filter((row) => row.namespace === namespace);
    let objects = rows.map((row) => this.#store.parse(kind, row));
    if (matchLabels !== undefined) {
      const wanted = Object.entries(matchLabels);
      objects = objects.filter(({ metadata: { labels } }) => wanted.every(([key, value]) => labels?.[key] === value));
    }
    return objects as Array<ResourceMap[R]>;
  }

  view<R extends ResourceName, T extends object>({ resource, of }: View<R, T>, options: ViewOptions): T[] {
    const { log } = this.#store;
    const { meter } = this.#options.services;
    const revisions =
      'term' in options ? log.revisionsByTerm(options.term, resource) : log.revisions({ resource, ...options });
    meter.add(READ + SEEN * revisions.length);
    return this.#store.view(this.#kind(resource), of, revisions, (count) => meter.add(READ * count));
  }

  byTerm(term: string): KubeObject[] {
    const { log } = this.#store;
    const { scheme } = this.#options.services;
    const rows = log.byTerm(term);
    this.#options.services.meter.add(READ * (1 + rows.length));
    return rows.flatMap((row) => {
      const kind = scheme.byLogResource(row.resource);
      return kind === undefined ? [] : [this.#store.parse(kind, row)];
    });
  }

  resources(): readonly ResourceInfo[] {
    return this.#options.services.scheme.resources();
  }

  create<R extends ResourceName>(resource: R, object: Draft<ResourceMap[R]>): Result<ResourceMap[R]> {
    const kind = this.#kind(resource);
    const namespace = object.metadata.namespace ?? '';
    const target = { kind, namespace, name: '', subresource: '', user: this.#options.user };
    const draft = clone(object) as unknown as KubeObject;
    const created = createObject(this.#options.services, target, draft, this.#write());
    return created.ok ? ok(created.value.object as ResourceMap[R]) : created;
  }

  update<R extends ResourceName>(resource: R, object: ResourceMap[R]): Result<ResourceMap[R]> {
    return this.#update(resource, object, 'main');
  }

  updateStatus<R extends ResourceName>(resource: R, object: ResourceMap[R]): Result<ResourceMap[R]> {
    return this.#update(resource, object, 'status');
  }

  usageSource(node: string): UsageSource {
    return usageSource(this.get('nodes', '', node), this.#options.services.usage, this.#store.clock.now());
  }

  scale(namespace: string, target: ScaleTarget): Result<Scale> {
    const kind = this.#scaled(target);
    if (!kind.ok) return kind;
    const { strategy } = kind.value;
    this.#options.services.meter.add(READ);
    const object = this.#store.get(kind.value.kind, namespace, target.name);
    if (object === undefined) return fail(notFoundStatus(kind.value.kind, target.name));
    const unreadable = strategy.unreadable?.(object);
    return unreadable === undefined ? ok(scaleOf(object, strategy)) : fail(unreadable);
  }

  updateScale(namespace: string, target: ScaleTarget, scale: Scale): Result<undefined> {
    const found = this.#scaled(target);
    if (!found.ok) return found;
    const { kind, strategy } = found.value;
    const { services, user } = this.#options;
    const written = { kind, namespace, name: target.name, subresource: 'scale', user };
    const result = writeScale(services, written, strategy, this.#write(), () => ok(clone(scale)), false);
    return result.ok ? ok(undefined) : result;
  }

  finalize(namespace: Namespace): Result<Namespace> {
    return this.#update('namespaces', namespace, 'finalize');
  }

  approve(request: CertificateSigningRequest): Result<CertificateSigningRequest> {
    const resource = 'certificatesigningrequests.certificates.k8s.io';
    const part = this.#kind(resource).parts?.['approval'];
    if (part === undefined) throw new Error('certificate requests have no approval');
    return this.#update(resource, request, part, 'approval');
  }

  delete(
    resource: ResourceName,
    namespace: string,
    name: string,
    options: DeleteOptions = {},
  ): Result<KubeObject | undefined> {
    const kind = this.#kind(resource);
    const { services, user } = this.#options;
    const target = { kind, namespace, name, subresource: '', user };
    const write = this.#write();
    const refused = services.admission.validate(undefined, undefined, attributes(services, target, 'DELETE', write));
    if (refused !== undefined) return fail(refused);
    const request = {
      gracePeriodSeconds: options.gracePeriodSeconds,
      propagationPolicy: options.propagationPolicy,
      uid: options.preconditions?.uid,
      resourceVersion: options.preconditions?.resourceVersion,
    };
    const deleted = remove(this.#store, kind, namespace, name, request, write);
    if (!deleted.ok) return deleted;
    return ok(deleted.value.gone ? undefined : deleted.value.object);
  }

  bind(namespace: string, pod: string, uid: string, node: string): Result<undefined> {
    const kind = this.#kind('pods');
    const action = kind.actions?.['binding'];
    if (action === undefined || !('apply' in action)) throw new Error('pods have no binding');
    const body = {
      kind: 'Binding',
      apiVersion: 'v1',
      metadata: { name: pod, namespace, uid },
      target: { kind: 'Node', name: node },
    } as unknown as Binding;
    const { services, user } = this.#options;
    const write = this.#write();
    const target = { kind, namespace, name: pod, subresource: 'binding', user };
    const refused = services.admission.mutate(body, undefined, attributes(services, target, 'CREATE', write));
    if (refused !== undefined) return fail(refused);
    return perform(services, kind, action, namespace, pod, body, write);
  }

  evict(namespace: string, pod: string): Result<undefined> {
    const kind = this.#kind('pods');
    const action = kind.actions?.['eviction'];
    if (action === undefined || 'apply' in action) throw new Error('pods have no eviction');
    const body = { kind: 'Eviction', apiVersion: 'policy/v1', metadata: { name: pod, namespace } } as KubeObject;
    const { services, user } = this.#options;
    const write = this.#write();
    const target = { kind, namespace, name: pod, subresource: 'eviction', user };
    const admitted = admit(services, body, undefined, attributes(services, target, 'CREATE', write));
    if (!admitted.ok) return admitted;
    const done = run(services, action, body, { namespace, name: pod }, write);
    return done.ok ? ok(undefined) : done;
  }

  event(input: EventInput): void {
    const { correlator, eventSource } = this.#options;
    const source = input.host === undefined ? eventSource : { ...eventSource, host: input.host };
    const now = this.#store.clock.now();
    const known = correlator.find(source, input);
    if (known !== undefined) {
      const old = this.get('events', known.namespace, known.name);
      if (old !== undefined) {
        const next = clone(old);
        if (input.action === undefined) {
          next.count = (old.count ?? 1) + 1;
          next.lastTimestamp = formatTime(now);
        } else next.series = { count: (old.series?.count ?? 1) + 1, lastObservedTime: formatMicroTime(now) };
        if (this.update('events', next).ok) return;
      }
    }
    const created = this.create('events', newEvent(source, input, now, this.#store.log.head));
    // An Event is a courtesy: one that is refused (its namespace is going away, say) is let go.
    if (!created.ok) return;
    const { namespace = '', name } = created.value.metadata;
    correlator.remember(source, input, { namespace, name });
  }

  /** The kind of a target, in the version that it names or in another, and how it scales. */
  #scaled({ apiVersion = 'v1', kind: name }: ScaleTarget): Result<{ kind: Kind; strategy: ScaleStrategy<KubeObject> }> {
    const slash = apiVersion.indexOf('/');
    const group = slash < 0 ? '' : apiVersion.slice(0, slash);
    const version = apiVersion.slice(slash + 1);
    const { scheme } = this.#options.services;
    const kind =
      scheme.byKind(group, version, name) ?? scheme.kinds.find((one) => one.group === group && one.kind === name);
    if (kind === undefined) return fail(badRequest(`no matches for kind "${name}" in group "${group}"`));
    return kind.scale === undefined ? notFound() : ok({ kind, strategy: kind.scale });
  }

  get #store() {
    return this.#options.services.store;
  }

  /** Undefined: nobody has defined this custom kind, so that there is none of it. */
  #defined(resource: ResourceName): Kind | undefined {
    return this.#options.services.scheme.byLogResource(resource);
  }

  #kind(resource: string): Kind {
    const kind = this.#options.services.scheme.byLogResource(resource);
    if (kind === undefined) throw new Error(`no kind is stored as ${resource}`);
    return kind;
  }

  #write(): WriteContext {
    const { services, user, eventSource, cause } = this.#options;
    const { component } = eventSource;
    services.meter.add(WRITE);
    return { actor: user.name, agent: component, cause, dryRun: false, manager: binaryOf(component) };
  }

  #update<R extends ResourceName>(
    resource: R,
    object: ResourceMap[R],
    part: Part,
    subresource = part === 'main' || typeof part !== 'string' ? '' : part,
  ): Result<ResourceMap[R]> {
    const kind = this.#kind(resource);
    const { services, user } = this.#options;
    const { namespace = '', name } = object.metadata;
    const target = { kind, namespace, name, subresource, user };
    const write = this.#write();
    const asked = attributes(services, target, 'UPDATE', write);
    const draft = privateCopy(object);
    kind.setDefaults?.(draft);
    const written = update(
      this.#store,
      kind,
      {
        namespace,
        name,
        part,
        replaces: true,
        transform: (old) => {
          // What a status's write does not write is the old object's own, and need not be compared.
          const next = part === 'status' ? withStatus(old, draft) : draft;
          return prepareUpdate(services, target, next, old, write);
        },
        admit: (made, old) => admit(services, made, old, asked),
      },
      write,
    );
    return written.ok ? ok(written.value.object as ResourceMap[R]) : written;
  }
}

/** managedFields are never changed, so that they are shared. */
function privateCopy(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  const copy: KubeObject = clone({ ...object, metadata });
  if (managedFields !== undefined) copy.metadata.managedFields = managedFields;
  return copy;
}

function withStatus(old: KubeObject, { metadata, status }: KubeObject & { status?: unknown }): KubeObject {
  const next = { ...old, metadata, status };
  if (status === undefined) delete next.status;
  return next;
}
