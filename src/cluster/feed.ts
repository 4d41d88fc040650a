// The event log as the component runtime reads it: objects are parsed only where a component looks.

import type { KubeObject } from '../api/object.ts';
import type { ResourceName } from '../api/resources.ts';
import type { Notice } from '../controllers/runtime/component.ts';
import type { Feed, FeedEvent } from '../controllers/runtime/ports.ts';
import type { EventLog, LogEvent, Row } from '../eventlog/log.ts';

/** May give shared, cached objects. */
type Parse = (row: Pick<Row, 'rev' | 'object'>) => KubeObject;

export function createFeed(log: EventLog, parse: Parse): Feed {
  return {
    get head() {
      return log.head;
    },
    get compacted() {
      return log.compacted;
    },
    changesAfter: (rev, limit) => log.changes(rev, limit).map((event) => feedEvent(log, parse, event)),
  };
}

/** What components ask of an event before it is parsed. */
export function noticeOf(log: EventLog, event: LogEvent): Notice {
  return {
    resource: event.resource as ResourceName,
    verb: event.verb,
    text: event.object,
    isOwner: () => log.byTerm(`owner:${event.uid}`).length > 0,
    isNamespaceEnding: () => {
      const { namespace: name } = event;
      const namespace = name === '' ? undefined : log.get({ resource: 'namespaces', namespace: '', name });
      return namespace?.object.includes('"deletionTimestamp"') === true;
    },
    namespaceHolds: (resource) =>
      event.namespace !== '' && log.count({ resource, namespace: event.namespace, limit: 1 }) > 0,
  };
}

function feedEvent(log: EventLog, parse: Parse, event: LogEvent): FeedEvent {
  return {
    ...noticeOf(log, event),
    rev: event.rev,
    at: event.at,
    namespace: event.namespace,
    name: event.name,
    object: () => parse(event),
    old: () => {
      const before = event.previous === 0 ? undefined : log.event(event.previous);
      return before === undefined ? undefined : parse(before);
    },
  };
}
