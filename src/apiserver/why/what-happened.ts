// An event of the log in a few words.

import type { LogEvent } from '../../eventlog/log.ts';
import { deepEqual, isObject } from '../../lib/json.ts';
import type { JsonObject } from '../../lib/json.ts';

/** Members of metadata that users and controllers change on purpose. */
const TOLD_METADATA = ['labels', 'annotations', 'ownerReferences', 'finalizers'];
const MAX_FIELDS = 4;

/** `before`: the event before it of the same object; undefined where there was none, or it is compacted. */
export function whatHappened(event: LogEvent, before: LogEvent | undefined): string {
  if (event.verb === 'create') return 'created';
  if (event.verb === 'delete') return 'deleted';
  if (before === undefined) return 'changed';
  const now = JSON.parse(event.object) as JsonObject;
  const old = JSON.parse(before.object) as JsonObject;
  if (member(now, 'metadata', 'deletionTimestamp') !== undefined && !hasEnding(old)) return 'marked for deletion';
  const node = member(now, 'spec', 'nodeName');
  if (typeof node === 'string' && node !== '' && member(old, 'spec', 'nodeName') === undefined) {
    return `bound to ${node}`;
  }
  const fields = changedFields(now, old);
  if (fields.length === 0) return 'changed metadata';
  const more = fields.length > MAX_FIELDS ? [`${fields.length - MAX_FIELDS} more`] : [];
  return `changed ${[...fields.slice(0, MAX_FIELDS), ...more].join(', ')}`;
}

function hasEnding(object: JsonObject): boolean {
  return member(object, 'metadata', 'deletionTimestamp') !== undefined;
}

function changedFields(now: JsonObject, old: JsonObject): string[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.flatMap((name) => {
    if (deepEqual(now[name], old[name])) return [];
    if (name === 'metadata') return inner(now, old, name).filter((field) => TOLD_METADATA.includes(field.slice(9)));
    return name === 'spec' ? inner(now, old, name) : [name];
  });
}

function inner(now: JsonObject, old: JsonObject, name: string): string[] {
  const [next, last] = [objectOf(now[name]), objectOf(old[name])];
  return [...new Set([...Object.keys(last), ...Object.keys(next)])]
    .filter((field) => !deepEqual(next[field], last[field]))
    .map((field) => `${name}.${field}`);
}

function member(object: JsonObject, part: string, name: string): unknown {
  return objectOf(object[part])[name];
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
