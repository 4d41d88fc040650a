// The event log as the component runtime reads it: objects are parsed only where a component looks.

import type { KubeObject } from '../api/object.ts';
import type { ResourceName } from '../api/resources.ts';
import type { Feed, FeedEvent } from '../controllers/runtime/ports.ts';
import type { EventLog, LogEvent } from '../eventlog/log.ts';

export function createFeed(log: EventLog): Feed {
  return {
    get head() {
      return log.head;
    },
    get compacted() {
      return log.compacted;
    },
    changesAfter: (rev, limit) => log.changes(rev, limit).map((event) => feedEvent(log, event)),
  };
}

function feedEvent(log: EventLog, event: LogEvent): FeedEvent {
  let object: KubeObject | undefined;
  let old: KubeObject | undefined;
  return {
    rev: event.rev,
    at: event.at,
    resource: event.resource as ResourceName,
    verb: event.verb,
    namespace: event.namespace,
    name: event.name,
    text: event.object,
    object: () => (object ??= JSON.parse(event.object) as KubeObject),
    old: () => {
      if (event.previous === 0) return undefined;
      const before = log.event(event.previous)?.object;
      return (old ??= before === undefined ? undefined : (JSON.parse(before) as KubeObject));
    },
  };
}
