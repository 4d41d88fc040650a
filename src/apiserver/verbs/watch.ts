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
import { initialFrames, replayFrames } from '../../eventlog/watch-hub.ts';
import type { Watcher } from '../../eventlog/watch-hub.ts';
import { logResource } from '../../registry/store.ts';
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
  return {
    ok: true,
    plan: {
      spec,
      encoding,
      timeoutSeconds:
        timeoutSeconds !== undefined && timeoutSeconds > 0 ? timeoutSeconds : MIN_TIMEOUT_SECONDS * (1 + random),
      *initial() {
        const { log } = services.store;
        const fail = (status: Status) => {
          ended = true;
          return `${JSON.stringify({ type: 'ERROR', object: status })}\n`;
        };
        if (encoding?.as?.kind === 'PartialObjectMetadataList') {
          // Upstream takes it, and ends the stream at the first object, which is no list.
          ended = true;
        } else if (timeoutSeconds !== undefined && timeoutSeconds < 0) {
          yield fail(failure(500, 'InternalError', 'context deadline exceeded'));
        } else if (from > log.head) {
          if (initial) yield fail(tooLargeRevision(from, log.head));
        } else if (initial) {
          yield* initialFrames(log, watcherOf(services, kind, spec));
          if (marks) yield initialEnd(kind, log.head);
        } else if (from > 0) {
          if (from < log.compacted) yield fail(expired(`too old resource version: ${from} (${log.compacted})`));
          else yield* replayFrames(log, watcherOf(services, kind, spec), from);
        }
      },
      ended: () => ended,
    },
  };
}

/** What the hub needs to know of a watch. */
export function watcherOf(services: Services, kind: Kind, spec: WatchSpec): Watcher {
  const selected = parseSelection(kind, spec.labelSelector ?? '', spec.fieldSelector ?? '');
  const matches = later(spec.after, selected.ok ? selected.value.matches : undefined);
  const own = kind.storedAs;
  return {
    resource: logResource(kind),
    ...(spec.namespace === undefined ? {} : { namespace: spec.namespace }),
    ...(spec.name === undefined ? {} : { name: spec.name }),
    ...(matches === undefined
      ? {}
      : {
          match: (stored: unknown) =>
            matches(own === undefined ? (stored as KubeObject) : own.fromStored(stored as KubeObject)),
        }),
    ...(own === undefined ? {} : { transform: (text: string) => services.store.servedText(kind, text) }),
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
