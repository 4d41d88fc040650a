// CertificateSigningRequest. Models kubernetes pkg/registry/certificates/certificates and the printer.
//
// 1. Who asks is written by the server (admission), and the spec never changes.
// 2. `approval` writes conditions alone; `status` writes the rest, and leaves Approved and Denied as they are.

import { clone, deepEqual } from '../../../lib/json.ts';
import { formatTime } from '../../../lib/clock.ts';
import { pathSegmentNameErrors } from '../../../schema/names.ts';
import type { StrategyContext } from '../../kind.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, humanDuration } from '../../printing.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition as Condition,
} from '../../types/certificates-v1.ts';
import { validateRequestSpec, validateRequestStatus } from './request-validation.ts';

/** A new condition has happened now; one whose status did not change has happened when it did. */
function stampConditions(object: CertificateSigningRequest, old: CertificateSigningRequest, { now }: StrategyContext) {
  for (const condition of object.status?.conditions ?? []) {
    const before = old.status?.conditions?.find(({ type }) => type === condition.type);
    if (before !== undefined && deepEqual(before, condition)) continue;
    const same = before?.status === condition.status ? before.lastTransitionTime : undefined;
    condition.lastTransitionTime ??= same ?? formatTime(now);
    condition.lastUpdateTime ??= formatTime(now);
  }
}

const DECISIONS = ['Approved', 'Denied'];

function keepDecisions(object: CertificateSigningRequest, old: CertificateSigningRequest): void {
  const kept = (old.status?.conditions ?? []).filter(({ type }) => DECISIONS.includes(type));
  const others = (object.status?.conditions ?? []).filter(({ type }) => !DECISIONS.includes(type));
  const conditions: Condition[] = [...kept.map((item) => clone(item)), ...others];
  if (conditions.length > 0) (object.status ??= {}).conditions = conditions;
  else if (object.status !== undefined) delete object.status.conditions;
}

function conditionCell({ status = {} }: CertificateSigningRequest): string {
  const has = (type: string) => (status.conditions ?? []).some((condition) => condition.type === type);
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(status.certificate ? ['Issued'] : [])].join(',');
}

export const certificateSigningRequest = defineKind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  resource: 'certificatesigningrequests',
  singular: 'certificatesigningrequest',
  shortNames: ['csr'],
  namespaced: false,
  definition: 'io.k8s.api.certificates.v1.CertificateSigningRequest',

  validateName: pathSegmentNameErrors,
  prepareForCreate(object) {
    object.status = {};
  },
  prepareForUpdate(object, old) {
    object.spec = clone(old.spec);
  },
  validate: validateRequestSpec,
  validateUpdate: (object, old) => validateRequestStatus(object, old),

  status: {
    prepare(object, old, context) {
      object.status ??= {};
      keepDecisions(object, old);
      stampConditions(object, old, context);
    },
    validate: validateRequestStatus,
  },
  parts: {
    approval: {
      writesMetadata: true,
      prepare(object, old, context) {
        object.spec = clone(old.spec);
        const conditions = object.status?.conditions;
        object.status = { ...clone(old.status ?? {}) };
        if (conditions === undefined) delete object.status.conditions;
        else object.status.conditions = conditions;
        stampConditions(object, old, context);
      },
      validate: validateRequestStatus,
      resetFields: ['spec', 'status.certificate'],
    },
  },

  fieldLabels: ['spec.signerName'],
  fields: ({ spec }) => ({ 'spec.signerName': spec.signerName }),

  printer: {
    columns: [
      NAME_COLUMN,
      AGE_COLUMN,
      column('SignerName'),
      column('Requestor'),
      column('RequestedDuration'),
      column('Condition'),
    ],
    cells: (object, now) => [
      object.metadata.name,
      age(object, now),
      object.spec.signerName || '<none>',
      object.spec.username ?? '',
      object.spec.expirationSeconds === undefined ? '<none>' : humanDuration(object.spec.expirationSeconds * 1000),
      conditionCell(object),
    ],
  },
});
