// What signs certificates. A port: the key belongs to the shell that keeps it.

import type { CertificateRequest } from './certificate-text.ts';

export interface CertificateAuthority {
  /** Its own certificate, PEM. Made where there is none yet. */
  certificate(): string;
  /** A certificate, PEM. */
  sign(terms: CertificateTerms): string;
}

export interface CertificateTerms {
  readonly request: CertificateRequest;
  /** As the API names them: `client auth`. */
  readonly usages: readonly string[];
  /** Milliseconds since the epoch. The end is the authority's own at the latest. */
  readonly notBefore: number;
  readonly notAfter: number;
}
