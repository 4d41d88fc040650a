// LIST: texts of the log joined, at the revision that the options ask for, in pages.
//
//   resourceVersion  match         limit   state read      pages
//   unset            –             any     now             yes
//   0                –             any     now             no: the whole list
//   N                unset         none    now (≥ N)       –
//   N                unset         set     exactly N       yes
//   N                NotOlderThan  any     now (≥ N)       yes
//   N                Exact         any     exactly N       yes
//   (continue)       –             any     the first page's
//
// Models kubernetes staging/src/k8s.io/apiserver/pkg/storage/{etcd3/store.go,cacher/delegator}.

import type { Row } from '../../eventlog/log.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Result, Status } from '../../api/status.ts';
import { badRequest, expired, fail, ok } from '../../api/status.ts';
import { logResource } from '../../registry/store.ts';
import { itemText, objectText, textPrefix } from '../../registry/text.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import type { Continue } from '../continue-token.ts';
import { decodeContinue, encodeContinue } from '../continue-token.ts';
import type { Exchange } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import type { ListOptions } from '../options.ts';
import { listOptions } from '../options.ts';
import { expiredList, oldestReadable, parseListRevision, tooLargeRevision } from '../revisions.ts';
import type { Selection } from '../selection.ts';
import { parseSelection } from '../selection.ts';

/** Rows read at a time where a selector decides which of them count. */
const SCAN_PAGE = 500;

export interface Page {
  readonly rows: readonly Row[];
  /** Of the list: what a watch would resume from. */
  readonly revision: number;
  readonly next: Continue | undefined;
  /** Undefined where it is not told. */
  readonly remaining: number | undefined;
}

export function list(exchange: Exchange): ApiResponse {
  const options = listOptions(exchange.query, false);
  if (!options.ok) return statusAnswer(options.status, exchange.encoding);
  const page = readPage(exchange, options.value);
  if (!page.ok) return statusAnswer(page.status, exchange.encoding);
  return jsonAnswer(200, listText(exchange, page.value), exchange.encoding);
}

/** The rows that the options ask for. */
export function readPage(exchange: Exchange, options: ListOptions): Result<Page> {
  const { kind, path, services } = exchange;
  const selected = parseSelection(kind, options.labelSelector, options.fieldSelector);
  if (!selected.ok) return selected;
  const at = readAt(exchange, options);
  if (!at.ok) return at;
  const { revision, after, whole } = at.value;
  const selection = selected.value;
  const limit = whole || options.limit <= 0 ? Infinity : options.limit;
  const scope = path.namespace !== '' ? path.namespace : selection.namespace;
  const log = services.store.log;
  const base = {
    resource: logResource(kind),
    ...(scope === undefined ? {} : { namespace: scope }),
    ...(revision === log.head ? {} : { rev: revision }),
  };
  if (scope !== undefined && selection.namespace !== undefined && scope !== selection.namespace) {
    return ok({ rows: [], revision, next: undefined, remaining: undefined });
  }

  if (selection.matches === undefined) {
    const rows = log.list({
      ...base,
      ...(after === undefined ? {} : { after }),
      ...(limit === Infinity ? {} : { limit: limit + 1 }),
    });
    if (rows.length <= limit) return ok({ rows, revision, next: undefined, remaining: undefined });
    rows.pop();
    const next = cursor(rows, revision);
    return ok({
      rows,
      revision,
      next,
      remaining: next === undefined ? undefined : log.count({ ...base, after: next }),
    });
  }

  const rows: Row[] = [];
  for (const row of candidates(exchange, selection, base, after)) {
    if (!selection.matches(services.store.parse(kind, row))) continue;
    rows.push(row);
    if (rows.length > limit) break;
  }
  // A name bound by a field selector is read as one key, which nothing follows.
  if (selection.name !== undefined && (scope !== undefined || !kind.namespaced))
    return ok({ rows, revision, next: undefined, remaining: undefined });
  // Upstream looks one key ahead, not one match: a page that a key follows has a token even if nothing more matches.
  if (rows.length > limit) rows.pop();
  if (rows.length < limit) return ok({ rows, revision, next: undefined, remaining: undefined });
  const next = cursor(rows, revision);
  const more = next !== undefined && log.list({ ...base, after: next, limit: 1 }).length > 0;
  return ok({ rows, revision, next: more ? next : undefined, remaining: undefined });
}

