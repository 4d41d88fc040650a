// Which cluster a URL speaks to. This runs before anything else for every request: string searches only.

/** An RFC 1123 label. */
const CLUSTER_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export function isClusterName(name: string): boolean {
  return CLUSTER_NAME.test(name);
}

const PREFIX = '/clusters';

/** Where the path of an absolute URL begins. */
function pathStart(url: string): number {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  return start < 0 ? url.length : start;
}

/**
 * The cluster's name, or undefined for what the gateway answers itself: `/clusters`, `/clusters/{id}`,
 * `/clusters/{id}/kubeconfig`, and every path outside of `/clusters` where there is no default cluster.
 */
export function clusterOf(url: string, defaultCluster: string | undefined): string | undefined {
  const start = pathStart(url);
  if (!url.startsWith(PREFIX, start)) return defaultCluster;
  const after = start + PREFIX.length;
  const next = url[after];
  if (next === undefined || next === '?') return undefined;
  if (next !== '/') return defaultCluster;
  const nameEnd = url.indexOf('/', after + 1);
  if (nameEnd < 0) return undefined;
  const rest = url.slice(nameEnd, nameEnd + '/kubeconfig?'.length);
  if (rest === '/kubeconfig' || rest === '/kubeconfig?') return undefined;
  const name = url.slice(after + 1, nameEnd);
  // `/clusters/a?x=/b` has its slash in the query.
  return name.includes('?') ? undefined : name;
}

/** True where the request may ask for a watch; the cluster is the judge. */
export function mayWatch(url: string): boolean {
  const query = url.indexOf('?');
  if (query >= 0 && url.indexOf('watch', query) >= 0) return true;
  return url.includes('/watch/');
}
