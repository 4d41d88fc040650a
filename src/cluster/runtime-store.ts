// The durable state of the component runtime, in the tables of migrations/0002_runtime.sql.

import type { RuntimeStore, Timer } from '../controllers/runtime/ports.ts';
import type { EventLog } from '../eventlog/log.ts';
import { rows } from '../eventlog/sql-store.ts';
import type { SqlStore } from '../eventlog/sql-store.ts';

const TIMER_COLUMNS = 'component, key, due, attempt, cause';

/** The transactions are the log's, so that what components write and what they remember of it move together. */
export function createRuntimeStore(store: SqlStore, log: Pick<EventLog, 'transaction'>): RuntimeStore {
  return {
    cursor: (name) => rows<{ rev: number }>(store, 'SELECT rev FROM cursors WHERE name = ?', name)[0]?.rev,
    setCursor: (name, rev) => {
      rows(
        store,
        'INSERT INTO cursors (name, rev) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET rev = excluded.rev',
        name,
        rev,
      );
    },
    timer: (component, key) =>
      rows<Timer>(store, `SELECT ${TIMER_COLUMNS} FROM timers WHERE component = ? AND key = ?`, component, key)[0],
    setTimer: ({ component, key, due, attempt, cause }) => {
      const query = `INSERT INTO timers (${TIMER_COLUMNS}) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (component, key) DO UPDATE SET due = excluded.due, attempt = excluded.attempt, cause = excluded.cause`;
      rows(store, query, component, key, Math.ceil(due), attempt, cause);
    },
    deleteTimer: (component, key) => {
      rows(store, 'DELETE FROM timers WHERE component = ? AND key = ?', component, key);
    },
    dueTimers: (now) => rows<Timer>(store, `SELECT ${TIMER_COLUMNS} FROM timers WHERE due <= ? ORDER BY due`, now),
    nextDue: () => rows<{ due: number | null }>(store, 'SELECT min(due) AS due FROM timers')[0]?.due ?? undefined,
    transaction: (body) => (log.transaction as <T>(body: () => T) => T)(body),
  };
}