function* candidates(
  exchange: Exchange,
  selection: Selection,
  base: { readonly resource: string; readonly namespace?: string; readonly rev?: number },
  after: Continue | undefined,
): Iterable<Row> {
  const log = exchange.services.store.log;
  const namespace = exchange.kind.namespaced ? base.namespace : '';
  if (selection.name !== undefined && namespace !== undefined && after === undefined) {
    const row = log.get({ resource: base.resource, namespace, name: selection.name }, base.rev);
    if (row !== undefined) yield row;
    return;
  }
  if (selection.term !== undefined && base.rev === undefined && after === undefined) {
    for (const row of log.byTerm(selection.term, base.resource)) {
      if (base.namespace === undefined || row.namespace === base.namespace) yield row;
    }
    return;
  }
  let from: { namespace: string; name: string } | undefined = after;
  for (;;) {
    const rows = log.list({ ...base, ...(from === undefined ? {} : { after: from }), limit: SCAN_PAGE });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < SCAN_PAGE) return;
    from = last;
  }
}

interface ReadAt {
  readonly revision: number;
  readonly after: Continue | undefined;
  /** The limit does not count. */
  readonly whole: boolean;
}

function readAt(exchange: Exchange, options: ListOptions): Result<ReadAt> {
  const { store } = exchange.services;
  const head = store.log.head;
  if (options.continue !== '') {
    if (options.resourceVersion !== '' && options.resourceVersion !== '0') {
      return fail(badRequest('specifying resource version is not allowed when using continue'));
    }
    const token = decodeContinue(options.continue, exchange.path.namespace, exchange.path.namespace === '');
    if (!token.ok) return token;
    const whole = options.resourceVersion === '0';
    if (token.value.rev < 0) return ok({ revision: head, after: token.value, whole });
    if (token.value.rev > head) return fail(tooLargeRevision(token.value.rev, head));
    if (token.value.rev < oldestReadable(store.log, store.clock)) {
      return fail(expiredContinue(exchange, token.value, head));
    }
    return ok({ revision: token.value.rev, after: token.value, whole });
  }
  const parsed = parseListRevision(options.resourceVersion);
  if (!parsed.ok) return parsed;
  const asked = parsed.value;
  if (asked > head) return fail(tooLargeRevision(asked, head));
  const exact =
    options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && asked > 0 && options.limit > 0);
  if (exact && asked < oldestReadable(store.log, store.clock)) return fail(expiredList());
  return ok({ revision: exact ? asked : head, after: undefined, whole: options.resourceVersion === '0' });
}

/** 410 with a token that goes on from the same place in the present state: a list that is whole, if not consistent. */
function expiredContinue(exchange: Exchange, token: Continue, head: number): Status {
  const fresh = encodeContinue({ ...token, rev: head }, exchange.path.namespace === '');
  const status = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return { ...status, metadata: { continue: fresh } };
}

function cursor(rows: readonly Row[], revision: number): Continue | undefined {
  const last = rows.at(-1);
  return last === undefined ? undefined : { rev: revision, namespace: last.namespace, name: last.name };
}

/** The list object around the rows' texts. */
export function listText(exchange: Exchange, page: Page): string {
  const { kind, services, path } = exchange;
  const prefix = textPrefix(kind.kind, apiVersionOf(kind));
  const items = page.rows.map((row) => itemText(services.store.served(kind, row), prefix));
  return wrapItems(exchange, items, {
    resourceVersion: String(page.revision),
    ...(page.next === undefined ? {} : { continue: encodeContinue(page.next, path.namespace === '') }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  });
}

/** A list of objects that are at hand. */
export function objectListText(exchange: Exchange, objects: readonly KubeObject[], metadata: object): string {
  const prefix = textPrefix(exchange.kind.kind, apiVersionOf(exchange.kind));
  const items = objects.map((item) => itemText(objectText(item, Number(item.metadata.resourceVersion)), prefix));
  return wrapItems(exchange, items, metadata);
}

function wrapItems(exchange: Exchange, items: readonly string[], metadata: object): string {
  const head = textPrefix(`${exchange.kind.kind}List`, apiVersionOf(exchange.kind));
  return `${head}"metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}\n`;
}
