// What the API server takes and gives. The cluster's Durable Object shell makes these from a Request and turns the
// answer into a Response; tests call the server with them directly. Nothing here is asynchronous.

import type { CustomResourceColumnDefinition } from '../api/types/apiextensions-v1.ts';
import type { Past } from '../eventlog/watcher.ts';

/** How the gateway is to render the JSON that the server answers with. Absent: as it is. */
export interface Encoding {
  readonly format: 'json' | 'yaml' | 'protobuf';
  /** The body is what the cluster adds to this document of OpenAPI ('' for nothing): `v2`, `v3`, `v3/apis/apps/v1`; `v3/custom`: all but what documents share. */
  readonly document?: string;
  /** `Table` or `PartialObjectMetadata(List)` of a meta.k8s.io version. */
  readonly as?: {
    readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
    readonly version: 'v1' | 'v1beta1';
    readonly includeObject?: 'None' | 'Metadata' | 'Object';
  };
  /** Of JSON. */
  readonly pretty?: boolean;
  /** Of a failure, where it is told otherwise than an object would be. */
  readonly failure?: Pick<Encoding, 'format' | 'pretty'>;
  /** Whose printer renders a Table; a subresource only where it answers with a kind of its own. */
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly subresource?: 'scale';
    /** Of a kind that the gateway does not know: what it is, and the columns of its definition. */
    readonly custom?: { readonly kind: string; readonly columns: readonly CustomResourceColumnDefinition[] };
  };
}

export interface ApiRequest {
  /** Upper case. */
  readonly method: string;
  /** Within the cluster, still percent-encoded, without query: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  /** Without `?`; '' for none. */
  readonly query: string;
  /** The cluster's URL as the client knows it, without a slash in its end; absent where it is not known. */
  base?(): string;
  /** By lower-case name; undefined where absent. */
  header(name: string): string | undefined;
  /** All whose lower-case names begin so, with their names. */
  headersWith(prefix: string): Iterable<readonly [name: string, value: string]>;
  /** '' for none. Protobuf and other binary bodies arrive as latin1 text and are refused by content type. */
  readonly body: string;
}

export interface ApiResponse {
  readonly status: number;
  /** '' for none. */
  readonly contentType: string;
  /** A long list comes in pieces, each read when it is asked for; one that throws ends the answer short. */
  readonly body: string | Iterable<string>;
  /** Texts of `Warning: 299` headers. */
  readonly warnings?: readonly string[];
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly encoding?: Encoding;
}

/** A header of the cluster's answers to the gateway: the body's length in UTF-16 units where it is long, `pieces` for a list in pieces. */
export const LONG_HEADER = 'x-kubewisp-long';

/**
 * A request that the server has understood (path, identity, verb), before it is carried out. The shell looks at
 * `effect` to know how: reads at once, writes within the group commit, watches over a WebSocket.
 */
export type Plan =
  | { readonly effect: 'read'; run(): ApiResponse }
  /** Runs inside a log transaction of its own (nested in the group's). */
  | { readonly effect: 'write'; run(): ApiResponse }
  | { readonly effect: 'watch'; readonly watch: WatchPlan };

export interface WatchPlan {
  /** Survives hibernation as JSON (≤ 2 kB where the selectors are sane): enough to subscribe again. */
  readonly spec: WatchSpec;
  readonly encoding: Encoding | undefined;
  /** Seconds after which the gateway ends the stream. */
  readonly timeoutSeconds: number;
  /**
   * Frames to send before the live ones, in batches: initial state or replay. May be read slowly: what is written meanwhile is
   * told at its end. An ERROR frame may be the last; compaction may end it (CompactedError).
   */
  initial(): Past;
  /** True: the stream ends after `initial` (an ERROR was sent). Read after `initial` is consumed. */
  readonly ended: () => boolean;
}

export interface WatchSpec {
  readonly resource: string;
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly bookmarks: boolean;
  /** A revision yet to come, up to which nothing is sent. */
  readonly after?: number;
}
