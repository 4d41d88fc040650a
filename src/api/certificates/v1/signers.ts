// The signers that every cluster has, and what each of them takes.
// Models kubernetes pkg/apis/certificates/helpers.go and pkg/controller/certificates/signer/signer.go.

import type { CertificateRequest } from './certificate-text.ts';

export const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
export const KUBELET_CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
const KUBELET_SERVING_SIGNER = 'kubernetes.io/kubelet-serving';
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';

const NODES = 'system:nodes';
const NODE = 'system:node:';
const KEY_USAGES = ['digital signature', 'key encipherment'];

/** Undefined: nobody here signs for it. Else the check that answers why a request is refused, where it is. */
export function signerRule(
  name: string,
): ((request: CertificateRequest, usages: readonly string[]) => string | undefined) | undefined {
  switch (name) {
    case CLIENT_SIGNER:
      return (_, usages) => clientFault(usages);
    case KUBELET_CLIENT_SIGNER:
      return kubeletClientFault;
    case KUBELET_SERVING_SIGNER:
      return kubeletServingFault;
    case LEGACY_SIGNER:
      return () => undefined;
    default:
      return undefined;
  }
}

function clientFault(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => usage !== 'client auth' && !KEY_USAGES.includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

export function kubeletClientFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (has(request, 'dns')) return 'DNS subjectAltNames are not allowed';
  if (has(request, 'email')) return 'Email subjectAltNames are not allowed';
  if (has(request, 'ip')) return 'IP subjectAltNames are not allowed';
  if (has(request, 'uri')) return 'URI subjectAltNames are not allowed';
  if (!request.commonName.startsWith(NODE)) return 'subject common name does not begin with system:node:';
  return usagesFault(usages, 'client auth');
}

function kubeletServingFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (!has(request, 'dns') && !has(request, 'ip')) return 'DNS or IP subjectAltName is required';
  if (has(request, 'email')) return 'Email subjectAltNames are not allowed';
  if (has(request, 'uri')) return 'URI subjectAltNames are not allowed';
  return (
    usagesFault(usages, 'server auth') ??
    (request.commonName.startsWith(NODE) ? undefined : 'subject common name does not begin with system:node:')
  );
}

function isOfNodes({ organizations }: CertificateRequest): boolean {
  return organizations.length === 1 && organizations[0] === NODES;
}

function has({ names }: CertificateRequest, kind: string): boolean {
  return names.some((name) => name.kind === kind);
}

/** Keys other than RSA's encipher none. */
function usagesFault(usages: readonly string[], purpose: string): string | undefined {
  const wanted = [...KEY_USAGES, purpose].sort();
  const given = [...new Set(usages)];
  const fits = [wanted, wanted.filter((usage) => usage !== 'key encipherment')].some(
    (set) => set.length === given.length && set.every((usage) => given.includes(usage)),
  );
  return fits ? undefined : `usages did not match [${wanted.join(' ')}]`;
}
