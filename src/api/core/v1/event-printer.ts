// The table of Events, the same for both groups. Models kubernetes pkg/printers/internalversion (printEvent).

import type { Printer } from '../../kind.ts';
import { column, translateTimestampSince, wide } from '../../printing.ts';
import type { Event } from '../../types/core-v1.ts';

function objectCell({ involvedObject }: Event): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  const name = involvedObject?.name ?? '';
  return name === '' ? kind : `${kind}/${name}`;
}

function sourceCell(event: Event): string {
  const component = event.source?.component || event.reportingComponent || '';
  const instance = event.source?.host || event.reportingInstance || '';
  return instance === '' ? component : `${component}, ${instance}`;
}

export const eventPrinter: Printer<Event> = {
  columns: [
    column('Last Seen'),
    column('Type'),
    column('Reason'),
    column('Object'),
    wide('Subobject'),
    wide('Source'),
    column('Message'),
    wide('First Seen'),
    wide('Count'),
    { name: 'Name', type: 'string', format: 'name', priority: 1 },
  ],
  cells(event, now) {
    const first = translateTimestampSince(event.firstTimestamp || event.eventTime, now);
    const last = event.series
      ? translateTimestampSince(event.series.lastObservedTime, now)
      : event.lastTimestamp
        ? translateTimestampSince(event.lastTimestamp, now)
        : first;
    // An Event of the new style that happened once has neither a series nor a count.
    const count = event.series ? (event.series.count ?? 0) : event.count || 1;
    return [
      last,
      event.type ?? '',
      event.reason ?? '',
      objectCell(event),
      event.involvedObject?.fieldPath ?? '',
      sourceCell(event),
      (event.message ?? '').trim(),
      first,
      count,
      event.metadata.name,
    ];
  },
};
