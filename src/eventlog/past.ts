// The two ways to the present: the events after a revision, or the state of now and then the events after it.
// Both may be read slowly: writes in between are told at the end, as events.

import { FrameWriter } from './frames.ts';
import type { EventLog, Row } from './log.ts';
import { CompactedError, pages } from './pages.ts';
import type { Parse, Past, Watcher } from './watcher.ts';
import { parseText } from './watcher.ts';

const EVENTS_AT_ONCE = 64;
/** Characters of frames in one batch; a larger single frame is a batch of its own. */
const BATCH = 256 * 1024;

/** The events after a revision, in order, until there are no more. Throws CompactedError where some of them are gone. */
export class PastEvents implements Past {
  readonly #log: EventLog;
  readonly #watcher: Watcher;
  readonly #parse: Parse;
  #seen: number;

  constructor(log: EventLog, watcher: Watcher, after: number, parse: Parse = parseText) {
    this.#log = log;
    this.#watcher = watcher;
    this.#parse = parse;
    this.#seen = after;
  }

  get seen(): number {
    return this.#seen;
  }

  *[Symbol.iterator](): Generator<string, void, void> {
    const log = this.#log;
    while (this.#seen < log.head) {
      if (this.#seen < log.compacted) throw new CompactedError(`compacted up to ${log.compacted}`);
      const { head } = log;
      const events = log.changesOf(this.#watcher.resource, this.#seen, EVENTS_AT_ONCE);
      const writer = new FrameWriter(log, this.#parse);
      let batch = '';
      let seen = events.length < EVENTS_AT_ONCE ? head : this.#seen;
      for (const event of events) {
        batch += writer.frame(event, this.#watcher);
        if (events.length === EVENTS_AT_ONCE || batch.length >= BATCH) seen = event.rev;
        if (batch.length >= BATCH) break;
      }
      // Before the batch is given: who stops here goes on behind it.
      this.#seen = seen;
      if (batch !== '') yield batch;
    }
  }
}

/** The present state as ADDED frames, in the order of lists; then the events after it. */
export class PresentState implements Past {
  readonly #log: EventLog;
  readonly #watcher: Watcher;
  readonly #parse: Parse;
  readonly #mark: (revision: number) => string;
  #events: PastEvents | undefined;

  /** `mark` gives the frame that ends the state, which is the one at a revision; '' for none. */
  constructor(
    log: EventLog,
    watcher: Watcher,
    parse: Parse = parseText,
    mark: (revision: number) => string = () => '',
  ) {
    this.#log = log;
    this.#watcher = watcher;
    this.#parse = parse;
    this.#mark = mark;
  }

  get seen(): number | undefined {
    return this.#events?.seen;
  }

  *[Symbol.iterator](): Generator<string, void, void> {
    const log = this.#log;
    const { head } = log;
    const writer = new FrameWriter(log, this.#parse);
    let batch = '';
    for (const page of this.#pages()) {
      for (const row of page) {
        batch += writer.initial(row, this.#watcher);
        if (batch.length < BATCH) continue;
        yield batch;
        batch = '';
      }
    }
    batch += this.#mark(head);
    if (batch !== '') yield batch;
    this.#events = new PastEvents(log, this.#watcher, head, this.#parse);
    yield* this.#events;
  }

  #pages(): Iterable<Row[]> {
    const { resource, namespace, name } = this.#watcher;
    if (namespace === undefined || name === undefined) {
      return pages(this.#log, { resource, ...(namespace !== undefined && { namespace }) });
    }
    const row = this.#log.get({ resource, namespace, name });
    return row === undefined ? [] : [[row]];
  }
}
