// The figures of a cluster that /metrics shows.

import type { ReconcileResult, RuntimeMetrics } from '../controllers/runtime/ports.ts';
import type { FairLevel } from '../apiserver/fairness/fair-level.ts';
import type { Fairness } from '../apiserver/fairness/fairness.ts';
import { LATENCY_BUCKETS, Metrics } from '../lib/metrics.ts';
import type { SqlStore } from '../eventlog/sql-store.ts';

export interface Gauges {
  head(): number;
  bytes(): number;
  watchers(): number;
  alarms(): number;
  readonly fairness: Fairness;
}

export interface Figures extends RuntimeMetrics {
  /** A request was answered. Duration in milliseconds. */
  answered(method: string, path: string, watch: boolean, code: number, duration: number): void;
  /** The same store, its written rows counted. */
  counting(store: SqlStore): SqlStore;
  observe(gauges: Gauges): void;
  text(): string;
}

export function createFigures(): Figures {
  const metrics = new Metrics();
  const requests = metrics.counter('apiserver_request_total', 'Answered requests.', ['verb', 'resource', 'code']);
  const latency = metrics.histogram('apiserver_request_duration_seconds', 'Time to answer within the cluster.', [
    'verb',
    'resource',
  ]);
  const reconciles = metrics.counter('kubewisp_reconcile_total', 'Reconciles by their result.', [
    'controller',
    'result',
  ]);
  const work = metrics.histogram('kubewisp_reconcile_duration_seconds', 'Time of one reconcile.', ['controller']);
  const lag = metrics.histogram(
    'kubewisp_reconcile_lag_seconds',
    'How long a change waited for its reconcile.',
    ['controller'],
    [...LATENCY_BUCKETS, 30, 300],
  );
  let rowsWritten = 0;
  metrics.gauge('kubewisp_rows_written_total', 'Rows written to storage since this object started.', () => rowsWritten);
  return {
    answered(method, path, watch, code, duration) {
      const { verb, resource } = requestLabels(method, path, watch, code);
      requests.add(1, verb, resource, String(code));
      if (!watch) latency.observe(duration / 1000, verb, resource);
    },
    reconciled(component: string, result: ReconcileResult, duration: number) {
      reconciles.add(1, component, result);
      work.observe(duration / 1000, component);
    },
    lagged: (component, ms) => lag.observe(ms / 1000, component),
    counting: (store) => ({
      sql: {
        exec(query, ...bindings) {
          const cursor = store.sql.exec(query, ...bindings);
          rowsWritten += cursor.rowsWritten;
          return cursor as never;
        },
      },
      transactionSync: (body) => store.transactionSync(body),
    }),
    observe(gauges) {
      metrics.gauge('kubewisp_log_revision', 'Newest revision of the event log.', gauges.head);
      metrics.gauge('kubewisp_log_bytes', 'Bytes of object texts that the event log holds.', gauges.bytes);
      metrics.gauge('kubewisp_watchers', 'Open watches.', gauges.watchers);
      metrics.gauge('kubewisp_alarms_total', 'Alarms that have run since this object started.', gauges.alarms);
      observeFairness(metrics, gauges.fairness);
    },
    text: () => metrics.text(),
  };
}

/** By upstream's names. */
function observeFairness(metrics: Metrics, fairness: Fairness): void {
  const prefix = 'apiserver_flowcontrol_';
  metrics.observed(
    { name: `${prefix}dispatched_requests_total`, help: 'Requests that were let in.', type: 'counter' },
    ['flow_schema', 'priority_level'],
    () => [...fairness.tallies].map(({ schema, level, dispatched }) => [[schema, level], dispatched]),
  );
  metrics.observed(
    { name: `${prefix}rejected_requests_total`, help: 'Requests that were turned away.', type: 'counter' },
    ['flow_schema', 'priority_level', 'reason'],
    () =>
      [...fairness.tallies].flatMap(({ schema, level, rejected }) =>
        Object.entries(rejected).map(([reason, count]) => [[schema, level, reason], count] as const),
      ),
  );
  const gauge = (name: string, help: string, read: (level: FairLevel) => number): void =>
    metrics.observed({ name: prefix + name, help, type: 'gauge' }, ['priority_level'], () =>
      fairness.levels.map((level) => [[level.limits.name], read(level)]),
    );
  gauge('current_executing_seats', 'Seats in use.', (level) => level.seats);
  gauge('current_inqueue_requests', 'Requests that wait.', (level) => level.queued);
  gauge('nominal_limit_seats', 'Seats that a level has.', ({ limits }) =>
    limits.seats === Infinity ? 0 : limits.seats,
  );
}

/** What was not found is not named: a client could make up any number of names. */
function requestLabels(method: string, path: string, watch: boolean, code: number): { verb: string; resource: string } {
  const parts = path.split('/');
  const head = parts[1] === 'api' ? 3 : parts[1] === 'apis' ? 4 : parts.length;
  const inNamespace = parts[head] === 'namespaces' && parts.length > head + 2;
  const at = inNamespace ? head + 2 : head;
  const resource = code === 404 ? '' : (parts[at] ?? '');
  const collection = parts[at + 1] === undefined || parts[at + 1] === '';
  const verb = watch ? 'WATCH' : method === 'GET' && resource !== '' && collection ? 'LIST' : method;
  return { verb, resource };
}
