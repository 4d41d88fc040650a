// Events as components record them: a repeat of the same one raises its count.
// Models kubernetes staging/src/k8s.io/client-go/tools/record (recorder and events_cache), without its rate limits.

import type { EventInput } from '../api/client.ts';
import type { Draft } from '../api/object.ts';
import type { Event } from '../api/types/core-v1.ts';
import { formatMicroTime, formatTime } from '../lib/clock.ts';

/** Events that may still be counted up; the oldest are forgotten first, as upstream's LRU does. */
const REMEMBERED = 4096;

export interface EventSource {
  /** `deployment-controller`. */
  readonly component: string;
  readonly host: string;
}

export interface Recorded {
  readonly namespace: string;
  readonly name: string;
}

/** Remembers which Event a repeat belongs to. In memory alone: after a restart a repeat is a new Event, as upstream's is. */
export class EventCorrelator {
  readonly #names = new Map<string, Recorded>();

  find(source: EventSource, input: EventInput): Recorded | undefined {
    return this.#names.get(keyOf(source, input));
  }

  remember(source: EventSource, input: EventInput, recorded: Recorded): void {
    const key = keyOf(source, input);
    this.#names.delete(key);
    this.#names.set(key, recorded);
    if (this.#names.size <= REMEMBERED) return;
    const oldest = this.#names.keys().next();
    if (oldest.done !== true) this.#names.delete(oldest.value);
  }
}

function keyOf(source: EventSource, { regarding, type, reason, message, fieldPath = '' }: EventInput): string {
  return [source.component, source.host, regarding.kind, regarding.metadata.uid, fieldPath, type, reason, message].join(
    '\0',
  );
}

/** A new Event. `sequence` keeps names of the same millisecond apart. */
export function newEvent(source: EventSource, input: EventInput, now: number, sequence: number): Draft<Event> {
  const { regarding, type, reason, message, fieldPath } = input;
  const { name, namespace = '', uid, resourceVersion } = regarding.metadata;
  const time = formatTime(now);
  const reporter =
    input.action === undefined
      ? {
          source: { component: source.component, ...(source.host === '' ? {} : { host: source.host }) },
          firstTimestamp: time,
          lastTimestamp: time,
          count: 1,
          eventTime: null as unknown as string,
          reportingInstance: source.host,
        }
      : { eventTime: formatMicroTime(now), action: input.action, reportingInstance: source.component };
  const stamp = (BigInt(now) * 1_000_000n + BigInt(sequence % 1_000_000)).toString(16);
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: `${name}.${stamp}`, namespace: namespace === '' ? 'default' : namespace },
    involvedObject: {
      kind: regarding.kind,
      ...(namespace === '' ? {} : { namespace }),
      name,
      uid,
      apiVersion: regarding.apiVersion,
      ...((resourceVersion as string | undefined) === undefined ? {} : { resourceVersion }),
      ...(fieldPath === undefined ? {} : { fieldPath }),
    },
    reason,
    message,
    type,
    reportingComponent: source.component,
    ...reporter,
  };
}
