// What has become of a certificate request.

import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../api/types/certificates-v1.ts';

type Type = 'Approved' | 'Denied' | 'Failed';

export function conditionOf(
  { status }: CertificateSigningRequest,
  type: Type,
): CertificateSigningRequestCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

export function hasCondition(request: CertificateSigningRequest, type: Type): boolean {
  return conditionOf(request, type)?.status === 'True';
}

export function isIssued({ status }: CertificateSigningRequest): boolean {
  return (status?.certificate ?? '') !== '';
}
