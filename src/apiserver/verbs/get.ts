// GET of one object: the log's text as it is.

import { fail, notFoundStatus } from '../../api/status.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import { parseRevision, tooLargeRevision } from '../revisions.ts';

export function get(exchange: Exchange): ApiResponse {
  const { kind, path, services, encoding, query } = exchange;
  if (query.has('resourceVersion')) {
    const revision = parseRevision(query.get('resourceVersion'));
    const head = services.store.log.head;
    if (!revision.ok) return statusAnswer(revision.status, encoding);
    if (revision.value > head) return statusAnswer(tooLargeRevision(revision.value, head), encoding);
  }
  const row = services.store.row(kind, path.namespace, path.name);
  if (row === undefined) return statusAnswer(fail(notFoundStatus(kind, path.name)).status, encoding);
  return jsonAnswer(200, services.store.served(kind, row), encoding);
}
