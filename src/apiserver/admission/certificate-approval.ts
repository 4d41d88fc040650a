// Who approves a request for a certificate, or signs it, must be allowed to do so for its signer.
// Models kubernetes plugin/pkg/admission/certificates/{approval,signing} and pkg/…/certificates/util.go.

import type { CertificateSigningRequest } from '../../api/types/certificates-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import { goQuote } from '../../schema/go-text.ts';
import { userInfoOf } from '../authentication/user.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';
import { refuse } from './plugin.ts';

const RESOURCES = ['certificatesigningrequests.certificates.k8s.io'];

export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  resources: RESOURCES,

  validate(object, _old, attributes) {
    if (attributes.operation !== 'UPDATE' || attributes.subresource !== 'approval') return undefined;
    const { signerName } = (object as CertificateSigningRequest).spec;
    if (mayActFor(signerName, 'approve', attributes)) return undefined;
    return refuse(attributes, object, `user not permitted to approve requests with signerName ${goQuote(signerName)}`);
  },
};

export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  resources: RESOURCES,

  validate(object, old, attributes) {
    if (attributes.operation !== 'UPDATE' || attributes.subresource !== 'status') return undefined;
    const { status } = object as CertificateSigningRequest;
    const { status: before, spec } = old as CertificateSigningRequest;
    const same =
      (status?.certificate ?? '') === (before?.certificate ?? '') &&
      deepEqual(status?.conditions ?? [], before?.conditions ?? []);
    if (same || mayActFor(spec.signerName, 'sign', attributes)) return undefined;
    return refuse(
      attributes,
      object,
      `user not permitted to sign requests with signerName ${goQuote(spec.signerName)}`,
    );
  },
};

/** For the signer itself, or for all of its domain. */
function mayActFor(signerName: string, verb: string, { authorizer, user }: Attributes): boolean {
  const [domain = ''] = signerName.split('/');
  return [signerName, `${domain}/*`].some((name) => {
    const resourceAttributes = { group: 'certificates.k8s.io', version: '*', resource: 'signers', verb, name };
    return authorizer.authorize(userInfoOf(user), { resourceAttributes }).allowed;
  });
}
