// The request path of the API, in order:
//
//   request info → authentication → authorization → negotiation → verb
//
// and, within a verb that writes (write-steps.ts, src/registry):
//
//   options → decode → default → mutating admission → strategy → validation → validating admission → append → encode
//
// Controllers, the scheduler and nodes enter at the verbs, under their own identities: see in-process-client.ts.

import type { Kind } from '../api/kind.ts';
import { statusAnswer } from './answer.ts';
import type { User } from './authentication/user.ts';
import type { Exchange, Services } from './exchange.ts';
import type { ApiRequest, ApiResponse, Plan } from './http.ts';
import { negotiate } from './negotiate.ts';
import type { ResourcePath } from './request-info.ts';
import { Query } from './request-info.ts';
import { notFound } from './refusals.ts';
import { resolve } from './routes.ts';
import { validatePathName } from './path-name.ts';

/** A resource path's request, by a known user. */
export function planResource(services: Services, request: ApiRequest, path: ResourcePath, user: User): Plan {
  const answer = (response: ApiResponse): Plan => ({ effect: 'read', run: () => response });
  const query = new Query(request.query);
  const kind = services.scheme.byResource(path.group, path.version, path.resource);
  if (kind === undefined) return answer(statusAnswer(notFound().status));
  const route = resolve(kind, request.method, path, query);
  if (!route.ok) return answer(statusAnswer(route.status));
  const misnamed = validatePathName(path.name);
  if (misnamed !== undefined) return answer(statusAnswer(misnamed));

  const { verb } = route;
  const accepted = negotiate(request.header('accept'), {
    transforms: verb.transforms,
    list: verb.name === 'list' || verb.name === 'deletecollection',
  });
  if (!accepted.ok) return answer(statusAnswer(accepted.status));
  const exchange: Exchange = {
    services,
    request,
    query,
    path,
    kind,
    user,
    encoding: encodingOf(accepted.value, query, kind),
  };
  if (verb.name === 'watch') {
    const watching = verb.run(exchange);
    return watching.ok ? { effect: 'watch', watch: watching.plan } : answer(warned(statusAnswer(watching.status, exchange.encoding), kind.deprecated));
  }
  return { effect: verb.writes ? 'write' : 'read', run: () => warned(verb.run(exchange), kind.deprecated) };
}

function warned(response: ApiResponse, text: string | undefined): ApiResponse {
  return text === undefined ? response : { ...response, warnings: [text, ...(response.warnings ?? [])] };
}

function encodingOf(accepted: Exchange['encoding'], query: Query, kind: Kind): Exchange['encoding'] {
  const pretty = query.bool('pretty');
  if (accepted === undefined && !pretty) return undefined;
  const { group, version, resource } = kind;
  const include = query.get('includeObject');
  const base = accepted ?? { format: 'json' as const };
  return {
    ...base,
    ...(pretty ? { pretty } : {}),
    ...(base.as === undefined
      ? {}
      : {
          as: {
            ...base.as,
            ...(include === 'None' || include === 'Object' || include === 'Metadata' ? { includeObject: include } : {}),
          },
          resource: { group, version, resource },
        }),
  };
}
