// Event of events.k8s.io/v1: another view of core/v1 Events.
// Models kubernetes pkg/apis/events/v1/conversion.go and pkg/registry/core/event.

import { eventPrinter } from '../../core/v1/event-printer.ts';
import { validateNewEvent, validateNewEventUpdate } from '../../core/v1/event-validation.ts';
import { defineKind } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import type { Event as CoreEvent } from '../../types/core-v1.ts';
import type { Event } from '../../types/events-v1.ts';

/** Leaves out members that are not set, and keeps the order of the rest. */
function present<T extends object>(members: Record<string, unknown>): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== '')) as T;
}

function toStored(object: Event): CoreEvent {
  return {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: object.metadata,
    involvedObject: object.regarding ?? {},
    ...present<Partial<CoreEvent>>({
      reason: object.reason,
      message: object.note,
      source: object.deprecatedSource ?? {},
      firstTimestamp: object.deprecatedFirstTimestamp ?? null,
      lastTimestamp: object.deprecatedLastTimestamp ?? null,
      count: object.deprecatedCount || undefined,
      type: object.type,
      eventTime: object.eventTime ?? null,
      series: object.series ?? undefined,
      action: object.action,
      related: object.related ?? undefined,
    }),
    reportingComponent: object.reportingController ?? '',
    reportingInstance: object.reportingInstance ?? '',
  };
}

function fromStored(stored: KubeObject): Event {
  const event = stored as CoreEvent;
  return present<Event>({
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
    metadata: event.metadata,
    eventTime: event.eventTime ?? null,
    series: event.series ?? undefined,
    reportingController: event.reportingComponent,
    reportingInstance: event.reportingInstance,
    action: event.action,
    reason: event.reason,
    regarding: event.involvedObject,
    related: event.related ?? undefined,
    note: event.message,
    type: event.type,
    deprecatedSource: event.source ?? {},
    deprecatedFirstTimestamp: event.firstTimestamp ?? null,
    deprecatedLastTimestamp: event.lastTimestamp ?? null,
    deprecatedCount: event.count || undefined,
  });
}

export const eventsEvent = defineKind<Event>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  definition: 'io.k8s.api.events.v1.Event',
  storedAs: { kind: 'Event', apiVersion: 'v1', resource: 'events', toStored, fromStored },

  validate: (object) => validateNewEvent(toStored(object)),
  validateUpdate: (object, old) => validateNewEventUpdate(toStored(object), toStored(old)),
  allowCreateOnUpdate: true,

  fields: ({ regarding = {}, reason = '', reportingController = '', type = '' }) => ({
    'regarding.kind': regarding.kind ?? '',
    'regarding.namespace': regarding.namespace ?? '',
    'regarding.name': regarding.name ?? '',
    'regarding.uid': regarding.uid ?? '',
    'regarding.apiVersion': regarding.apiVersion ?? '',
    'regarding.resourceVersion': regarding.resourceVersion ?? '',
    'regarding.fieldPath': regarding.fieldPath ?? '',
    reason,
    reportingController,
    type,
  }),
  fieldLabels: [
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'regarding.apiVersion',
    'regarding.resourceVersion',
    'regarding.fieldPath',
    'reason',
    'reportingController',
    'type',
  ],

  printer: { columns: eventPrinter.columns, cells: (object, now) => eventPrinter.cells(toStored(object), now) },
});
