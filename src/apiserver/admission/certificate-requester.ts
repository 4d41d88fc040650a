// A request for a certificate says who asks: the server writes it, whatever the client has sent.
// Models PrepareForCreate of kubernetes pkg/registry/certificates/certificates, which reads the user of the request.

import type { CertificateSigningRequest } from '../../api/types/certificates-v1.ts';
import type { AdmissionPlugin } from './plugin.ts';

export const certificateRequester: AdmissionPlugin = {
  name: 'CertificateRequester',
  resources: ['certificatesigningrequests.certificates.k8s.io'],

  mutate(object, _old, { operation, user }) {
    if (operation !== 'CREATE') return undefined;
    const request = object as CertificateSigningRequest;
    const spec = (request.spec ??= {} as CertificateSigningRequest['spec']);
    delete spec.uid;
    delete spec.groups;
    delete spec.extra;
    spec.username = user.name;
    if (user.uid) spec.uid = user.uid;
    if (user.groups.length > 0) spec.groups = [...user.groups];
    const extra = Object.entries(user.extra ?? {});
    if (extra.length > 0) spec.extra = Object.fromEntries(extra.map(([key, values]) => [key, [...values]]));
    return undefined;
  },
};
