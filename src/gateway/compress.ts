// Long answers go out compressed where the client takes gzip, as Go's clients do unasked.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/writers.go.

import { isLong } from '../apiserver/answer.ts';

/** Upstream's reading of the header, which knows no weights. */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  return acceptEncoding !== null && acceptEncoding.split(',').some((token) => token.trim() === 'gzip');
}

/**
 * Headers of an answer of this length in bytes, or nearly. The platform compresses what is said to be compressed, on
 * its way out. Texts such as logs never are.
 */
export function compressionHeaders(request: Request, contentType: string, length: number): Record<string, string> {
  if (
    !isLong(length) ||
    !/^application\/(json|yaml|vnd\.kubernetes\.protobuf|com\.github\.proto-openapi)\b/.test(contentType)
  )
    return {};
  if (!acceptsGzip(request.headers.get('Accept-Encoding'))) return {};
  return { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' };
}
