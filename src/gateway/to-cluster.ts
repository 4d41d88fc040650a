// The hot path: hands a request on to its cluster and gives back what comes, rendered where the client asked for it.

import { scale } from '../api/autoscaling/v1/scale.ts';
import { customPrinter } from '../api/custom/custom-printer.ts';
import { metricsKinds } from '../api/metrics/v1beta1/kinds.ts';
import { KINDS, Scheme } from '../api/scheme.ts';
import type { Encoding } from '../apiserver/http.ts';
import { LONG_HEADER } from '../apiserver/http.ts';
import type { Env } from '../env.ts';
import { createLogger, errorText } from '../lib/log.ts';
import { isClusterName, mayWatch } from './cluster-path.ts';
import { compressionHeaders } from './compress.ts';
import { largeChunks } from './large-chunks.ts';
import { openApiResponse } from './openapi.ts';
import type { KindLookup } from './render/render.ts';
import { PROTOBUF_TYPE, render, renderProtobuf } from './render/render.ts';
import { isList, renderList } from './render/protobuf-list.ts';
import type { EncodedTexts } from './render/encoded-texts.ts';
import { bodyOf } from './body-of.ts';
import { unavailable, unknownCluster } from './status-response.ts';
import { watchRequest, watchResponse } from './watch.ts';

export const ENCODING_HEADER = 'x-kubewisp-encoding';

/** `encoded`: of all requests to this Worker. */
export async function toCluster(request: Request, env: Env, name: string, encoded: EncodedTexts): Promise<Response> {
  if (!isClusterName(name)) return unknownCluster(name);
  const stub = env.CLUSTER.get(env.CLUSTER.idFromName(name));
  const watching = request.method === 'GET' && mayWatch(request.url);
  try {
    const answer = await stub.fetch(watching ? watchRequest(request) : request);
    const encoding = parseEncoding(answer.headers.get(ENCODING_HEADER));
    if (answer.status === 101) return watchResponse(request, answer, { encoding, kindOf: kindLookup(), encoded });
    if (encoding?.document !== undefined) {
      return await openApiResponse(request, encoding, await answer.text(), env.DOCUMENTS);
    }
    if (encoding !== undefined) return await rendered(request, answer, encoding, encoded);
    return answer.headers.has(LONG_HEADER) ? longAnswer(request, answer) : answer;
  } catch (error) {
    createLogger({ level: env.LOG_LEVEL }).error('cluster failed', { cluster: name, error: errorText(error) });
    return unavailable(error);
  }
}

function parseEncoding(header: string | null): Encoding | undefined {
  return header === null ? undefined : (JSON.parse(header) as Encoding);
}

/** The table of kinds is built only where something is to be rendered. */
function kindLookup(): KindLookup {
  let scheme: Scheme | undefined;
  return ({ group, version, resource, subresource, custom }) => {
    if (subresource === 'scale') return scale;
    if (custom !== undefined) return { group, version, kind: custom.kind, printer: customPrinter(custom.columns) };
    scheme ??= new Scheme([...KINDS, ...metricsKinds()]);
    return scheme.byResource(group, version, resource);
  };
}

/** JSON as it is. */
function longAnswer(request: Request, answer: Response): Response {
  const headers = new Headers(answer.headers);
  headers.delete(LONG_HEADER);
  const compression = compressionHeaders(request, headers.get('Content-Type') ?? '', Infinity);
  for (const [name, value] of Object.entries(compression)) headers.append(name, value);
  return new Response(answer.body, { status: answer.status, headers });
}

async function rendered(
  request: Request,
  answer: Response,
  encoding: Encoding,
  encoded: EncodedTexts,
): Promise<Response> {
  const { contentType, body } = await renderedBody(answer, encoding, encoded);
  const headers = new Headers(answer.headers);
  headers.delete(ENCODING_HEADER);
  headers.delete(LONG_HEADER);
  headers.delete('Content-Length');
  headers.set('Content-Type', `${contentType}${parameters(answer)}`);
  const pieces = Array.isArray(body) ? body : [body];
  const length = pieces.reduce((size, piece) => size + piece.length, 0);
  const compression = compressionHeaders(request, contentType, length);
  for (const [name, value] of Object.entries(compression)) headers.append(name, value);
  return new Response(Array.isArray(body) ? bodyOf(body) : body, { status: answer.status, headers });
}

interface RenderedBody {
  readonly contentType: string;
  readonly body: string | Uint8Array | Uint8Array[];
}

async function renderedBody(answer: Response, encoding: Encoding, encoded: EncodedTexts): Promise<RenderedBody> {
  if (encoding.format !== 'protobuf' || encoding.as !== undefined) {
    return render(await answer.text(), encoding, { kindOf: kindLookup(), now: Date.now() });
  }
  if (answer.body !== null && answer.headers.get(LONG_HEADER) === 'pieces') {
    return { contentType: PROTOBUF_TYPE, body: await renderList(largeChunks(answer.body), encoded) };
  }
  const text = await answer.text();
  const body = isList(text)
    ? await renderList([new TextEncoder().encode(text)], encoded)
    : encoded.get(text, 'object', renderProtobuf);
  return { contentType: PROTOBUF_TYPE, body };
}

/** Of the media type: what aggregated discovery says of itself. */
function parameters({ headers }: Response): string {
  const type = headers.get('Content-Type') ?? '';
  const start = type.indexOf(';');
  return start < 0 ? '' : type.slice(start);
}
