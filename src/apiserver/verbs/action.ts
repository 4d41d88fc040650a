// POST to a subresource that acts on its object, such as pods/binding.

import type { Action, Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Result } from '../../api/status.ts';
import { fail, notFoundStatus, ok } from '../../api/status.ts';
import { clone } from '../../lib/json.ts';
import type { WriteContext } from '../../registry/write.ts';
import type { ExpectedKind } from '../../schema/decode/decode-object.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import { decodeBody } from '../body.ts';
import type { Exchange, Services } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import { writeOptions } from '../options.ts';
import { settleNamespace } from '../write-steps.ts';

const CREATED = `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}\n`;

export function act(exchange: Exchange, action: Action<KubeObject>): ApiResponse {
  const { kind, path, services, encoding } = exchange;
  const options = writeOptions(exchange.query, 'CreateOptions');
  if (!options.ok) return statusAnswer(options.status, encoding);
  const decoded = decodeBody(exchange, bodyOf(action), options.value.fieldValidation);
  if (!decoded.ok) return statusAnswer(decoded.status, encoding);
  const { object, warnings } = decoded.value;
  const settled = settleNamespace(kind, object, path.namespace);
  if (!settled.ok) return statusAnswer(settled.status, encoding, warnings);
  // The collection form (POST /bindings) names its object in the body.
  const name = path.name === '' ? (object.metadata.name ?? '') : path.name;
  const write = writeContext(exchange, options.value.dryRun);
  const done = perform(services, kind, action, path.namespace, name, object, write);
  return done.ok ? jsonAnswer(201, CREATED, encoding, warnings) : statusAnswer(done.status, encoding, warnings);
}

function bodyOf({ bodyApiVersion, bodyKind, bodyDefinition }: Action<KubeObject>): ExpectedKind {
  const slash = bodyApiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : bodyApiVersion.slice(0, slash),
    version: bodyApiVersion.slice(slash + 1),
    kind: bodyKind,
    definition: bodyDefinition,
  };
}

/** Applies the action to the named object and appends the result. */
export function perform(
  services: Services,
  kind: Kind,
  action: Action<KubeObject>,
  namespace: string,
  name: string,
  body: KubeObject,
  write: WriteContext,
): Result<undefined> {
  const { store } = services;
  const row = store.row(kind, namespace, name);
  if (row === undefined) return fail(notFoundStatus(kind, name));
  const applied = action.apply(clone(store.parse(kind, row)), body, store.context(write.dryRun));
  if (!applied.ok) return applied;
  const written = store.append(kind, 'update', applied.value, row.rev, write);
  return written.ok ? ok(undefined) : written;
}
