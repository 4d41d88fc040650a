// Models kubernetes staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go.

const BASE_MS = 5;
const MAX_MS = 1_000_000;

/** Milliseconds to wait after the attempt-th failure in a row (the first is 0). */
export function backoff(attempt: number): number {
  return Math.min(BASE_MS * 2 ** attempt, MAX_MS);
}
