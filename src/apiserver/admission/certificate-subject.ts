// Nobody gets a client certificate of the cluster's own signer that makes its holder a master.
// Models kubernetes plugin/pkg/admission/certificates/subjectrestriction.

import { readRequest } from '../../api/certificates/v1/certificate-text.ts';
import type { CertificateSigningRequest } from '../../api/types/certificates-v1.ts';
import { MASTERS } from '../authorization/authorizers.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refuse } from './plugin.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-client';

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  resources: ['certificatesigningrequests.certificates.k8s.io'],

  validate(object, _old, attributes) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return undefined;
    const { spec } = object as CertificateSigningRequest;
    // What cannot be read is for validation to refuse.
    if (spec.signerName !== SIGNER || readRequest(spec.request)?.organizations.includes(MASTERS) !== true)
      return undefined;
    return refuse(attributes, object, `use of ${SIGNER} signer with ${MASTERS} group is not allowed`);
  },
};
