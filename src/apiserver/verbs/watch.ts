// WATCH: from which revision, with which initial events, and how it goes on. The frames themselves come from the
// event log's watch hub; here it is decided what a request asks for.
//
//   resourceVersion  sendInitialEvents   begins with
//   unset or 0       unset               the present state as ADDED (then a bookmark, where bookmarks are allowed)
//   N                unset               the events after N; ERROR 410 where they are compacted
//   any              true                the present state as ADDED, then the bookmark that ends it
//   unset or 0       false               now
//   N                false               the events after N
//
// Models kubernetes staging/src/k8s.io/apiserver/pkg/{endpoints/handlers/watch.go,storage/cacher}.

import { apiVersionOf } from '../../api/kind.ts';
import type { Kind } from '../../api/kind.ts';
import type { Status } from '../../api/status.ts';
import { expired, failure } from '../../api/status.ts';
import type { KubeObject } from '../../api/object.ts';
import { PastEvents, PresentState } from '../../eventlog/past.ts';
import type { Past, Watcher } from '../../eventlog/watcher.ts';
import type { Row } from '../../eventlog/log.ts';
import { isServedAsStored, logResource } from '../../registry/store.ts';
import { rendering } from '../answer.ts';
import type { Exchange, Services } from '../exchange.ts';
import type { WatchPlan, WatchSpec } from '../http.ts';
import { listOptions } from '../options.ts';
import { parseRevision, tooLargeRevision } from '../revisions.ts';
import { transformRefusal } from '../representation.ts';
import type { Selection } from '../selection.ts';
import { parseSelection } from '../selection.ts';

const MIN_TIMEOUT_SECONDS = 1800;

export type WatchAnswer =
  | { readonly ok: true; readonly plan: WatchPlan }
  | { readonly ok: false; readonly status: Status };

export function watch(exchange: Exchange): WatchAnswer {
  const { kind, path, services, encoding } = exchange;
  const options = listOptions(exchange.query, path.watch);
  if (!options.ok) return options;
  const { labelSelector, fieldSelector, allowWatchBookmarks, sendInitialEvents, timeoutSeconds } = options.value;
  const selected = parseSelection(kind, labelSelector, fieldSelector);
  if (!selected.ok) return selected;
  const revision = parseRevision(options.value.resourceVersion);
  if (!revision.ok) return revision;

  const from = revision.value;
  const unfit = transformRefusal(encoding, exchange.query, kind, encoding?.as?.kind === 'PartialObjectMetadataList');
  if (unfit !== undefined) return { ok: false, status: unfit };
  const spec: WatchSpec = {
    group: kind.group,
    version: kind.version,
    resource: kind.resource,
    ...(path.namespace === '' ? {} : { namespace: path.namespace }),
    ...(path.name === '' ? {} : { name: path.name }),
    ...(labelSelector === '' ? {} : { labelSelector }),
    ...(fieldSelector === '' ? {} : { fieldSelector }),
    bookmarks: allowWatchBookmarks,
    ...(from > services.store.log.head ? { after: from } : {}),
  };
  // A client that asks for bookmarks from nothing learns where the present state ends, even if it does not ask so.
  const legacy = sendInitialEvents === undefined && from === 0;
  const initial = sendInitialEvents === true || legacy;
  const marks = initial && allowWatchBookmarks;
  const random = services.store.random.next();
  let ended = false;
  const begin = (): Past => {
    const { log } = services.store;
    const parse = (row: Pick<Row, 'rev' | 'object'>): KubeObject => services.store.parseStored(row);
    const fail = (status: Status): Past => {
      ended = true;
      return only(errorFrame(status), log.head);
    };
    if (encoding?.as?.kind === 'PartialObjectMetadataList') {
      // Upstream takes it, and ends the stream at the first object, which is no list.
      ended = true;
      return only('', log.head);
    }
    if (timeoutSeconds !== undefined && timeoutSeconds < 0) {
      return fail(failure(500, 'InternalError', 'context deadline exceeded'));
    }
    if (from > log.head) return initial ? fail(tooLargeRevision(from, log.head)) : only('', log.head);
    const watcher = watcherOf(services, kind, spec);
    if (initial) return new PresentState(log, watcher, parse, (rev) => (marks ? initialEnd(kind, rev) : ''));
    if (from === 0) return only('', log.head);
    return from < log.compacted ? fail(tooOld(from, log.compacted)) : new PastEvents(log, watcher, from, parse);
  };
  return {
    ok: true,
    plan: {
      spec,
      encoding: encoding === undefined ? undefined : rendering(encoding),
      timeoutSeconds:
        timeoutSeconds !== undefined && timeoutSeconds > 0 ? timeoutSeconds : MIN_TIMEOUT_SECONDS * (1 + random),
      initial: begin,
      ended: () => ended,
    },
  };
}

/** One batch of frames, or none. */
function only(frames: string, seen: number): Past {
  return { seen, [Symbol.iterator]: () => (frames === '' ? [] : [frames])[Symbol.iterator]() };
}

function errorFrame(status: Status): string {
  return `${JSON.stringify({ type: 'ERROR', object: status })}\n`;
}

function tooOld(revision: number, compacted: number): Status {
  return expired(`too old resource version: ${revision} (${compacted})`);
}

/** What ends a watch that has told all up to a revision, and whose next events are compacted. */
export function tooOldFrame(revision: number, compacted: number): string {
  return errorFrame(tooOld(revision, compacted));
}

/** What the hub needs to know of a watch. */
export function watcherOf(services: Services, kind: Kind, spec: WatchSpec): Watcher {
  const selected = parseSelection(kind, spec.labelSelector ?? '', spec.fieldSelector ?? '');
  const matches = later(spec.after, selected.ok ? selected.value.matches : undefined);
  const asStored = isServedAsStored(kind);
  const { bookmarks: _bookmarks, ...asked } = spec;
  return {
    key: JSON.stringify(asked),
    resource: logResource(kind),
    ...(spec.namespace === undefined ? {} : { namespace: spec.namespace }),
    ...(spec.name === undefined ? {} : { name: spec.name }),
    ...(matches === undefined
      ? {}
      : {
          match: (stored: unknown) => matches(services.store.shown(kind, stored as KubeObject)),
        }),
    ...(asStored ? {} : { transform: (text: string) => services.store.servedText(kind, text) }),
  };
}

/** Of what `matches` selects, the objects that were written after a revision. */
function later(after: number | undefined, matches: Selection['matches']): Selection['matches'] {
  if (after === undefined) return matches;
  return (object) => Number(object.metadata.resourceVersion) > after && (matches === undefined || matches(object));
}

/** `{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"7",…}}}` */
function initialEnd(kind: Kind, revision: number): string {
  const object = {
    kind: kind.kind,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: String(revision), annotations: { 'k8s.io/initial-events-end': 'true' } },
  };
  return `${JSON.stringify({ type: 'BOOKMARK', object })}\n`;
}
