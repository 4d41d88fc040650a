// The part of a Durable Object's storage that the log uses, by shape, so that this folder needs no runtime's types.

export type SqlValue = ArrayBuffer | string | number | null;

export interface SqlStore {
  readonly sql: {
    exec<T extends Record<string, SqlValue>>(
      query: string,
      ...bindings: unknown[]
    ): {
      toArray(): T[];
      readonly rowsWritten: number;
      raw(): Iterable<SqlValue[]>;
    };
  };
  /** Undoes the body's statements where it throws. May be nested. */
  transactionSync<T>(body: () => T): T;
}

/** Runs one statement and reads all its rows at once: an open cursor must not outlive the turn. */
export function rows<T extends object>(store: SqlStore, query: string, ...bindings: unknown[]): T[] {
  return store.sql.exec<Record<string, SqlValue>>(query, ...bindings).toArray() as T[];
}

/** The same, of each row the values in the order of its columns: where there are many rows, half the work. */
export function values(store: SqlStore, query: string, ...bindings: unknown[]): SqlValue[][] {
  return [...store.sql.exec<Record<string, SqlValue>>(query, ...bindings).raw()];
}

/** Runs one statement that writes. Whether it has written anything. */
export function written(store: SqlStore, query: string, ...bindings: unknown[]): boolean {
  return store.sql.exec(query, ...bindings).rowsWritten > 0;
}
