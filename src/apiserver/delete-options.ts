// DeleteOptions: from the body where there is one, else from the query.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/delete.go.

import type { Result } from '../api/status.ts';
import { fail, invalidStatus, ok } from '../api/status.ts';
import type { DeleteOptions } from '../api/types/meta-v1.ts';
import { append } from '../lib/append.ts';
import type { DeleteRequest } from '../registry/write.ts';
import type { FieldError } from '../schema/field-error.ts';
import { invalid, notSupported } from '../schema/field-error.ts';
import { decodeDeleteOptions } from './body.ts';
import type { Exchange } from './exchange.ts';
import { dryRunErrors, parseInt64 } from './options.ts';

export interface ParsedDeleteOptions {
  readonly request: DeleteRequest;
  readonly dryRun: boolean;
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

export function deleteOptions(exchange: Exchange): Result<ParsedDeleteOptions> {
  const { request } = exchange;
  const options = request.body === '' ? fromQuery(exchange) : decodeDeleteOptions(exchange);
  if (!options.ok) return options;
  return deleteRequest(options.value as DeleteOptions);
}

/** What options ask for, wherever they come from. */
export function deleteRequest(value: DeleteOptions): Result<ParsedDeleteOptions> {
  const errors = validate(value);
  if (errors.length > 0) return fail(invalidStatus('meta.k8s.io', 'DeleteOptions', '', errors));
  const policy =
    value.orphanDependents === undefined
      ? (value.propagationPolicy as DeleteRequest['propagationPolicy'])
      : value.orphanDependents
        ? 'Orphan'
        : 'Background';
  return ok({
    request: {
      gracePeriodSeconds: value.gracePeriodSeconds,
      propagationPolicy: policy,
      uid: value.preconditions?.uid,
      resourceVersion: value.preconditions?.resourceVersion,
    },
    dryRun: (value.dryRun ?? []).length > 0,
  });
}

function fromQuery({ query }: Exchange): Result<DeleteOptions> {
  const options: DeleteOptions = { dryRun: query.all('dryRun') };
  if (query.has('gracePeriodSeconds')) {
    const seconds = parseInt64(query.get('gracePeriodSeconds'));
    if (!seconds.ok) return seconds;
    options.gracePeriodSeconds = seconds.value;
  }
  if (query.has('propagationPolicy')) options.propagationPolicy = query.get('propagationPolicy');
  if (query.has('orphanDependents')) options.orphanDependents = query.bool('orphanDependents');
  // Preconditions too: `resourceVersion` of a collection's query is both the list's and each object's.
  const uid = query.get('uid');
  const resourceVersion = query.get('resourceVersion');
  if (uid !== '' || resourceVersion !== '') {
    options.preconditions = { ...(uid === '' ? {} : { uid }), ...(resourceVersion === '' ? {} : { resourceVersion }) };
  }
  return ok(options);
}

function validate(options: DeleteOptions): FieldError[] {
  const errors: FieldError[] = [];
  const policy = options.propagationPolicy;
  if (policy !== undefined && options.orphanDependents !== undefined) {
    const why = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(invalid('propagationPolicy', policy, why));
  }
  if (policy !== undefined && !POLICIES.some((known) => known === policy)) {
    errors.push(notSupported('propagationPolicy', policy, [...POLICIES, 'nil']));
  }
  append(errors, dryRunErrors(options.dryRun ?? []));
  return errors;
}
