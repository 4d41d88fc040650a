// What watchers are told of events.
//
// A watcher with a matcher sees the objects that match as if there were no others: an update by which an object comes
// to match is ADDED, one by which it ceases to is DELETED, with the last state that matched under the new revision.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go.

import type { EventLog, Key, LogEvent, Row } from './log.ts';
import { CompactedError } from './pages.ts';
import type { Parse, Watcher } from './watcher.ts';

type FrameType = 'ADDED' | 'MODIFIED' | 'DELETED';

const TYPES = { create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' } as const;

/** Writes frames for one batch of events, each part of the work once for all watchers. */
export class FrameWriter {
  readonly #log: EventLog;
  readonly #parse: Parse;
  readonly #plain = new Map<number, string>();
  readonly #parsed = new Map<number, unknown>();

  constructor(log: EventLog, parse: Parse) {
    this.#log = log;
    this.#parse = parse;
  }

  /** The frame of an event, newline included; '' where it is not for this watcher. */
  frame(event: LogEvent, watcher: Watcher): string {
    if (!covers(watcher, event)) return '';
    const { match } = watcher;
    if (match === undefined) {
      if (watcher.transform !== undefined) return frameOf(TYPES[event.verb], event.object, watcher);
      let frame = this.#plain.get(event.rev);
      if (frame === undefined) this.#plain.set(event.rev, (frame = frameOf(TYPES[event.verb], event.object, watcher)));
      return frame;
    }
    const matches = match(this.#object(event));
    // A deletion's text is the last state: what it matches, that state matched.
    if (event.verb !== 'update') return matches ? frameOf(TYPES[event.verb], event.object, watcher) : '';
    const before = this.#before(event);
    const matched = match(this.#object(before));
    if (matches) return frameOf(matched ? 'MODIFIED' : 'ADDED', event.object, watcher);
    return matched ? frameOf('DELETED', withRevision(this.#object(before), event.rev), watcher) : '';
  }

  /** The frame of a state that a new watcher finds; '' where it is not for it. */
  initial(row: Row, watcher: Watcher): string {
    if (!covers(watcher, row) || (watcher.match !== undefined && !watcher.match(this.#parse(row)))) return '';
    return frameOf('ADDED', row.object, watcher);
  }

  #object(row: Pick<Row, 'rev' | 'object'>): unknown {
    let object = this.#parsed.get(row.rev);
    if (object === undefined) this.#parsed.set(row.rev, (object = this.#parse(row)));
    return object;
  }

  #before(event: LogEvent): LogEvent {
    const before = this.#log.event(event.previous);
    if (before === undefined)
      throw new CompactedError(`event ${event.rev}: the one before it, ${event.previous}, is gone`);
    return before;
  }
}

function covers(watcher: Watcher, key: Key): boolean {
  return (
    watcher.resource === key.resource &&
    (watcher.namespace === undefined || watcher.namespace === key.namespace) &&
    (watcher.name === undefined || watcher.name === key.name)
  );
}

function frameOf(type: FrameType, text: string, { transform }: Watcher): string {
  return `{"type":"${type}","object":${transform === undefined ? text : transform(text)}}\n`;
}

function withRevision(object: unknown, rev: number): string {
  const before = object as { readonly metadata: object };
  return JSON.stringify({ ...before, metadata: { ...before.metadata, resourceVersion: String(rev) } });
}
