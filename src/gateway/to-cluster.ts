// The hot path: hands a request on to its cluster and gives back what comes, rendered where the client asked for it.

import { scale } from '../api/autoscaling/v1/scale.ts';
import { customPrinter } from '../api/custom/custom-printer.ts';
import { Scheme } from '../api/scheme.ts';
import type { Encoding } from '../apiserver/http.ts';
import { OPENAPI_V2_PROTOBUF } from '../apiserver/openapi-v2.ts';
import type { Env } from '../env.ts';
import { createLogger, errorText } from '../lib/log.ts';
import { isClusterName, mayWatch } from './cluster-path.ts';
import { compressed } from './compress.ts';
import { openApiProtobuf } from './render/openapi-protobuf.ts';
import type { KindLookup } from './render/render.ts';
import { render } from './render/render.ts';
import { unavailable, unknownCluster } from './status-response.ts';
import { watchRequest, watchResponse } from './watch.ts';

export const ENCODING_HEADER = 'x-kubewisp-encoding';

export async function toCluster(request: Request, env: Env, name: string): Promise<Response> {
  if (!isClusterName(name)) return unknownCluster(name);
  const stub = env.CLUSTER.get(env.CLUSTER.idFromName(name));
  const watching = request.method === 'GET' && mayWatch(request.url);
  try {
    const answer = await stub.fetch(watching ? watchRequest(request) : request);
    const header = answer.headers.get(ENCODING_HEADER);
    if (answer.status === 101) return watchResponse(request, answer, parseEncoding(header), kindLookup());
    return await compressed(request, header === null ? answer : await rendered(answer, JSON.parse(header) as Encoding));
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
    scheme ??= new Scheme();
    return scheme.byResource(group, version, resource);
  };
}

async function rendered(answer: Response, encoding: Encoding): Promise<Response> {
  const { contentType, body } =
    encoding.format === 'openapi-v2'
      ? { contentType: OPENAPI_V2_PROTOBUF, body: openApiProtobuf(await answer.text()) }
      : render(await answer.text(), encoding, { kindOf: kindLookup(), now: Date.now() });
  const headers = new Headers(answer.headers);
  headers.delete(ENCODING_HEADER);
  headers.delete('Content-Length');
  headers.set('Content-Type', `${contentType}${parameters(answer)}`);
  return new Response(body, { status: answer.status, headers });
}

/** Of the media type: what aggregated discovery says of itself. */
function parameters({ headers }: Response): string {
  const type = headers.get('Content-Type') ?? '';
  const start = type.indexOf(';');
  return start < 0 ? '' : type.slice(start);
}
