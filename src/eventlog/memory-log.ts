// The event log in memory: for tests and simulations.
//
// Example: create a, create b, update a leaves
//   #entries            1 create a · 2 create b · 3 update a
//   #chains  path '/a'  [1, 3]
//            path '/b'  [2]
// The live state is the last entry of each chain, unless that is a delete; the state at revision 2 is the last one of
// each chain at or before 2. Undoing a transaction takes entries off both ends again.

import { checkCommand, eventOf } from './command.ts';
import type { Appended, Command, EventLog, Key, LogEvent, Range, Row, Sync } from './log.ts';
import { boundsOf, pathOf } from './path.ts';
import { firstIndex } from './sorted.ts';
import { Transactions } from './transactions.ts';
import { Utf8Length } from './utf8-length.ts';

interface Entry {
  readonly event: LogEvent;
  readonly path: string;
  readonly bytes: number;
  terms: readonly string[];
}

/** The chains of one resource, and their paths in order. */
interface Chains {
  readonly paths: string[];
  readonly byPath: Map<string, Entry[]>;
}

export class MemoryLog implements EventLog {
  readonly #transactions = new Transactions({ head: 0, at: 0, bytes: 0 });
  readonly #utf8 = new Utf8Length();
  readonly #chains = new Map<string, Chains>();
  readonly #terms = new Map<string, Set<Entry>>();
  #entries: Entry[] = [];
  #compacted = { rev: 0, at: 0 };

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
    return this.#transactions.run(() => {
      const mark = this.head;
      try {
        return body();
      } catch (error) {
        this.#undo(mark);
        throw error;
      }
    });
  }

  append(command: Command): Appended {
    checkCommand(command);
    const path = pathOf(command);
    const live = this.#live(command.resource, path);
    const actual = live?.event.rev ?? 0;
    if (actual !== command.expected) return { ok: false, actual };

    const event = eventOf(command, this.#transactions.tip);
    const bytes = this.#utf8.of(event.object);
    const entry: Entry = { event, path, bytes, terms: event.verb === 'delete' ? [] : [...command.terms] };
    this.#transactions.run(() => {
      if (live !== undefined) this.#unlink(live);
      this.#entries.push(entry);
      this.#chain(event.resource, path).push(entry);
      this.#link(entry);
      this.#transactions.add(event, bytes);
    });
    return { ok: true, event };
  }

  get(key: Key, rev = this.head): Row | undefined {
    const entry = entryAt(this.#chains.get(key.resource)?.byPath.get(pathOf(key)), rev);
    return entry && rowOf(entry);
  }

  list(range: Range): Row[] {
    return this.#select(range).map(rowOf);
  }

  count(range: Range): number {
    return this.#select(range).length;
  }

  revisions(range: Range): number[] {
    return this.#select(range).map((entry) => entry.event.rev);
  }

  rows(revisions: readonly number[]): Row[] {
    return revisions.flatMap((rev) => {
      const event = this.event(rev);
      return event === undefined ? [] : [rowOf({ event })];
    });
  }

  byTerm(term: string, resource?: string): Row[] {
    return [...(this.#terms.get(term) ?? [])]
      .filter((entry) => resource === undefined || entry.event.resource === resource)
      .sort((a, b) => compare(a.event.resource, b.event.resource) || compare(a.path, b.path))
      .map(rowOf);
  }

  revisionsByTerm(term: string, resource: string): number[] {
    return this.byTerm(term, resource).map(({ rev }) => rev);
  }

  resources(): string[] {
    const live = (chains: Chains): boolean => chains.paths.some((path) => entryAt(chains.byPath.get(path), this.head));
    return [...this.#chains]
      .filter(([, chains]) => live(chains))
      .map(([resource]) => resource)
      .sort(compare);
  }

  changes(after: number, limit: number): LogEvent[] {
    const start = firstIndex(this.#entries, (entry) => entry.event.rev > after);
    return this.#entries.slice(start, start + limit).map((entry) => entry.event);
  }

  changesOf(resource: string, after: number, limit: number): LogEvent[] {
    const found: LogEvent[] = [];
    for (
      let i = firstIndex(this.#entries, (entry) => entry.event.rev > after);
      i < this.#entries.length && found.length < limit;
      i++
    ) {
      const event = this.#entries[i]?.event;
      if (event?.resource === resource) found.push(event);
    }
    return found;
  }

  event(rev: number): LogEvent | undefined {
    const event = this.#entries[firstIndex(this.#entries, (entry) => entry.event.rev >= rev)]?.event;
    return event?.rev === rev ? event : undefined;
  }

  latest(key: Key): LogEvent | undefined {
    return this.#chains.get(key.resource)?.byPath.get(pathOf(key))?.at(-1)?.event;
  }

  revisionAt(time: number): number {
    const kept = this.#entries[firstIndex(this.#entries, (entry) => entry.event.at > time) - 1]?.event.rev ?? 0;
    return time >= this.#compacted.at ? Math.max(kept, this.#compacted.rev) : kept;
  }

  compact(rev: number): void {
    this.#transactions.refuseInside('compaction');
    const target = Math.min(rev, this.head);
    if (target <= this.compacted) return;
    const at = this.#entries[firstIndex(this.#entries, (entry) => entry.event.rev > target) - 1]?.event.at ?? 0;
    const keeps = (entry: Entry): boolean =>
      entry.event.rev > target ||
      entryAt(this.#chains.get(entry.event.resource)?.byPath.get(entry.path), target) === entry;
    const dropped = new Set(this.#entries.filter((entry) => !keeps(entry)));
    for (const entry of dropped) this.#removeFromChain(entry, dropped);
    this.#entries = this.#entries.filter((entry) => !dropped.has(entry));
    this.#compacted = { rev: target, at };
    const { tip } = this.#transactions;
    let { bytes } = tip;
    for (const entry of dropped) bytes -= entry.bytes;
    this.#transactions.tip = { ...tip, bytes };
  }

  forget(): void {
    // Memory is its store.
  }

  bytes(): number {
    return this.#transactions.tip.bytes;
  }

  rebuild(terms: (row: Row) => readonly string[]): void {
    this.#transactions.refuseInside('rebuild');
    this.#terms.clear();
    for (const chains of this.#chains.values()) {
      for (const chain of chains.byPath.values()) {
        const live = entryAt(chain, this.head);
        if (live === undefined) continue;
        live.terms = [...terms(rowOf(live))];
        this.#link(live);
      }
    }
  }

  subscribe(listener: (events: readonly LogEvent[]) => void): () => void {
    return this.#transactions.subscribe(listener);
  }

  #select(range: Range): Entry[] {
    const chains = this.#chains.get(range.resource);
    if (chains === undefined) return [];
    const { low, high } = boundsOf(range);
    const rev = range.rev ?? this.head;
    const limit = range.limit ?? Infinity;
    const found: Entry[] = [];
    for (let i = firstIndex(chains.paths, (path) => path > low); i < chains.paths.length && found.length < limit; i++) {
      const path = chains.paths[i] ?? high;
      if (path >= high) break;
      const entry = entryAt(chains.byPath.get(path), rev);
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  #live(resource: string, path: string): Entry | undefined {
    return entryAt(this.#chains.get(resource)?.byPath.get(path), this.head);
  }

  /** The chain of a path, made where it is the first of it. */
  #chain(resource: string, path: string): Entry[] {
    let chains = this.#chains.get(resource);
    if (chains === undefined) this.#chains.set(resource, (chains = { paths: [], byPath: new Map() }));
    let chain = chains.byPath.get(path);
    if (chain === undefined) {
      chains.byPath.set(path, (chain = []));
      chains.paths.splice(
        firstIndex(chains.paths, (other) => other > path),
        0,
        path,
      );
    }
    return chain;
  }

  #removeFromChain(entry: Entry, dropped: ReadonlySet<Entry>): void {
    const chains = this.#chains.get(entry.event.resource);
    const chain = chains?.byPath.get(entry.path)?.filter((other) => !dropped.has(other));
    if (chains === undefined || chain === undefined) return;
    if (chain.length > 0) {
      chains.byPath.set(entry.path, chain);
      return;
    }
    chains.byPath.delete(entry.path);
    chains.paths.splice(
      firstIndex(chains.paths, (path) => path >= entry.path),
      1,
    );
  }

  #undo(mark: number): void {
    for (
      let entry = this.#entries.at(-1);
      entry !== undefined && entry.event.rev > mark;
      entry = this.#entries.at(-1)
    ) {
      this.#entries.pop();
      this.#unlink(entry);
      const { resource } = entry.event;
      this.#removeFromChain(entry, new Set([entry]));
      const before = this.#chains.get(resource)?.byPath.get(entry.path)?.at(-1);
      if (before !== undefined) this.#link(before);
    }
  }

  #link(entry: Entry): void {
    for (const term of entry.terms) {
      const entries = this.#terms.get(term);
      if (entries === undefined) this.#terms.set(term, new Set([entry]));
      else entries.add(entry);
    }
  }

  #unlink(entry: Entry): void {
    for (const term of entry.terms) {
      const entries = this.#terms.get(term);
      entries?.delete(entry);
      if (entries?.size === 0) this.#terms.delete(term);
    }
  }
}

/** The state of a chain at a revision; undefined where there was none yet or it was deleted. */
function entryAt(chain: readonly Entry[] | undefined, rev: number): Entry | undefined {
  for (let i = (chain?.length ?? 0) - 1; i >= 0; i--) {
    const entry = chain?.[i];
    if (entry !== undefined && entry.event.rev <= rev) return entry.event.verb === 'delete' ? undefined : entry;
  }
  return undefined;
}

function rowOf({ event }: Pick<Entry, 'event'>): Row {
  return {
    resource: event.resource,
    namespace: event.namespace,
    name: event.name,
    rev: event.rev,
    uid: event.uid,
    object: event.object,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
