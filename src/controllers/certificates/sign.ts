// Approved requests get their certificates.
// Models kubernetes pkg/controller/certificates/signer/signer.go and …/authority/policies.go.

import type { CertificateAuthority } from '../../api/certificates/v1/certificate-authority.ts';
import type { CertificateRequest } from '../../api/certificates/v1/certificate-text.ts';
import { signerRule } from '../../api/certificates/v1/signers.ts';
import type { CertificateSigningRequest } from '../../api/types/certificates-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { hasCondition, isIssued } from './request-state.ts';

const MINUTE_MS = 60_000;
const LONGEST_MS = 365 * 24 * 60 * MINUTE_MS;
const SHORTEST_MS = 10 * MINUTE_MS;
/** Clocks may be behind by this much. */
const BACKDATE_MS = 5 * MINUTE_MS;
/** Certificates for less than this are good for all of their time after they were made. */
const SHORT_MS = 8 * 60 * MINUTE_MS;

/** The request with its certificate, or with why it gets none. Undefined: there is nothing to do. */
export function signed(
  object: CertificateSigningRequest,
  request: CertificateRequest,
  authority: CertificateAuthority,
  now: number,
): CertificateSigningRequest | undefined {
  const { usages = [], signerName, expirationSeconds } = object.spec;
  if (isIssued(object) || !hasCondition(object, 'Approved') || hasCondition(object, 'Failed')) return undefined;
  const fault = signerRule(signerName);
  if (fault === undefined) return undefined;
  const message = fault(request, usages);
  if (message !== undefined) {
    const condition = {
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
      message,
      lastUpdateTime: formatTime(now),
    };
    const conditions = [...(object.status?.conditions ?? []), condition];
    return { ...object, status: { ...object.status, conditions } };
  }
  const wanted = expirationSeconds === undefined ? LONGEST_MS : expirationSeconds * 1000;
  const lifetime = Math.max(SHORTEST_MS, Math.min(wanted, LONGEST_MS));
  const notAfter = now + lifetime - (lifetime < SHORT_MS ? 0 : BACKDATE_MS);
  const certificate = authority.sign({ request, usages, notBefore: now - BACKDATE_MS, notAfter });
  return { ...object, status: { ...object.status, certificate: btoa(certificate) } };
}
