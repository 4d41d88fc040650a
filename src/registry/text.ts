// Between objects and the texts that the log holds and clients are served.
//
// The stored text of an object begins with its kind and apiVersion, always in this order and form:
//   {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web",…},"spec":…}
// so that a list item, which carries neither, is the text behind that constant prefix:
//   {"metadata":{"name":"web",…},"spec":…}

import type { KubeObject, StoredMeta } from '../api/object.ts';
import type { ObjectMeta } from '../api/types/meta-v1.ts';
import { entriesText } from './managed-fields/entries.ts';

/** Metadata members in the order in which upstream serialises them. */
const META_ORDER: ReadonlyArray<keyof ObjectMeta> = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** `{"kind":"Pod","apiVersion":"v1",` */
export function textPrefix(kind: string, apiVersion: string): string {
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
}

/** Metadata with its members in upstream's order and with this revision (0: none). */
export function orderedMeta(metadata: StoredMeta, rev: number): StoredMeta {
  const meta: Record<string, unknown> = {};
  for (const key of META_ORDER) {
    if (key === 'resourceVersion') {
      if (rev > 0) meta[key] = String(rev);
    } else if (metadata[key] !== undefined) meta[key] = metadata[key];
  }
  return meta as unknown as StoredMeta;
}

/** The text of an object, with this revision as its resourceVersion (0: none, as dry runs answer). */
export function objectText(object: KubeObject, rev: number): string {
  return orderedText({ ...object, metadata: orderedMeta(object.metadata, rev) });
}

/** The text of an object whose metadata is in order: managedFields, which have a text of their own, stand last in it. */
export function orderedText({ kind, apiVersion, metadata, ...rest }: KubeObject): string {
  const { managedFields, ...others } = metadata;
  if (managedFields === undefined) return JSON.stringify({ kind, apiVersion, metadata, ...rest });
  const head = JSON.stringify({ kind, apiVersion, metadata: others });
  const tail = JSON.stringify(rest);
  const parts = [
    head.slice(0, -2),
    head.endsWith('{}}') ? '' : ',',
    `"managedFields":${entriesText(managedFields)}}`,
    tail === '{}' ? '}' : `,${tail.slice(1)}`,
  ];
  return parts.join('');
}

/** The list item of a stored text whose kind and apiVersion are those of `prefix`. */
export function itemText(text: string, prefix: string): string {
  return `{${text.slice(prefix.length)}`;
}
