// What controllers need of the cluster besides a client: its signatures, and who may do what.

import type { LegacyTokenIssuer } from '../api/action.ts';
import type { CertificateAuthority } from '../api/certificates/v1/certificate-authority.ts';
import type { Authorizer } from '../api/review.ts';

export interface Trust {
  readonly tokens: LegacyTokenIssuer;
  readonly authority: CertificateAuthority;
  readonly authorizer: Pick<Authorizer, 'authorize'>;
}
