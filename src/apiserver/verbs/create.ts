// POST to a collection.

import { jsonAnswer, statusAnswer } from '../answer.ts';
import { decodeBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import { writeOptions } from '../options.ts';
import { createObject, dropRepeatedOwners } from '../write-steps.ts';
import { append } from '../../lib/append.ts';

export function post(exchange: Exchange): ApiResponse {
  const { kind, path, user, services, encoding } = exchange;
  const options = writeOptions(exchange.query, 'CreateOptions');
  if (!options.ok) return statusAnswer(options.status, encoding);
  const decoded = decodeBody(exchange, kind, options.value.fieldValidation);
  if (!decoded.ok) return statusAnswer(decoded.status, encoding);
  const { object } = decoded.value;
  const warnings = [...decoded.value.warnings, ...dropRepeatedOwners(object)];
  const target = { kind, namespace: path.namespace, name: '', subresource: '', user };
  const created = createObject(
    services,
    target,
    object,
    writeContext(exchange, options.value.dryRun, options.value.fieldManager),
  );
  if (!created.ok) return statusAnswer(created.status, encoding, warnings);
  append(warnings, kind.warnings?.(created.value.object, undefined) ?? []);
  return jsonAnswer(201, created.value.text, encoding, warnings);
}
