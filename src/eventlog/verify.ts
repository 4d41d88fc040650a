// Proves that the live projections are the fold of the events.

import type { EventLog, Row } from './log.ts';
import { Utf8Length } from './utf8-length.ts';
import { pathOf } from './path.ts';
import { pages } from './pages.ts';

export interface Difference {
  /** What differs: `pods default/web`, `term owner:UID`, `bytes`. */
  readonly what: string;
  /** What the events say; undefined: nothing of the kind. */
  readonly folded: string | undefined;
  /** What the projection says, likewise. */
  readonly live: string | undefined;
}

const EVENTS_AT_ONCE = 500;

/**
 * Differences between the projections and a fold of all events that are held; none: the log is sound. Reads the whole log:
 * for tests and for the `verify` command. `terms` gives a state's index terms, as in `rebuild`.
 */
export function verify(log: EventLog, terms: (row: Row) => readonly string[]): Difference[] {
  log.forget();
  const { states, known, bytes } = fold(log, terms);
  const differences: Difference[] = [];
  const compare = (what: string, folded: string | undefined, live: string | undefined): void => {
    if (folded !== live) differences.push({ what, folded, live });
  };

  const live = new Map<string, string>();
  for (const resource of log.resources()) {
    for (const page of pages(log, { resource })) for (const row of page) live.set(keyText(row), stateText(row));
  }
  for (const key of new Set([...states.keys(), ...live.keys()])) compare(key, states.get(key)?.text, live.get(key));

  const carriers = new Map<string, string[]>([...known].map((term) => [term, []]));
  for (const [key, state] of states) for (const term of state.terms) carriers.get(term)?.push(key);
  for (const [term, keys] of carriers) {
    compare(`term ${term}`, keys.sort().join(', '), log.byTerm(term).map(keyText).sort().join(', '));
  }
  compare('bytes', String(bytes), String(log.bytes()));
  return differences;
}

interface Fold {
  /** By key: the live state, and the terms that it should carry. */
  readonly states: Map<string, { readonly text: string; readonly terms: ReadonlySet<string> }>;
  /** Every term that any held state ever carried: a stale row can only be of one of them. */
  readonly known: Set<string>;
  readonly bytes: number;
}

function fold(log: EventLog, terms: (row: Row) => readonly string[]): Fold {
  const states: Fold['states'] = new Map();
  const known = new Set<string>();
  const utf8 = new Utf8Length();
  let bytes = 0;
  let after = 0;
  for (;;) {
    const events = log.changes(after, EVENTS_AT_ONCE);
    for (const event of events) {
      bytes += utf8.of(event.object);
      const carried = new Set(terms(event));
      for (const term of carried) known.add(term);
      if (event.verb === 'delete') states.delete(keyText(event));
      else states.set(keyText(event), { text: stateText(event), terms: carried });
      after = event.rev;
    }
    if (events.length < EVENTS_AT_ONCE) return { states, known, bytes };
  }
}

function keyText(row: Row): string {
  return `${row.resource} ${pathOf(row)}`;
}

/** Revision and uid stand for the text: each revision has one text for ever. */
function stateText(row: Row): string {
  return `revision ${row.rev}, uid ${row.uid}`;
}
