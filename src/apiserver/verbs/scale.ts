// The scale subresource: one small view of every kind that has replicas.
// Models kubernetes pkg/registry/apps/deployment/storage (ScaleREST).

import type { Kind, ScaleStrategy } from '../../api/kind.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { isUnstructured } from '../../api/schema-of.ts';
import { preconditionFailed } from '../../api/precondition.ts';
import type { Result } from '../../api/status.ts';
import { badRequest, fail, invalidStatus, notFoundStatus, ok } from '../../api/status.ts';
import type { Scale } from '../../api/types/autoscaling-v1.ts';
import { clone } from '../../lib/json.ts';
import type { Entries } from '../../registry/managed-fields/entries.ts';
import { SCALE_VERSION, scaleScope } from '../../registry/managed-fields/field-scope.ts';
import { keepTimes } from '../../registry/managed-fields/keep-times.ts';
import type { ReplicaPaths } from '../../registry/managed-fields/scale-fields.ts';
import { parentEntries, replicaPaths, scaleEntries } from '../../registry/managed-fields/scale-fields.ts';
import { trackApply } from '../../registry/managed-fields/track-apply.ts';
import { trackUpdate } from '../../registry/managed-fields/track-update.ts';
import { update } from '../../registry/update.ts';
import type { WriteContext, Written } from '../../registry/write.ts';
import type { ExpectedKind } from '../../schema/decode/decode-object.ts';
import { invalid } from '../../schema/field-error.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import { duplicatesText, readConfiguration } from '../apply-body.ts';
import { decodeBody } from '../body.ts';
import type { Exchange, Services } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import type { ApiResponse, Encoding } from '../http.ts';
import type { WriteOptions } from '../options.ts';
import { writeOptions } from '../options.ts';
import { applyPatch, patchType } from '../patching.ts';
import type { Target } from '../write-steps.ts';
import { admit, attributes, checkName, settleNamespace } from '../write-steps.ts';

const SCALE: ExpectedKind = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  definition: 'io.k8s.api.autoscaling.v1.Scale',
};

export function getScale(exchange: Exchange, strategy: ScaleStrategy<KubeObject>): ApiResponse {
  const { kind, path, services } = exchange;
  const encoding = scaleEncoding(exchange.encoding);
  const object = services.store.get(kind, path.namespace, path.name);
  if (object === undefined) return statusAnswer(notFoundStatus(kind, path.name), encoding);
  const unreadable = strategy.unreadable?.(object);
  if (unreadable !== undefined) return statusAnswer(unreadable, encoding);
  return jsonAnswer(200, scaleText(object, strategy), encoding);
}

export function putScale(exchange: Exchange, strategy: ScaleStrategy<KubeObject>): ApiResponse {
  const { encoding } = exchange;
  const options = writeOptions(exchange.query, 'UpdateOptions');
  if (!options.ok) return statusAnswer(options.status, encoding);
  const decoded = decodeBody(exchange, SCALE, options.value.fieldValidation);
  if (!decoded.ok) return statusAnswer(decoded.status, encoding);
  const scale = decoded.value.object as Scale;
  return write(exchange, strategy, options.value, decoded.value.warnings, () => ok(scale));
}

export function patchScale(exchange: Exchange, strategy: ScaleStrategy<KubeObject>): ApiResponse {
  const { encoding, request, kind } = exchange;
  const type = patchType(request, kind);
  if (!type.ok) return statusAnswer(type.status, encoding);
  const options = writeOptions(exchange.query, 'PatchOptions', type.value);
  if (!options.ok) return statusAnswer(options.status, encoding);
  if (type.value === 'apply') return applyScale(exchange, strategy, options.value);
  const { fieldValidation } = options.value;
  const patching = { type: type.value, text: request.body, expected: SCALE, fieldValidation };
  return write(exchange, strategy, options.value, [], (old) => {
    const patched = applyPatch(patching, old);
    return patched.ok ? ok(patched.value.object as Scale) : patched;
  });
}

function applyScale(exchange: Exchange, strategy: ScaleStrategy<KubeObject>, options: WriteOptions): ApiResponse {
  const { kind, services, encoding, request } = exchange;
  const config = readConfiguration(request.body);
  if (!config.ok) return statusAnswer(config.status, encoding);
  const { value, duplicates } = config.value;
  const { fieldManager: manager, force, fieldValidation } = options;
  const warnings = fieldValidation === 'Warn' ? duplicates : [];
  const applying = {
    manager,
    force,
    now: services.store.clock.now(),
    // As upstream, whose converter of custom resources knows of no other groups.
    ...(isUnstructured(kind) ? { unfit: `request to convert CR to an invalid group/version: ${SCALE_VERSION}` } : {}),
  };
  const scaleFrom = (old: Scale) => {
    const applied = trackApply(scaleScope(), old, value, applying);
    if (!applied.ok) return applied;
    if (duplicates.length > 0 && fieldValidation === 'Strict') return fail(badRequest(duplicatesText(duplicates)));
    return ok(applied.value as Scale);
  };
  return write(exchange, strategy, options, warnings, scaleFrom, true);
}

