// The event log: the port that its in-memory and its Durable Object implementation share, with one contract suite.
// It knows keys and bytes, never kinds.
//
// 1. Revisions are 1, 2, 3 …: one sequence for the whole log; an append takes the next one.
// 2. `append` is the only write. What it refuses changes nothing.
// 3. The live state is the fold of the events: for each key the last event, unless that is a delete.
// 4. A read at revision R sees the state after the events up to R, for every R from `compacted` to `head`.
// 5. Compaction at C keeps, of the events up to C, the last one of each key, unless that is a delete.
// 6. Time never goes back: an append that is stamped earlier than the one before it takes that one's time.

export type Verb = 'create' | 'update' | 'delete';

export interface Key {
  /** `pods`, `deployments.apps`. */
  readonly resource: string;
  /** `''` for cluster-scoped resources. */
  readonly namespace: string;
  readonly name: string;
}

/** Who wrote, and because of what. */
export interface Origin {
  /** User name. */
  readonly actor: string;
  /** User agent. */
  readonly agent: string;
  /** The revision that led to this write, 0 where a request did. */
  readonly cause: number;
}

export interface LogEvent extends Key, Origin {
  readonly rev: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly verb: Verb;
  readonly uid: string;
  /** Whole state after the change (of a delete: the last state), as the text that is served. */
  readonly object: string;
  /** Revision of the state before; 0 for a create. */
  readonly previous: number;
}

/** A live (or once live) object: the part of its last event that reads need. */
export interface Row extends Key {
  readonly rev: number;
  readonly uid: string;
  readonly object: string;
}

export interface Command extends Key, Origin {
  readonly verb: Verb;
  readonly uid: string;
  readonly at: number;
  /** The revision the key is at now; 0: it must not exist. */
  readonly expected: number;
  /** Writes the text for the revision that the append takes. */
  object(rev: number): string;
  /** Index terms of the new state (ignored for a delete): `owner:UID`, `node:NAME`. */
  readonly terms: readonly string[];
}

export type Appended =
  | { readonly ok: true; readonly event: LogEvent }
  /** `actual`: the revision the key is at; 0 where it does not exist. */
  | { readonly ok: false; readonly actual: number };

export interface Range {
  readonly resource: string;
  /** One namespace; absent: all. */
  readonly namespace?: string;
  /** Start behind this key (exclusive), in the order of `list`. */
  readonly after?: { readonly namespace: string; readonly name: string };
  /** Default: no bound. */
  readonly limit?: number;
  /** State at this revision. Default: now. */
  readonly rev?: number;
}

/** A value that is not a promise: `transaction(async () => …)` is a type error. */
export type Sync<T> = T extends PromiseLike<unknown> ? never : T;

export interface EventLog {
  /** The newest revision; 0 for an empty log. */
  readonly head: number;
  /** Reads and watches below this revision are refused by callers (410). 0: nothing is compacted. */
  readonly compacted: number;
  /** How many transactions were undone. After one, a revision may stand for another state than it did inside it. */
  readonly undone: number;

  /**
   * Runs `body` so that all its appends happen or, where it throws, none. May be nested: a throw in an inner one undoes
   * the inner one alone. Listeners hear of the events after the outermost one has ended.
   */
  transaction<T>(body: () => Sync<T>): T;

  /** Refuses when the key is not at `expected`. */
  append(command: Command): Appended;

  /** The object at a revision (default: now). */
  get(key: Key, rev?: number): Row | undefined;
  /** In the order of the text `namespace/name`, by code unit, as etcd's keys are (`a-1/x`, `a/x`, `a0/x`). Bounded by `limit`. */
  list(range: Range): Row[];
  /** How many `list` would give, without reading them. */
  count(range: Range): number;
  /** The revisions of the rows that `list` would give, in its order, without reading their texts. */
  revisions(range: Range): number[];
  /** The states after these events, in this order. Those that are compacted are left out. */
  rows(revisions: readonly number[]): Row[];
  /** Live objects that carry the term, of one resource or of all, in the order of resource, then of `list`. */
  byTerm(term: string, resource?: string): Row[];
  /** The revisions of the rows that `byTerm` would give, in its order, without reading their texts. */
  revisionsByTerm(term: string, resource: string): number[];
  /** Resources that have live objects, sorted. */
  resources(): string[];

  /** Events with a revision above `after`, in order, at most `limit`. */
  changes(after: number, limit: number): LogEvent[];
  /** Events of one resource, likewise. */
  changesOf(resource: string, after: number, limit: number): LogEvent[];
  /** One event; undefined if it never was or is compacted. */
  event(rev: number): LogEvent | undefined;
  /** The newest event of a key that is held: of one that is gone its delete, until that is compacted. */
  latest(key: Key): LogEvent | undefined;
  /** Newest revision at or before a time (milliseconds); 0, or a revision below `compacted`, where that lies before what is kept. */
  revisionAt(time: number): number;

  /** Drops what rule 5 lets go. `rev` is bounded to head. Not inside a transaction. */
  compact(rev: number): void;
  /** UTF-8 bytes of the object texts held. */
  bytes(): number;

  /** Lets go of copies in memory: what is read next comes from the store. */
  forget(): void;

  /** Throws away the projections and folds the events again. `terms` gives a state's index terms. Not inside a transaction. */
  rebuild(terms: (row: Row) => readonly string[]): void;

  /** Called with the events of each outermost transaction, in order, after it has ended. Returns the way to stop. */
  subscribe(listener: (events: readonly LogEvent[]) => void): () => void;
}
