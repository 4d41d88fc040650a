// What a request's path and method mean, before anything is looked up.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  /** '' for cluster-scoped paths and for lists across namespaces. */
  readonly namespace: string;
  /** True where the path says `/namespaces/X/…` of a namespaced resource. */
  readonly inNamespace: boolean;
  /** '' for a discovery path (`/apis/apps/v1`). */
  readonly resource: string;
  /** '' for a collection. */
  readonly name: string;
  readonly subresource: string;
  /** Behind the subresource: `proxy/a/b`. */
  readonly rest: readonly string[];
  /** The deprecated `/api/v1/watch/…` form. */
  readonly watch: boolean;
}

export type PathInfo =
  | { readonly kind: 'resource'; readonly path: ResourcePath }
  /** `/api`, `/apis`, `/apis/GROUP`, `/apis/GROUP/VERSION`, without the trailing slash. */
  | { readonly kind: 'discovery'; readonly parts: readonly string[] }
  | { readonly kind: 'other'; readonly path: string }
  /** An escape that does not decode. */
  | { readonly kind: 'malformed' };

/**
 * Splits a percent-encoded path. A name that holds an encoded slash is split at it, as upstream's router does: such
 * a path is unknown (404), never another object.
 */
export function parsePath(path: string): PathInfo {
  let decoded = path;
  if (path.includes('%')) {
    try {
      decoded = decodeURIComponent(path);
    } catch {
      return { kind: 'malformed' };
    }
  }
  if (!decoded.startsWith('/api/') && !decoded.startsWith('/apis/') && decoded !== '/api' && decoded !== '/apis') {
    return { kind: 'other', path: decoded };
  }
  const parts = decoded.slice(1).split('/');
  if (parts.length > 2 && parts.at(-1) === '') parts.pop();
  const legacy = parts[0] === 'api';
  const head = legacy ? 2 : 3;
  if (parts.length <= head) {
    if (parts.at(-1) === '') parts.pop();
    return { kind: 'discovery', parts };
  }
  let rest = parts.slice(head);
  const watch = rest[0] === 'watch' && rest.length > 1;
  if (watch) rest = rest.slice(1);
  const group = legacy ? '' : (parts[1] ?? '');
  const version = parts[head - 1] ?? '';

  let namespace = '';
  let inNamespace = false;
  // `/namespaces/NAME` and its subresources are the Namespace itself; anything longer is inside it.
  if (
    rest[0] === 'namespaces' &&
    rest.length > 2 &&
    !(legacy && isNamespaceSubresource(rest[2]) && rest.length === 3)
  ) {
    namespace = rest[1] ?? '';
    inNamespace = namespace !== '';
    rest = rest.slice(2);
  }
  const [resource = '', name = '', subresource = '', ...more] = rest;
  return {
    kind: 'resource',
    path: { group, version, namespace, inNamespace, resource, name, subresource, rest: more, watch },
  };
}

function isNamespaceSubresource(part: string | undefined): boolean {
  return part === 'status' || part === 'finalize';
}

/** A query string's parameters: the first value of each name; all values where asked for. */
export class Query {
  readonly #params: URLSearchParams;

  constructor(text: string) {
    this.#params = new URLSearchParams(text);
  }

  has(name: string): boolean {
    return this.#params.has(name);
  }

  /** '' where absent. */
  get(name: string): string {
    return this.#params.get(name) ?? '';
  }

  all(name: string): string[] {
    return this.#params.getAll(name);
  }

  /** Upstream's conversion of booleans in queries: absent, `false` and `0` are false, all else is true. */
  bool(name: string): boolean {
    if (!this.#params.has(name)) return false;
    const value = this.get(name).toLowerCase();
    return value !== 'false' && value !== '0';
  }
}
