// Brings a store's tables to the newest form. A Durable Object denies PRAGMA user_version, so the version is a row.

import eventLog from '../../migrations/0001_event_log.sql';
import runtime from '../../migrations/0002_runtime.sql';
import { rows } from './sql-store.ts';
import type { SqlStore } from './sql-store.ts';

/** In order; migration N brings the schema to version N. Never edit one that was released: add the next. */
const MIGRATIONS: readonly string[] = [eventLog, runtime];

/**
 * Applies the migrations that the store lacks, all or none.
 * Throws where a newer version of the program wrote the store: reading it on would destroy what this one does not know.
 */
export function migrate(store: SqlStore, migrations: readonly string[] = MIGRATIONS): void {
  store.transactionSync(() => {
    store.sql.exec(
      'CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    );
    const version = rows<{ value: number }>(store, `SELECT value FROM meta WHERE key = 'schema'`)[0]?.value ?? 0;
    if (version > migrations.length) {
      throw new Error(
        `the data has schema version ${version}, this program knows only ${migrations.length}: use a newer one`,
      );
    }
    if (version === migrations.length) return;
    for (const migration of migrations.slice(version)) store.sql.exec(migration);
    store.sql.exec(
      `INSERT INTO meta (key, value) VALUES ('schema', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      migrations.length,
    );
  });
}