/** The new Scale from the old one. */
type ScaleFrom = (old: Scale) => Result<Scale>;

function write(
  exchange: Exchange,
  strategy: ScaleStrategy<KubeObject>,
  options: WriteOptions,
  warnings: readonly string[],
  scaleFrom: ScaleFrom,
  /** It has its managedFields. */
  tracked = false,
): ApiResponse {
  const { kind, path, user, services, encoding } = exchange;
  const target = { kind, namespace: path.namespace, name: path.name, subresource: 'scale', user };
  const context = writeContext(exchange, options.dryRun, options.fieldManager);
  const written = writeScale(services, target, strategy, context, scaleFrom, tracked);
  if (!written.ok) return statusAnswer(written.status, encoding, warnings);
  return jsonAnswer(200, scaleText(written.value.object, strategy), scaleEncoding(encoding), warnings);
}

/** `tracked`: the new Scale has its managedFields. */
export function writeScale(
  services: Services,
  target: Target,
  strategy: ScaleStrategy<KubeObject>,
  context: WriteContext,
  scaleFrom: ScaleFrom,
  tracked: boolean,
): Result<Written> {
  const { kind, namespace, name } = target;
  const asked = attributes(services, target, 'UPDATE', context);
  const paths = replicaPaths(services.scheme, kind);
  return update(
    services.store,
    kind,
    {
      namespace,
      name,
      part: 'main',
      transform(old) {
        const before = trackedScale(old, strategy, paths);
        const scale = scaleFrom(before);
        if (!scale.ok) return scale;
        if (!tracked) trackUpdate(scaleScope(), before, scale.value, context.manager, services.store.clock.now());
        keepTimes(scale.value, before);
        const refused = checkScale(scale.value, kind, target);
        if (!refused.ok) return refused;
        const { uid = '', resourceVersion = '' } = scale.value.metadata;
        if (uid !== '' && uid !== old.metadata.uid) {
          return fail(preconditionFailed(kind, old, 'UID', uid, context.dryRun));
        }
        const object = clone(old);
        strategy.set(object, scale.value.spec?.replicas ?? 0);
        setEntries(
          object,
          parentEntries(old.metadata.managedFields, scale.value.metadata.managedFields, apiVersionOf(kind), paths),
        );
        if (resourceVersion !== '') object.metadata.resourceVersion = resourceVersion;
        return ok(object);
      },
      admit: (made, old) => admit(services, made, old, asked),
    },
    context,
  );
}

/** The Scale of an object, with the owners of its replicas. */
function trackedScale(object: KubeObject, strategy: ScaleStrategy<KubeObject>, paths: ReplicaPaths): Scale {
  const scale = scaleOf(object, strategy);
  setEntries(scale, scaleEntries(object.metadata.managedFields, paths));
  return scale;
}

function setEntries({ metadata }: KubeObject, entries: Entries | undefined): void {
  if (entries === undefined) delete metadata.managedFields;
  else metadata.managedFields = entries;
}

/** A table of it has the columns of a Scale. */
function scaleEncoding(encoding: Encoding | undefined): Encoding | undefined {
  if (encoding?.resource === undefined) return encoding;
  return { ...encoding, resource: { ...encoding.resource, subresource: 'scale' } };
}

function checkScale(
  scale: Scale,
  kind: Kind,
  { name, namespace }: Pick<Target, 'name' | 'namespace'>,
): Result<undefined> {
  const named = checkName(scale, name);
  if (!named.ok) return named;
  const settled = settleNamespace(kind, scale, namespace);
  if (!settled.ok) return settled;
  const replicas = scale.spec?.replicas ?? 0;
  if (replicas >= 0) return ok(undefined);
  const error = invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
  return fail(invalidStatus('autoscaling', 'Scale', name, [error]));
}

export function scaleOf(object: KubeObject, strategy: ScaleStrategy<KubeObject>): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    ...strategy.get(object),
  };
}

function scaleText(object: KubeObject, strategy: ScaleStrategy<KubeObject>): string {
  return `${JSON.stringify(scaleOf(object, strategy))}\n`;
}
