// /livez, /readyz and /healthz, with ?verbose and one path a check.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/server/healthz.

import type { EventLog } from '../eventlog/log.ts';
import { PAGE_NOT_FOUND, textAnswer } from './answer.ts';
import type { ApiResponse } from './http.ts';
import type { Query } from './request-info.ts';

export interface HealthCheck {
  readonly name: string;
  /** Why it fails; undefined: it does not. */
  check(): string | undefined;
}

/** That it answers is the first check; the other reads the newest event back. Clients that ask for etcd mean the log. */
export function healthChecks(log: EventLog): HealthCheck[] {
  const check = () => (log.head === 0 || log.event(log.head) !== undefined ? undefined : 'the newest event is gone');
  return [
    { name: 'ping', check: () => undefined },
    { name: 'log', check },
    { name: 'etcd', check },
  ];
}

const ENDPOINTS: readonly string[] = ['livez', 'readyz', 'healthz'];

/** A server is not less ready while its store is slow, says upstream: readyz has no such check. */
function checksOf(endpoint: string, checks: readonly HealthCheck[]): readonly HealthCheck[] {
  return endpoint === 'readyz' ? checks.filter((check) => check.name !== 'etcd') : checks;
}

export function healthPaths(checks: readonly HealthCheck[]): string[] {
  return ENDPOINTS.flatMap((endpoint) => [
    `/${endpoint}`,
    ...checksOf(endpoint, checks).map(({ name }) => `/${endpoint}/${name}`),
  ]);
}

/** Undefined: not a health path. */
export function health(path: string, query: Query, checks: readonly HealthCheck[]): ApiResponse | undefined {
  const [, endpoint = '', name] = path.split('/');
  if (!ENDPOINTS.includes(endpoint)) return undefined;
  const known = checksOf(endpoint, checks);
  const asked = name === undefined ? known : known.filter((check) => check.name === path.slice(endpoint.length + 2));
  if (asked.length === 0) return PAGE_NOT_FOUND;
  const excluded = new Set(query.all('exclude'));
  const lines: string[] = [];
  let failed = false;
  for (const { name: label, check } of asked) {
    if (excluded.has(label)) {
      lines.push(`[+]${label} excluded: ok`);
      continue;
    }
    const why = check();
    failed ||= why !== undefined;
    lines.push(why === undefined ? `[+]${label} ok` : `[-]${label} failed: reason withheld`);
  }
  if (failed) return textAnswer(500, `${lines.join('\n')}\n${endpoint} check failed\n`);
  return textAnswer(200, query.has('verbose') ? `${lines.join('\n')}\n${endpoint} check passed\n` : 'ok');
}
