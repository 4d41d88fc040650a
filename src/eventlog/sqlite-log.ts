// The event log in a Durable Object's SQLite storage. Tables: migrations/0001_event_log.sql.
//
// 1. `head`, `compacted` and `bytes` are held in memory; the store alone can give them again:
//    head = the newest event, or `compacted` where compaction took that away too;
//    bytes = the saved count + the texts of the events above the revision that it was saved at.
// 2. The events up to `compacted` are at most one a path, so the event before one above `compacted` is always held.

import { checkCommand, eventOf } from './command.ts';
import { EmptyRanges } from './empty-ranges.ts';
import type { LiveRow } from './live-rows.ts';
import { LiveRows } from './live-rows.ts';
import type { Appended, Command, EventLog, Key, LogEvent, Range, Row, Sync, Verb } from './log.ts';
import { migrate } from './migrate.ts';
import { boundsOf, namesOf, pathOf } from './path.ts';
import { RecentEvents } from './recent-events.ts';
import * as sql from './sql.ts';
import { rows, values, written } from './sql-store.ts';
import type { SqlStore, SqlValue } from './sql-store.ts';
import { Transactions } from './transactions.ts';
import { Utf8Length } from './utf8-length.ts';

/** How many events may be added before the byte count is saved: opening reads that many rows at most. */
const SAVE_EVERY = 1024;
/** UTF-16 units of text that live rows, and newest events, may take in memory; most of the texts are the same ones. */
const HELD_LIMIT = 2 << 20;
/** Rows read at once while folding. */
const PAGE = 500;

export class SqliteLog implements EventLog {
  readonly #store: SqlStore;
  readonly #transactions: Transactions;
  readonly #live = new LiveRows(HELD_LIMIT);
  readonly #empty = new EmptyRanges();
  readonly #recent = new RecentEvents(HELD_LIMIT);
  readonly #utf8 = new Utf8Length();
  #compacted: { readonly rev: number; readonly at: number };

