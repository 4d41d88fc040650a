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
// A list is settled in one turn, as the revisions of its states; their texts are read while the answer is sent, so that
// a list of any length holds a page of it at a time and writes in between do not show (src/eventlog/pages.ts).
//
// Models kubernetes staging/src/k8s.io/apiserver/pkg/storage/{etcd3/store.go,cacher/delegator}.

import type { Range, Row } from '../../eventlog/log.ts';
import { pagesOf } from '../../eventlog/pages.ts';
import type { Kind } from '../../api/kind.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { isUnstructured } from '../../api/schema-of.ts';
import type { Result, Status } from '../../api/status.ts';
import { badRequest, expired, fail, ok } from '../../api/status.ts';
import { logResource } from '../../registry/store.ts';
import { itemText, objectText, textPrefix } from '../../registry/text.ts';
import { isLong, jsonAnswer, rendering, statusAnswer } from '../answer.ts';
import type { Continue } from '../continue-token.ts';
import { decodeContinue, encodeContinue } from '../continue-token.ts';
import type { Exchange } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import type { ListOptions } from '../options.ts';
import { listOptions } from '../options.ts';
import { expiredList, oldestReadable, parseListRevision, tooLargeRevision } from '../revisions.ts';
import type { Selection } from '../selection.ts';
import { parseSelection } from '../selection.ts';

/** In a token: the state of whenever it is used. */
const PRESENT = -1;
const PIECE = 256 * 1024;

export interface Page {
  /** Read as they are asked for; once. */
  readonly rows: Iterable<Row>;
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
  return jsonAnswer(200, listBody(exchange, page.value), exchange.encoding);
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
  const { log } = services.store;
  const range: Range = {
    resource: logResource(kind),
    ...(scope === undefined ? {} : { namespace: scope }),
    ...(revision === log.head ? {} : { rev: revision }),
    ...(after === undefined ? {} : { after }),
  };
  const last = (rows: Iterable<Row>): Result<Page> => ok({ rows, revision, next: undefined, remaining: undefined });
  if (scope !== undefined && selection.namespace !== undefined && scope !== selection.namespace) return last([]);

  const { matches } = selection;
  if (matches === undefined) {
    if (limit === Infinity) return last(rowsOf(pagesOf(log, log.revisions(range))));
    const revisions = log.revisions({ ...range, limit: limit + 1 });
    if (revisions.length <= limit) return last(rowsOf(pagesOf(log, revisions)));
    revisions.pop();
    const next = cursor(log.rows(revisions.slice(-1)), revision);
    const remaining = next === undefined ? undefined : log.count({ ...range, after: next });
    return ok({ rows: rowsOf(pagesOf(log, revisions)), revision, next, remaining });
  }

  const found = chosen(candidates(exchange, selection, range), (row) => matches(services.store.parse(kind, row)));
  // A name bound by a field selector is read as one key, which nothing follows.
  const single = selection.name !== undefined && (scope !== undefined || !kind.namespaced);
  if (single || limit === Infinity) return last(found);
  const page = firstOf(found, limit);
  if (page.revisions.length < limit) return last(rowsOf(pagesOf(log, page.revisions)));
  // Upstream looks one key ahead, not one match: a page that a key follows has a token even if nothing more matches.
  const next = cursor(page.last, revision);
  const more = next !== undefined && log.count({ ...range, after: next, limit: 1 }) > 0;
  const rows = rowsOf(pagesOf(log, page.revisions));
  return ok({ rows, revision, next: more ? next : undefined, remaining: undefined });
}

