// DELETE of one object and of a collection.

import type { Status } from '../../api/status.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { remove } from '../../registry/delete.ts';
import { objectText } from '../../registry/text.ts';
import type { DeleteRequest } from '../../registry/write.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import { deleteOptions } from '../delete-options.ts';
import type { Exchange } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import { encodeContinue } from '../continue-token.ts';
import type { ApiResponse } from '../http.ts';
import { listOptions } from '../options.ts';
import { attributes } from '../write-steps.ts';
import { objectListText, readPage } from './list.ts';

export function deleteOne(exchange: Exchange): ApiResponse {
  const { kind, path, services, user, encoding } = exchange;
  const options = deleteOptions(exchange);
  if (!options.ok) return statusAnswer(options.status, encoding);
  const target = { kind, namespace: path.namespace, name: path.name, subresource: '', user };
  const write = writeContext(exchange, options.value.dryRun);
  const refused = services.admission.validate(undefined, undefined, attributes(services, target, 'DELETE', write));
  if (refused !== undefined) return statusAnswer(refused, encoding);
  const deleted = remove(services.store, kind, path.namespace, path.name, options.value.request, write);
  const warnings = orphanWarnings(kind, options.value.request);
  if (!deleted.ok) return statusAnswer(deleted.status, encoding, warnings);
  const { gone, object } = deleted.value;
  if (gone && kind.deleteReturnsObject !== true) return statusAnswer(success(exchange, object), encoding, warnings);
  return jsonAnswer(200, objectText(object, Number(object.metadata.resourceVersion)), encoding, warnings);
}

function orphanWarnings({ orphanWarning }: Kind, { propagationPolicy }: DeleteRequest): string[] {
  return orphanWarning === undefined || propagationPolicy !== undefined ? [] : [orphanWarning];
}

function success(exchange: Exchange, object: KubeObject): Status {
  const { group, resource } = exchange.kind;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(group === '' ? {} : { group }),
      kind: resource,
      uid: object.metadata.uid,
    },
  };
}

/** Deletes what a list with the same options would give; the answer is that list, as it was before. */
export function deleteCollection(exchange: Exchange): ApiResponse {
  const { kind, path, services, user, encoding } = exchange;
  const options = deleteOptions(exchange);
  if (!options.ok) return statusAnswer(options.status, encoding);
  const listing = listOptions(exchange.query, false);
  if (!listing.ok) return statusAnswer(listing.status, encoding);
  const page = readPage(exchange, listing.value);
  if (!page.ok) return statusAnswer(page.status, encoding);

  const write = writeContext(exchange, options.value.dryRun);
  const objects: KubeObject[] = [];
  for (const row of page.value.rows) {
    const target = { kind, namespace: row.namespace, name: row.name, subresource: '', user };
    const refused = services.admission.validate(undefined, undefined, attributes(services, target, 'DELETE', write));
    if (refused !== undefined) return statusAnswer(refused, encoding);
    const before = services.store.parse(kind, row);
    const deleted = remove(services.store, kind, row.namespace, row.name, options.value.request, write);
    if (!deleted.ok && deleted.status.reason !== 'NotFound') return statusAnswer(deleted.status, encoding);
    objects.push(before);
  }
  const { revision, next, remaining } = page.value;
  const metadata = {
    resourceVersion: String(revision),
    ...(next === undefined ? {} : { continue: encodeContinue(next, path.namespace === '') }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  };
  const warnings = objects.length === 0 ? [] : orphanWarnings(kind, options.value.request);
  return jsonAnswer(200, objectListText(exchange, objects, metadata), encoding, warnings);
}
