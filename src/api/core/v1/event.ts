// Event of core/v1, the form in which Events of both groups are stored. Models kubernetes pkg/registry/core/event.

import { pathSegmentNameErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import type { Event } from '../../types/core-v1.ts';
import { eventPrinter } from './event-printer.ts';
import { validateCoreEvent } from './event-validation.ts';

export const event = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.Event',

  validateName: pathSegmentNameErrors,
  validate: validateCoreEvent,
  validateUpdate: validateCoreEvent,
  allowCreateOnUpdate: true,

  fields: ({ involvedObject, reason = '', reportingComponent = '', source, type = '' }) => ({
    'involvedObject.kind': involvedObject.kind ?? '',
    'involvedObject.namespace': involvedObject.namespace ?? '',
    'involvedObject.name': involvedObject.name ?? '',
    'involvedObject.uid': involvedObject.uid ?? '',
    'involvedObject.apiVersion': involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': involvedObject.fieldPath ?? '',
    reason,
    reportingComponent,
    source: source?.component || reportingComponent,
    type,
  }),
  fieldLabels: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],

  printer: eventPrinter,
});