  /** Opens the log in a store, bringing its tables to the newest form first. Throws what `migrate` throws. */
  constructor(store: SqlStore) {
    migrate(store);
    this.#store = store;
    const meta = new Map(this.#rows<{ key: string; value: number }>(sql.META).map(({ key, value }) => [key, value]));
    const newest = this.#rows<{ rev: number; at: number }>(sql.NEWEST)[0];
    const since = this.#rows<{ bytes: number }>(sql.BYTES_ABOVE, meta.get('bytesRev') ?? 0)[0];
    this.#compacted = { rev: meta.get('compacted') ?? 0, at: meta.get('compactedAt') ?? 0 };
    const tip = {
      head: Math.max(newest?.rev ?? 0, this.#compacted.rev),
      at: Math.max(newest?.at ?? 0, this.#compacted.at),
      bytes: (meta.get('bytes') ?? 0) + (since?.bytes ?? 0),
    };
    this.#transactions = new Transactions(tip, () => {
      this.#live.clear();
      this.#empty.clear();
      this.#recent.undo(this.head);
    });
  }

  get head(): number {
    return this.#transactions.tip.head;
  }

  get compacted(): number {
    return this.#compacted.rev;
  }

  get undone(): number {
    return this.#transactions.undone;
  }

  transaction<T>(body: () => Sync<T>): T {
    return this.#transactions.run(() => this.#store.transactionSync<T>(body));
  }

  append(command: Command): Appended {
    checkCommand(command);
    if (this.#transactions.open) return this.#append(command);
    return this.transaction<Appended>(() => this.#append(command));
  }

  get(key: Key, rev = this.head): Row | undefined {
    if (rev >= this.head) return this.#liveRow(key)?.row;
    const found = this.#rows<Stored & { verb: Verb }>(sql.GET_AT, key.resource, pathOf(key), rev)[0];
    return found === undefined || found.verb === 'delete' ? undefined : storedRow(key, found);
  }

  list(range: Range): Row[] {
    return this.#range(range, sql.LIST, sql.LIST_AT).map((row) => rowOf(row, range.resource));
  }

  count(range: Range): number {
    const [found] = this.#range(range, sql.COUNT, sql.COUNT_AT);
    return (found?.[0] as number | undefined) ?? 0;
  }

  revisions(range: Range): number[] {
    return this.#range(range, sql.REVISIONS, sql.REVISIONS_AT).map(([rev]) => rev as number);
  }

  rows(revisions: readonly number[]): Row[] {
    return this.#values(sql.ROWS, JSON.stringify(revisions)).map((row) => rowOf(row));
  }

  byTerm(term: string, resource?: string): Row[] {
    const found =
      resource === undefined ? this.#values(sql.BY_TERM, term) : this.#values(sql.BY_TERM_OF, term, resource);
    return found.map((row) => rowOf(row));
  }

  revisionsByTerm(term: string, resource: string): number[] {
    const [found] = this.#values(sql.REVISIONS_BY_TERM, term, resource);
    return JSON.parse(found?.[0] as string) as number[];
  }

  resources(): string[] {
    return this.#rows<{ resource: string }>(sql.RESOURCES).map((row) => row.resource);
  }

  changes(after: number, limit: number): LogEvent[] {
    if (after >= this.head) return [];
    return this.#recent.after(after, limit) ?? this.#values(sql.CHANGES, after, limit).map(logEventOf);
  }

  changesOf(resource: string, after: number, limit: number): LogEvent[] {
    return this.#values(sql.CHANGES_OF, after, resource, limit).map(logEventOf);
  }

  event(rev: number): LogEvent | undefined {
    return this.#recent.get(rev) ?? this.#values(sql.EVENT, rev).map(logEventOf)[0];
  }

  latest(key: Key): LogEvent | undefined {
    return this.#values(sql.LATEST, key.resource, pathOf(key)).map(logEventOf)[0];
  }

  revisionAt(time: number): number {
    let found = 0;
    let low = 1;
    let high = this.head;
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const event = this.#rows<{ rev: number; at: number }>(sql.AT_OR_BEFORE, middle)[0];
      if (event === undefined || event.at <= time) {
        found = event?.rev ?? found;
        low = middle + 1;
      } else {
        high = event.rev - 1;
      }
    }
    return time >= this.#compacted.at ? Math.max(found, this.compacted) : found;
  }

  compact(rev: number): void {
    this.#transactions.refuseInside('compaction');
    const target = Math.min(rev, this.head);
    const from = this.compacted;
    if (target <= from) return;
    const { tip } = this.#transactions;
    const at = this.#rows<{ at: number }>(sql.AT_OR_BEFORE, target)[0]?.at ?? this.#compacted.at;
    let { bytes } = tip;
    this.#store.transactionSync(() => {
      // Superseded states first: the deletes, which go next, are what names some of them.
      for (const query of [sql.COMPACT_SUPERSEDED, sql.COMPACT_DELETES]) {
        for (const dropped of this.#rows<{ bytes: number }>(query, from, target)) bytes -= dropped.bytes;
      }
      this.#rows(sql.SET_META, 'compacted', target);
      this.#rows(sql.SET_META, 'compactedAt', at);
      this.#saveBytes(bytes, tip.head);
    });
    this.#recent.compact(target);
    this.#transactions.tip = { ...tip, bytes };
    this.#compacted = { rev: target, at };
  }

  forget(): void {
    this.#live.clear();
    this.#empty.clear();
    this.#recent.clear();
  }

  bytes(): number {
    return this.#transactions.tip.bytes;
  }

  rebuild(terms: (row: Row) => readonly string[]): void {
    this.#transactions.refuseInside('rebuild');
    this.forget();
    this.#store.transactionSync(() => {
      this.#rows(sql.CLEAR_OBJECTS);
      this.#rows(sql.CLEAR_TERMS);
      let page: Row[];
      let last: Row | undefined;
      do {
        page = this.#values(sql.FOLD, last?.resource ?? '', last ? pathOf(last) : '', PAGE).map((row) => rowOf(row));
        for (const row of page) this.#project(row.resource, pathOf(row), row.rev, '[]', JSON.stringify(terms(row)));
        last = page.at(-1);
      } while (page.length === PAGE);
    });
  }

  subscribe(listener: (events: readonly LogEvent[]) => void): () => void {
    return this.#transactions.subscribe(listener);
  }

  /** What one of two queries answers: of what is live, or of what was at the range's revision. */
  #range(range: Range, live: string, past: string): SqlValue[][] {
    const { resource, rev, limit = -1 } = range;
    const { low, high } = boundsOf(range);
    if (rev !== undefined && rev < this.head) return this.#values(past, resource, low, high, rev, limit);
    if (this.#empty.has(resource, low)) return [];
    const found = this.#values(live, resource, low, high, limit);
    const none = found.length === 0 || (live === sql.COUNT && found[0]?.[0] === 0);
    if (none && limit !== 0 && range.after === undefined) this.#empty.add(resource, low);
    return found;
  }

  #append(command: Command): Appended {
    return command.verb === 'create' ? this.#create(command) : this.#supersede(command);
  }

  /** The projection's unique key is the check: a name that is free costs no read. */
  #create(command: Command): Appended {
    const { resource } = command;
    const path = pathOf(command);
    const event = eventOf(command, this.#transactions.tip);
    const terms = JSON.stringify(command.terms);
    if (!written(this.#store, sql.NEW_OBJECT, resource, path, event.rev, terms)) {
      return { ok: false, actual: this.#liveRow(command)?.row.rev ?? 0 };
    }
    try {
      this.#insert(event, path);
    } catch (error) {
      // A text too large for a row, say.
      this.#rows(sql.DROP_OBJECT, resource, path);
      throw error;
    }
    this.#replaceTerms(resource, path, '[]', terms);
    this.#live.put(path, { row: rowOfEvent(event), terms });
    this.#empty.created(resource);
    return this.#done(event);
  }

  #supersede(command: Command): Appended {
    const { resource } = command;
    const path = pathOf(command);
    const live = this.#liveRow(command);
    const actual = live?.row.rev ?? 0;
    if (live === undefined || actual !== command.expected) return { ok: false, actual };

    const event = eventOf(command, this.#transactions.tip);
    // First, since a text that is too large for a row is refused here, before anything else is written.
    this.#insert(event, path);
    if (event.verb === 'delete') {
      this.#rows(sql.DROP_OBJECT, resource, path);
      this.#replaceTerms(resource, path, live.terms, '[]');
      this.#live.delete(resource, path);
    } else {
      const terms = JSON.stringify(command.terms);
      this.#project(resource, path, event.rev, live.terms, terms);
      this.#live.put(path, { row: rowOfEvent(event), terms });
    }
    return this.#done(event);
  }

  #insert(event: LogEvent, path: string): void {
    const { rev, at, actor, agent, cause, verb, resource, uid, previous, object } = event;
    this.#rows(sql.INSERT, rev, at, actor, agent, cause, verb, resource, path, uid, previous, object);
  }

  #done(event: LogEvent): Appended {
    this.#transactions.add(event, this.#utf8.of(event.object));
    this.#recent.add(event);
    if (event.rev % SAVE_EVERY === 0) this.#saveBytes(this.bytes(), event.rev);
    return { ok: true, event };
  }

  #liveRow(key: Key): LiveRow | undefined {
    const path = pathOf(key);
    const held = this.#live.get(key.resource, path);
    if (held !== undefined) return held;
    const found = this.#rows<Stored & { terms: string }>(sql.GET, key.resource, path)[0];
    if (found === undefined) return undefined;
    const read = { row: storedRow(key, found), terms: found.terms };
    this.#live.put(path, read);
    return read;
  }

  /** Makes an event the live state of its path. */
  #project(resource: string, path: string, rev: number, oldTerms: string, newTerms: string): void {
    this.#rows(sql.PUT_OBJECT, resource, path, rev, newTerms);
    this.#replaceTerms(resource, path, oldTerms, newTerms);
  }

  #replaceTerms(resource: string, path: string, oldTerms: string, newTerms: string): void {
    if (oldTerms === newTerms) return;
    for (const term of JSON.parse(oldTerms) as string[]) this.#rows(sql.DROP_TERM, term, resource, path);
    for (const term of JSON.parse(newTerms) as string[]) this.#rows(sql.PUT_TERM, term, resource, path);
  }

  #saveBytes(bytes: number, rev: number): void {
    this.#rows(sql.SET_META, 'bytes', bytes);
    this.#rows(sql.SET_META, 'bytesRev', rev);
  }

  #rows<T extends object>(query: string, ...bindings: unknown[]): T[] {
    return rows<T>(this.#store, query, ...bindings);
  }

  #values(query: string, ...bindings: unknown[]): SqlValue[][] {
    return values(this.#store, query, ...bindings);
  }
}

type Stored = Pick<Row, 'rev' | 'uid' | 'object'>;

function storedRow({ resource, namespace, name }: Key, { rev, uid, object }: Stored): Row {
  return { resource, namespace, name, rev, uid, object };
}

function rowOfEvent(event: LogEvent): Row {
  return storedRow(event, event);
}

/** The columns of `ROW`; those of all resources end with the resource. */
function rowOf(columns: SqlValue[], known?: string): Row {
  const [path, rev, uid, object, resource] = columns as [string, number, string, string, string];
  const { namespace, name } = namesOf(path);
  return { resource: known ?? resource, namespace, name, rev, uid, object };
}

type EventColumns = [number, number, string, string, number, Verb, string, string, string, number, string];

/** The columns of `EVENT_COLUMNS`. */
function logEventOf(columns: SqlValue[]): LogEvent {
  const [rev, at, actor, agent, cause, verb, resource, path, uid, previous, object] = columns as EventColumns;
  const { namespace, name } = namesOf(path);
  return { rev, at, actor, agent, cause, verb, resource, namespace, name, uid, previous, object };
}
