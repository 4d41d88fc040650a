// Nodes' requests for their client certificates are approved by themselves where roles allow it.
// Models kubernetes pkg/controller/certificates/approver/sarapprove.go.

import type { CertificateRequest } from '../../api/certificates/v1/certificate-text.ts';
import { KUBELET_CLIENT_SIGNER, kubeletClientFault } from '../../api/certificates/v1/signers.ts';
import type { Authorizer } from '../../api/review.ts';
import type { CertificateSigningRequest } from '../../api/types/certificates-v1.ts';
import { hasCondition, isIssued } from './request-state.ts';

interface Recognizer {
  readonly subresource: string;
  recognizes(object: CertificateSigningRequest, request: CertificateRequest): boolean;
  readonly message: string;
}

const RECOGNIZERS: readonly Recognizer[] = [
  {
    subresource: 'selfnodeclient',
    recognizes: (object, request) => object.spec.username === request.commonName && isNodeClient(object, request),
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  },
  {
    subresource: 'nodeclient',
    recognizes: (object, request) => isNodeClient(object, request),
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  },
];

export type Approval =
  /** The request with the approval. */
  | { readonly outcome: 'approved'; readonly object: CertificateSigningRequest }
  /** It is for others to decide, or decided. */
  | { readonly outcome: 'none' }
  /** Roles do not allow it so far. */
  | { readonly outcome: 'refused'; readonly why: string };

export function approval(
  object: CertificateSigningRequest,
  request: CertificateRequest,
  authorizer: Pick<Authorizer, 'authorize'>,
): Approval {
  if (isIssued(object) || hasCondition(object, 'Approved') || hasCondition(object, 'Denied')) {
    return { outcome: 'none' };
  }
  const { username = '', uid = '', groups = [], extra = {} } = object.spec;
  const tried: string[] = [];
  for (const { subresource, recognizes, message } of RECOGNIZERS) {
    if (!recognizes(object, request)) continue;
    tried.push(subresource);
    const resource = 'certificatesigningrequests';
    const resourceAttributes = { group: 'certificates.k8s.io', resource, verb: 'create', subresource, version: '*' };
    if (!authorizer.authorize({ username, uid, groups, extra }, { resourceAttributes }).allowed) continue;
    const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
    const conditions = [...(object.status?.conditions ?? []), condition];
    return { outcome: 'approved', object: { ...object, status: { ...object.status, conditions } } };
  }
  if (tried.length === 0) return { outcome: 'none' };
  const name = JSON.stringify(object.metadata.name);
  return {
    outcome: 'refused',
    why: `recognized csr ${name} as [${tried.join(' ')}] but subject access review was not approved`,
  };
}

function isNodeClient({ spec }: CertificateSigningRequest, request: CertificateRequest): boolean {
  return spec.signerName === KUBELET_CLIENT_SIGNER && kubeletClientFault(request, spec.usages ?? []) === undefined;
}
