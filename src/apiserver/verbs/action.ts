// POST to a subresource that acts: pods/binding, pods/eviction, serviceaccounts/token.

import type { Action, ActionPort, ActionTarget, ChangingAction, RunningAction } from '../../api/action.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceMap, ResourceName } from '../../api/resources.ts';
import type { Result } from '../../api/status.ts';
import { fail, notFoundStatus, ok } from '../../api/status.ts';
import type { DeleteOptions } from '../../api/types/meta-v1.ts';
import { clone } from '../../lib/json.ts';
import { remove } from '../../registry/delete.ts';
import { bodyScope } from '../../registry/managed-fields/field-scope.ts';
import { trackUpdate } from '../../registry/managed-fields/track-update.ts';
import { update } from '../../registry/update.ts';
import type { WriteContext } from '../../registry/write.ts';
import type { ExpectedKind } from '../../schema/decode/decode-object.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import { decodeBody } from '../body.ts';
import { deleteRequest } from '../delete-options.ts';
import type { Exchange, Services } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import { writeOptions } from '../options.ts';
import { admit, attributes, settleNamespace } from '../write-steps.ts';

const CREATED = `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}\n`;

export function act(exchange: Exchange, action: Action<KubeObject>): ApiResponse {
  const { kind, path, services, encoding, user } = exchange;
  const options = writeOptions(exchange.query, 'CreateOptions');
  if (!options.ok) return statusAnswer(options.status, encoding);
  const decoded = decodeBody(exchange, bodyOf(action), options.value.fieldValidation);
  if (!decoded.ok) return statusAnswer(decoded.status, encoding);
  const { object, warnings } = decoded.value;
  action.setDefaults?.(object);
  const settled = settleNamespace(kind, object, path.namespace);
  if (!settled.ok) return statusAnswer(settled.status, encoding, warnings);
  // The collection form (POST /bindings) names its object in the body.
  const name = path.name === '' ? (object.metadata.name ?? '') : path.name;
  const target = { namespace: path.namespace, name };
  const write = writeContext(exchange, options.value.dryRun, options.value.fieldManager);
  const asked = attributes(services, { kind, ...target, subresource: path.subresource, user }, 'CREATE', write);
  const refused = services.admission.mutate(object, undefined, asked);
  if (refused !== undefined) return statusAnswer(refused, encoding, warnings);
  const admitted = admit(services, object, undefined, asked);
  if (!admitted.ok) return statusAnswer(admitted.status, encoding, warnings);

  const managedFields = ownersOf(exchange, action, object, write);
  const done =
    'apply' in action
      ? perform(services, kind, action, path.namespace, name, object, write)
      : run(services, action, object, target, write, exchange.query.all('dryRun'));
  if (!done.ok) return statusAnswer(done.status, encoding, warnings);
  if (done.value !== undefined && managedFields !== undefined) done.value.metadata.managedFields = managedFields;
  const text = done.value === undefined ? CREATED : `${JSON.stringify(done.value)}\n`;
  return jsonAnswer(201, text, encoding, warnings);
}

/** Of the body, which an action may answer with. */
function ownersOf({ path, services }: Exchange, action: Action<KubeObject>, body: KubeObject, write: WriteContext) {
  if ('apply' in action) return undefined;
  const { bodyApiVersion: apiVersion, bodyKind: kind, bodyDefinition: definition } = action;
  const tracked = { ...body, metadata: { ...body.metadata } };
  const scope = bodyScope({ apiVersion, kind, definition }, path.subresource);
  trackUpdate(scope, undefined, tracked, write.manager, services.store.clock.now());
  return tracked.metadata.managedFields;
}

function bodyOf({ bodyApiVersion, bodyKind, bodyDefinition, bodyVersions }: Action<KubeObject>): ExpectedKind {
  const slash = bodyApiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : bodyApiVersion.slice(0, slash),
    version: bodyApiVersion.slice(slash + 1),
    kind: bodyKind,
    definition: bodyDefinition,
    ...(bodyVersions === undefined ? {} : { otherVersions: bodyVersions }),
  };
}

/** Applies the action to the named object and appends the result. */
export function perform(
  services: Services,
  kind: Kind,
  action: ChangingAction<KubeObject>,
  namespace: string,
  name: string,
  body: KubeObject,
  write: WriteContext,
): Result<undefined> {
  const { store } = services;
  const row = store.row(kind, namespace, name);
  if (row === undefined) return fail(notFoundStatus(kind, name));
  const applied = action.apply(clone(store.parse(kind, row)), body, store.context(write.dryRun));
  if (!applied.ok) return applied;
  const written = store.append(kind, 'update', applied.value, row.rev, write);
  return written.ok ? ok(undefined) : written;
}

export function run(
  services: Services,
  action: RunningAction,
  body: KubeObject,
  target: ActionTarget,
  write: WriteContext,
  dryRun: readonly string[] = [],
): Result<KubeObject | undefined> {
  return action.run(body, target, new ServicesPort(services, write, dryRun));
}

/** What an action does, it does in the name of who asked. */
class ServicesPort implements ActionPort {
  readonly #services: Services;
  readonly #write: WriteContext;
  readonly dryRun: readonly string[];

  constructor(services: Services, write: WriteContext, dryRun: readonly string[]) {
    this.#services = services;
    this.#write = write;
    this.dryRun = dryRun;
  }

  get now(): number {
    return this.#services.store.clock.now();
  }

  get tokens() {
    return this.#services.authenticator.tokens;
  }

  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceMap[R] | undefined {
    return this.#services.store.get(this.#kind(resource), namespace, name) as ResourceMap[R] | undefined;
  }

  list(resource: string, namespace: string): readonly KubeObject[] {
    const { store, scheme } = this.#services;
    const kind = scheme.byLogResource(resource);
    if (kind === undefined) return [];
    return store.log.list({ resource, namespace }).map((row) => store.parse(kind, row));
  }

  writeStatus(resource: string, object: KubeObject): Result<KubeObject> {
    const { namespace = '', name } = object.metadata;
    const change = { namespace, name, part: 'status' as const, transform: () => ok(clone(object)) };
    const { store } = this.#services;
    const written = update(store, this.#kind(resource), { ...change, admit: () => ok(undefined) }, this.#write);
    return written.ok ? ok(written.value.object) : written;
  }

  refuseDelete(options: DeleteOptions) {
    const request = deleteRequest(options);
    return request.ok ? undefined : request.status;
  }

  delete(resource: ResourceName, { namespace, name }: ActionTarget, options: DeleteOptions): Result<undefined> {
    const request = deleteRequest(options);
    if (!request.ok) return request;
    const write = { ...this.#write, dryRun: request.value.dryRun };
    const { store } = this.#services;
    const deleted = remove(store, this.#kind(resource), namespace, name, request.value.request, write);
    return deleted.ok ? ok(undefined) : deleted;
  }

  #kind(resource: string): Kind {
    const kind = this.#services.scheme.byLogResource(resource);
    if (kind === undefined) throw new Error(`no kind is stored as ${resource}`);
    return kind;
  }
}