/** The rows that the selection may match: those of one key, of an index term, or all of the range. */
function candidates(exchange: Exchange, selection: Selection, range: Range): Iterable<Row> {
  const { log } = exchange.services.store;
  const namespace = exchange.kind.namespaced ? range.namespace : '';
  if (selection.name !== undefined && namespace !== undefined && range.after === undefined) {
    const row = log.get({ resource: range.resource, namespace, name: selection.name }, range.rev);
    return row === undefined ? [] : [row];
  }
  if (selection.term !== undefined && range.rev === undefined && range.after === undefined) {
    const rows = log.byTerm(selection.term, range.resource);
    return range.namespace === undefined ? rows : rows.filter((row) => row.namespace === range.namespace);
  }
  return rowsOf(pagesOf(log, log.revisions(range)));
}

function* rowsOf(pages: Iterable<Row[]>): Iterable<Row> {
  for (const page of pages) yield* page;
}

function* chosen(rows: Iterable<Row>, matches: (row: Row) => boolean): Iterable<Row> {
  for (const row of rows) if (matches(row)) yield row;
}

/** The first rows, as revisions: their texts are read again when they are sent, since a page of any length is asked for. */
function firstOf(rows: Iterable<Row>, limit: number): { readonly revisions: number[]; readonly last: Row[] } {
  const revisions: number[] = [];
  let last: Row[] = [];
  for (const row of rows) {
    revisions.push(row.rev);
    last = [row];
    if (revisions.length === limit) break;
  }
  return { revisions, last };
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
      return fail(expiredContinue(exchange, token.value));
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
function expiredContinue(exchange: Exchange, token: Continue): Status {
  const fresh = encodeContinue({ ...token, rev: PRESENT }, exchange.path.namespace === '');
  const status = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return { ...status, metadata: { continue: fresh } };
}

function cursor(rows: readonly Row[], revision: number): Continue | undefined {
  const last = rows.at(-1);
  return last === undefined ? undefined : { rev: revision, namespace: last.namespace, name: last.name };
}

/** The list object around the rows' texts: whole where it is short, else in pieces. */
function listBody(exchange: Exchange, page: Page): string | Iterable<string> {
  const pieces = listPieces(exchange, page);
  let start = '';
  while (!isLong(start.length)) {
    const piece = pieces.next();
    if (piece.done === true) return start;
    start += piece.value;
  }
  return behind(start, pieces);
}

function* behind(start: string, rest: Iterable<string>): Iterable<string> {
  yield start;
  yield* rest;
}

/** Where the gateway renders the list, each item stands on a line of its own, so that it can be read by itself. */
function* listPieces(exchange: Exchange, page: Page): Generator<string, void, void> {
  const { kind, services, path, encoding } = exchange;
  const lineEnd = encoding === undefined || rendering(encoding) === undefined ? '' : '\n';
  const item = itemOf(kind);
  let piece = listHead(exchange, {
    resourceVersion: String(page.revision),
    ...(page.next === undefined ? {} : { continue: encodeContinue(page.next, path.namespace === '') }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  });
  let separator = lineEnd;
  for (const row of page.rows) {
    piece += separator + item(services.store.served(kind, row));
    separator = `,${lineEnd}`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}${lineEnd}]}\n`;
}

/** A list of objects that are at hand. */
export function objectListText(exchange: Exchange, objects: readonly KubeObject[], metadata: object): string {
  const item = itemOf(exchange.kind);
  const items = objects.map((object) => item(objectText(object, Number(object.metadata.resourceVersion))));
  return `${listHead(exchange, metadata)}${items.join(',')}]}\n`;
}

/** The list item of a text: without its type, which the list tells, unless the kind's items bear it. */
function itemOf(kind: Kind): (text: string) => string {
  if (isUnstructured(kind)) return (text) => text;
  const prefix = textPrefix(kind.kind, apiVersionOf(kind));
  return (text) => itemText(text, prefix);
}

function listHead({ kind, encoding }: Exchange, metadata: object): string {
  // Upstream's list without a Go type always has the member, where it is shown as it is.
  const whole = isUnstructured(kind) && encoding?.as === undefined ? { continue: '', ...metadata } : metadata;
  return `${textPrefix(`${kind.kind}List`, apiVersionOf(kind))}"metadata":${JSON.stringify(whole)},"items":[`;
}
