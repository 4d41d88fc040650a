// A Durable Object's SQLite storage in memory, whose process can be made to crash at any write of the log.
//
// 1. A crash is final for whoever runs then: every later statement throws, every open transaction is undone, whatever
//    catches the error in between. `revive` stands for the next process.
// 2. What a transaction that has ended wrote survives.

import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqlStore, SqlValue } from '../../../src/eventlog/sql-store.ts';

/** The process is gone. */
export class Crash extends Error {}

/** Before the n-th write from now, or once the transaction is over that the n-th write was made in. */
export interface CrashPlan {
  readonly write: number;
  readonly when: 'before' | 'after';
}

type Row = Record<string, SqlValue>;
const WRITE = 'INSERT INTO events';

export class CrashingStore implements SqlStore {
  readonly #database = new DatabaseSync(':memory:');
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;
  #dead = false;
  /** Writes until the crash; undefined: none is planned. */
  #left: number | undefined;
  #when: CrashPlan['when'] = 'before';
  /** Writes so far, those that were undone too. */
  writes = 0;

  readonly sql: SqlStore['sql'] = {
    exec: <T extends Row>(query: string, ...bindings: unknown[]) => {
      if (this.#dead) throw new Crash();
      if (query.startsWith(WRITE)) this.#count();
      return this.#exec<T>(query, bindings as SQLInputValue[]);
    },
  };

  get dead(): boolean {
    return this.#dead;
  }

  plan({ write, when }: CrashPlan): void {
    this.#left = write;
    this.#when = when;
  }

  crash(): void {
    this.#dead = true;
  }

  revive(): void {
    this.#dead = false;
    this.#left = undefined;
  }

  close(): void {
    this.#database.close();
  }

  transactionSync<T>(body: () => T): T {
    if (this.#dead) throw new Crash();
    const name = `t${this.#depth}`;
    this.#database.exec(this.#depth === 0 ? 'BEGIN' : `SAVEPOINT ${name}`);
    this.#depth++;
    let result: T;
    try {
      result = body();
      if (this.#dead) throw new Crash();
    } catch (error) {
      this.#depth--;
      this.#database.exec(this.#depth === 0 ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`);
      throw error;
    }
    this.#depth--;
    this.#database.exec(this.#depth === 0 ? 'COMMIT' : `RELEASE ${name}`);
    if (this.#depth === 0 && this.#left !== undefined && this.#left <= 0 && this.#when === 'after') {
      this.#dead = true;
      throw new Crash();
    }
    return result;
  }

  #count(): void {
    this.writes++;
    if (this.#left === undefined) return;
    this.#left--;
    if (this.#left > 0 || this.#when === 'after') return;
    this.#dead = true;
    throw new Crash();
  }

  #exec<T extends Row>(query: string, bindings: SQLInputValue[]) {
    // A migration is many statements.
    if (query.includes(';\n')) {
      this.#database.exec(query);
      return { toArray: (): T[] => [], rowsWritten: 0, raw: (): SqlValue[][] => [] };
    }
    const statement = this.#prepared(query);
    if (statement.columns().length === 0) {
      const rowsWritten = Number(statement.run(...bindings).changes);
      return { toArray: (): T[] => [], rowsWritten, raw: (): SqlValue[][] => [] };
    }
    const rows = statement.all(...bindings) as unknown as SqlValue[][];
    const names = statement.columns().map(({ name }) => name);
    const toArray = (): T[] => rows.map((row) => Object.fromEntries(row.map((value, at) => [names[at], value])) as T);
    return { toArray, rowsWritten: 0, raw: () => rows };
  }

  #prepared(query: string): StatementSync {
    let statement = this.#statements.get(query);
    if (statement === undefined) {
      statement = this.#database.prepare(query);
      statement.setReturnArrays(true);
      this.#statements.set(query, statement);
    }
    return statement;
  }
}
