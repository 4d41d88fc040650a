// serviceaccounts/token: a token of a service account, for a while, for some audiences, and no longer than the object
// that it is bound to lives.
// Models kubernetes pkg/registry/core/serviceaccount/storage/token.go.

import { own } from '../../../lib/json.ts';
import { formatTime } from '../../../lib/clock.ts';
import { invalid } from '../../../schema/field-error.ts';
import type { Action, ActionPort, BoundRef, BoundRefs } from '../../action.ts';
import type { KubeObject } from '../../object.ts';
import type { Result } from '../../status.ts';
import { badRequest, conflict, fail, invalidStatus, notFoundStatus, ok } from '../../status.ts';
import type { BoundObjectReference, TokenRequest } from '../../types/authentication-v1.ts';
import type { Pod } from '../../types/core-v1.ts';

const GROUP = 'authentication.k8s.io';
const KIND = 'TokenRequest';
const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
/** What the token volumes of pods ask for. Such a token outlives the hour, so that clients that read it once work on. */
const VOLUME_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;

const PODS = { group: '', resource: 'pods' };

function validateSeconds(seconds: number): Result<undefined> {
  const field = 'spec.expirationSeconds';
  const errors = [];
  if (seconds < MIN_SECONDS) errors.push(invalid(field, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_SECONDS) {
    errors.push(invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  return errors.length === 0 ? ok(undefined) : fail(invalidStatus(GROUP, KIND, '', errors));
}

function refOf({ metadata: { name, uid } }: KubeObject): BoundRef {
  return { name, uid };
}

function podRefs(pod: Pod, account: string, port: ActionPort): Result<BoundRefs> {
  const runs = pod.spec?.serviceAccountName ?? '';
  if (runs !== account) {
    const why = `cannot bind token for serviceaccount "${account}" to pod running with serviceaccount "${runs}"`;
    return fail(badRequest(why));
  }
  const nodeName = pod.spec?.nodeName ?? '';
  if (nodeName === '') return ok({ pod: refOf(pod) });
  const node = port.get('nodes', '', nodeName);
  return ok({ pod: refOf(pod), node: node === undefined ? { name: nodeName } : refOf(node) });
}

/** What the token is bound to, looked up. */
function bind(ref: BoundObjectReference, namespace: string, account: string, port: ActionPort): Result<BoundRefs> {
  const { apiVersion = '', kind = '', name = '', uid = '' } = ref;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const resource = group !== '' ? undefined : own(BINDABLE, kind);
  if (resource === undefined) {
    const type = `${group}/${apiVersion.slice(slash + 1)}, Kind=${kind}`;
    return fail(badRequest(`cannot bind token to object of type ${type}`));
  }
  const found = port.get(resource, resource === 'nodes' ? '' : namespace, name);
  if (found === undefined) return fail(notFoundStatus({ group: '', resource }, name));
  const refs: Result<BoundRefs> =
    resource === PODS.resource
      ? podRefs(found as Pod, account, port)
      : ok(resource === 'nodes' ? { node: refOf(found) } : { secret: refOf(found) });
  if (refs.ok && uid !== '' && uid !== found.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    return fail(conflict({ group, resource: kind }, name, why));
  }
  return refs;
}

const BINDABLE: Readonly<Partial<Record<string, 'pods' | 'secrets' | 'nodes'>>> = {
  Pod: 'pods',
  Secret: 'secrets',
  Node: 'nodes',
};

export const tokenRequest: Action<KubeObject> = {
  bodyDefinition: 'io.k8s.api.authentication.v1.TokenRequest',
  bodyKind: KIND,
  bodyApiVersion: `${GROUP}/v1`,

  setDefaults(body) {
    const spec = ((body as TokenRequest).spec ??= {});
    spec.expirationSeconds ??= DEFAULT_SECONDS;
  },

  run(body, { namespace, name }, port) {
    const request = body as TokenRequest;
    const given = (request.metadata.name as string | undefined) ?? '';
    if (given !== '' && given !== name) {
      const error = invalid('metadata.name', given, 'must match the service account name if specified');
      return fail(invalidStatus(GROUP, KIND, name, [error]));
    }
    const account = port.get('serviceaccounts', namespace, name);
    if (account === undefined) return fail(notFoundStatus({ group: '', resource: 'serviceaccounts' }, name));
    const { expirationSeconds = DEFAULT_SECONDS } = request.spec ?? {};
    // What is not there is null in the canonical form.
    const audiences = request.spec?.audiences ?? [];
    const boundObjectRef = request.spec?.boundObjectRef ?? undefined;
    const valid = validateSeconds(expirationSeconds);
    if (!valid.ok) return valid;
    const bound = boundObjectRef === undefined ? ok({}) : bind(boundObjectRef, namespace, name, port);
    if (!bound.ok) return bound;

    const wanted = audiences.length === 0 ? [port.tokens.audience] : audiences;
    // The volumes' tokens are for this server: others would take the longer life for what was asked.
    const ofVolume =
      expirationSeconds === VOLUME_SECONDS &&
      'pod' in bound.value &&
      wanted.every((item) => item === port.tokens.audience);
    const token = port.tokens.issue({
      namespace,
      account: refOf(account),
      bound: bound.value,
      audiences: wanted,
      seconds: ofVolume ? EXTENDED_SECONDS : expirationSeconds,
      ...(ofVolume ? { warnAfterSeconds: expirationSeconds } : {}),
    });
    const { managedFields } = request.metadata;
    return ok({
      kind: request.kind,
      apiVersion: request.apiVersion,
      metadata: {
        name,
        namespace,
        uid: account.metadata.uid,
        creationTimestamp: formatTime(port.now),
        ...(managedFields === undefined ? {} : { managedFields }),
      },
      spec: { audiences: wanted, expirationSeconds, boundObjectRef: boundObjectRef ?? null },
      status: { token, expirationTimestamp: formatTime(port.now + expirationSeconds * 1000) },
    } as unknown as KubeObject);
  },
};
