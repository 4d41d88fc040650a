// Long answers go out compressed where the client takes gzip, as Go's clients do unasked.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/writers.go.

import { joined } from '../lib/bytes.ts';

/** In bytes. Up to it nothing is compressed. */
const THRESHOLD = 128 * 1024;

/** Upstream's reading of the header, which knows no weights. */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  return acceptEncoding !== null && acceptEncoding.split(',').some((token) => token.trim() === 'gzip');
}

/** The same answer, or one that the platform compresses on its way out: never for what is no object, such as logs. */
export async function compressed(request: Request, answer: Response): Promise<Response> {
  if (answer.body === null || !acceptsGzip(request.headers.get('Accept-Encoding'))) return answer;
  if (!isObjectType(answer.headers.get('Content-Type') ?? '')) return answer;
  const length = answer.headers.get('Content-Length');
  if (length !== null) return Number(length) > THRESHOLD ? gzipped(answer, answer.body) : answer;
  const { head, rest } = await peek(answer.body);
  return rest === undefined ? new Response(head, answer) : gzipped(answer, continued(head, rest));
}

function isObjectType(contentType: string): boolean {
  return /^application\/(json|yaml|vnd\.kubernetes\.protobuf)\b/.test(contentType);
}

function gzipped(answer: Response, body: BodyInit): Response {
  const headers = new Headers(answer.headers);
  headers.delete('Content-Length');
  headers.set('Content-Encoding', 'gzip');
  headers.append('Vary', 'Accept-Encoding');
  return new Response(body, { status: answer.status, headers });
}

/** Reads up to the threshold. `rest`: what follows, if anything does. */
async function peek(
  stream: ReadableStream<Uint8Array>,
): Promise<{ head: Uint8Array; rest: ReadableStream<Uint8Array> | undefined }> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; size <= THRESHOLD;) {
    const { done, value } = await reader.read();
    if (done) return { head: joined(chunks), rest: undefined };
    chunks.push(value);
    size += value.length;
  }
  reader.releaseLock();
  return { head: joined(chunks), rest: stream };
}

/** Both, one behind the other; what follows is piped by the platform, unseen. */
function continued(head: Uint8Array, rest: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream();
  const pipe = async (): Promise<void> => {
    const writer = writable.getWriter();
    await writer.write(head);
    writer.releaseLock();
    await rest.pipeTo(writable);
  };
  // A client that goes breaks the pipe, which is no failure of ours.
  pipe().catch(() => {});
  return readable;
}
