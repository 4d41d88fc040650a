// Nobody gets a client certificate of the cluster's own signer that makes its holder a master.
// Models kubernetes plugin/pkg/admission/certificates/subjectrestriction.
//
// A request is a PEM text around DER (PKCS #10): a sequence that begins with a sequence of a version and the subject, which is
// a sequence of sets of sequences of a type (an object identifier) and a value (a string).

import type { CertificateSigningRequest } from '../../api/types/certificates-v1.ts';
import { MASTERS } from '../authorization/authorizers.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refuse } from './plugin.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-client';
const BLOCK = /-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE REQUEST-----/;
/** 2.5.4.10, organizationName. */
const ORGANIZATION = '85,4,10';

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  resources: ['certificatesigningrequests.certificates.k8s.io'],

  validate(object, _old, attributes) {
    if (attributes.operation !== 'CREATE' || attributes.subresource !== '') return undefined;
    const { spec } = object as CertificateSigningRequest;
    if (spec.signerName !== SIGNER || !organizationsOf(spec.request).includes(MASTERS)) return undefined;
    return refuse(attributes, object, `use of ${SIGNER} signer with ${MASTERS} group is not allowed`);
  },
};

/** `request` as the API has it: a PEM text in base64. None of what cannot be read: that is for validation to refuse. */
function organizationsOf(request: string): string[] {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(BLOCK.exec(atob(request))?.[1]?.replace(/\s/g, '') ?? ''), (char) =>
      char.charCodeAt(0),
    );
  } catch {
    return [];
  }
  const [whole] = elements(bytes);
  const [info] = elements(whole);
  const [, subject] = elements(info);
  const attributes = elements(subject).flatMap((set) => elements(set));
  return attributes.flatMap((attribute) => {
    const [type, value] = elements(attribute);
    return type?.join() === ORGANIZATION && value !== undefined ? [new TextDecoder().decode(value)] : [];
  });
}

/** The contents of the elements that follow each other; those that do not fit are left out. */
function elements(bytes: Uint8Array | undefined): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  while (bytes !== undefined && at + 2 <= bytes.length) {
    let length = bytes[at + 1] ?? 0;
    at += 2;
    if (length > 127) {
      // So many bytes tell the length.
      const count = length - 128;
      length = bytes.subarray(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0);
      at += count;
    }
    if (at + length > bytes.length) break;
    found.push(bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}
