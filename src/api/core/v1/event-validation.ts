// Validation of Events, of both groups. Models kubernetes pkg/apis/core/validation/events.go.
//
// core/v1 takes two styles: an old one without eventTime, of which next to nothing is checked, and the new one.
// events.k8s.io/v1 takes the new one only. Fields are reported by their internal names, which are those of core/v1.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { byteLength } from '../../../schema/go-text.ts';
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../../../schema/names.ts';
import type { Event, ObjectReference } from '../../types/core-v1.ts';
import { invalidEach, validateImmutable } from '../../validation/fields.ts';

const MAX_SHORT = 128;
const MAX_NOTE = 1024;

/** Times are null where they are not set. */
function isSet(time: string | null | undefined): boolean {
  return time !== undefined && time !== null && time !== '';
}

/** A create or update through core/v1. */
export function validateCoreEvent(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  const namespace = event.metadata.namespace ?? '';
  const involved = event.involvedObject?.namespace ?? '';
  const isNew = isSet(event.eventTime);
  const stray = isNew
    ? involved === '' && namespace !== 'default' && namespace !== 'kube-system'
    : involved === ''
      ? namespace !== 'default'
      : namespace !== involved;
  if (stray) errors.push(invalid('involvedObject.namespace', involved, 'does not match event.namespace'));
  if (isNew) append(errors, validateNewStyle(event, 'reportingComponent'));
  return [...errors, ...invalidEach('namespace', namespace, dns1123SubdomainErrors(namespace))];
}

/** A create through events.k8s.io/v1, given in its stored form. */
export function validateNewEvent(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  if (!isSet(event.eventTime)) errors.push(required('eventTime'));
  append(errors, validateSeries(event));
  append(errors, validateNewStyle(event, 'reportingController'));
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    errors.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`));
  }
  const unset = 'needs to be unset';
  if (isSet(event.firstTimestamp)) errors.push(invalid('firstTimestamp', '', unset));
  if (isSet(event.lastTimestamp)) errors.push(invalid('lastTimestamp', '', unset));
  if ((event.count ?? 0) !== 0) errors.push(invalid('count', '', unset));
  if ((event.source?.component ?? '') !== '' || (event.source?.host ?? '') !== '') {
    errors.push(invalid('source', '', unset));
  }
  return errors;
}

function validateSeries({ series }: Event): FieldError[] {
  if (series === undefined || series === null) return [];
  const errors: FieldError[] = [];
  if ((series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (!isSet(series.lastObservedTime)) errors.push(required('series.lastObservedTime'));
  return errors;
}

function validateNewStyle(event: Event, controllerField: string): FieldError[] {
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event;
  const errors: FieldError[] = [];
  if (reportingComponent === '') errors.push(required(controllerField));
  append(errors, invalidEach(controllerField, reportingComponent, qualifiedNameErrors(reportingComponent)));
  for (const [field, value] of [
    ['reportingInstance', reportingInstance],
    ['action', action],
    ['reason', reason],
  ] as const) {
    if (value === '') errors.push(required(field));
    if (byteLength(value) > MAX_SHORT) errors.push(invalid(field, '', `can have at most ${MAX_SHORT} characters`));
  }
  if (byteLength(message) > MAX_NOTE) errors.push(invalid('message', '', `can have at most ${MAX_NOTE} characters`));
  return errors;
}

/** An update through events.k8s.io/v1, given in its stored form: only the series and metadata may change. */
export function validateNewEventUpdate(event: Event, old: Event): FieldError[] {
  const series = validateImmutable(event.series, old.series, 'series').length > 0 ? validateSeries(event) : [];
  const same = (key: keyof Event): FieldError[] => validateImmutable(event[key], old[key], key);
  return [
    ...series,
    ...validateImmutable(referenceJson(event.involvedObject), referenceJson(old.involvedObject), 'involvedObject'),
    ...same('reason'),
    ...same('message'),
    ...same('source'),
    ...same('firstTimestamp'),
    ...same('lastTimestamp'),
    ...same('count'),
    ...same('type'),
    ...same('eventTime'),
    ...same('action'),
    ...validateImmutable(referenceJson(event.related), referenceJson(old.related), 'related'),
    ...validateImmutable(event.reportingComponent, old.reportingComponent, 'reportingController'),
    ...same('reportingInstance'),
  ];
}

/** A reference as upstream prints its internal struct. */
function referenceJson(reference: ObjectReference | undefined): unknown {
  if (reference === undefined) return undefined;
  return {
    Kind: reference.kind ?? '',
    Namespace: reference.namespace ?? '',
    Name: reference.name ?? '',
    UID: reference.uid ?? '',
    APIVersion: reference.apiVersion ?? '',
    ResourceVersion: reference.resourceVersion ?? '',
    FieldPath: reference.fieldPath ?? '',
  };
}
