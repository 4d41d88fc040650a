// Subresources that lead out of the API server: to a node's kubelet (log, exec, attach, port-forward), or to what
// listens in a pod, behind a Service or on a node (proxy).
// Models kubernetes pkg/registry/core/{pod,service,node} (the Location functions).

import type { ResourceMap, ResourceName } from './resources.ts';
import type { Result } from './status.ts';

export interface QueryValues {
  has(name: string): boolean;
  /** '' where absent. */
  get(name: string): string;
  all(name: string): string[];
  bool(name: string): boolean;
}

export interface ConnectTarget {
  readonly namespace: string;
  /** As the path says: of a proxy, `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`. */
  readonly name: string;
  /** Behind the subresource: '' or `/a/b`. */
  readonly path: string;
  readonly query: QueryValues;
}

/** What is known of the cluster. */
export interface ConnectPort {
  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceMap[R] | undefined;
  list<R extends ResourceName>(resource: R, namespace: string): Array<ResourceMap[R]>;
}

/** Where a connection is to go. */
export interface Location {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** '' for the scheme's. */
  readonly port: string;
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

export interface Connector {
  /** The kind that discovery tells of it: `PodExecOptions`. */
  readonly kind: string;
  readonly methods: readonly Method[];
  /**
   * `fetch`: the server reads, and answers in its own name. `upgrade`: the connection must be upgraded to streams.
   * `proxy`: the request is handed on, with the path behind the subresource.
   */
  readonly manner: 'fetch' | 'upgrade' | 'proxy';
  /** Undefined: there is nowhere to go yet, and nothing to read. */
  locate(target: ConnectTarget, port: ConnectPort): Result<Location | undefined>;
}

export const STREAM_METHODS: readonly Method[] = ['GET', 'POST'];
export const PROXY_METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** `https:web:443`, `web:http` or `web`: undefined where it is none of these. Models apimachinery pkg/util/net (SplitSchemeNamePort). */
export function splitSchemeNamePort(id: string): { scheme: 'http' | 'https'; name: string; port: string } | undefined {
  const parts = id.split(':');
  const [first = '', second = '', third = ''] = parts;
  const found =
    parts.length === 1
      ? { scheme: '', name: first, port: '' }
      : parts.length === 2
        ? { scheme: '', name: first, port: second }
        : { scheme: first, name: second, port: third };
  if (parts.length > 3 || found.name === '') return undefined;
  if (parts.length === 3 && found.scheme !== 'http' && found.scheme !== 'https') {
    return undefined;
  }
  return { ...found, scheme: found.scheme === 'https' ? 'https' : 'http' };
}

export function hostPort(host: string, port: string): string {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return port === '' ? bracketed : `${bracketed}:${port}`;
}

export function urlOf({ scheme, host, port, path, query }: Location): string {
  return `${scheme}://${hostPort(host, port)}${path}${query === '' ? '' : `?${query}`}`;
}
