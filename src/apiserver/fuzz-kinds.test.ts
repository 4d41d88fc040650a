// Objects of every kind at random, written in every way. What was accepted can be read, written back as it is, listed and
// rendered. What is checked of every request: testing/fuzz-check.ts.

import { describe, expect, test } from 'vitest';
import type { Kind } from '../api/kind.ts';
import { KINDS } from '../api/scheme.ts';
import { schemaOf } from '../api/schema-of.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { check, checked, MEDIA, RUNS } from './testing/fuzz-check.ts';
import type { Choices } from './testing/fuzz.ts';
import { SchemaFuzz } from './testing/fuzz.ts';
import { Rig } from './testing/rig.ts';

function collectionOf({ group, version, resource, namespaced }: Kind): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespaced ? '/namespaces/default' : ''}/${resource}`;
}

/** What can be made, in any way. */
const WRITTEN = KINDS.filter((kind) => kind.verbs === undefined || kind.verbs.includes('create'));

function objectOf(choices: Choices, kind: Kind, name: string): JsonObject {
  const object = new SchemaFuzz(choices).struct(schemaOf(kind));
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const metadata = isObject(object['metadata']) && choices.percent(15) ? object['metadata'] : {};
  return { ...object, apiVersion, kind: kind.kind, metadata: { ...metadata, name } };
}

describe('objects of every kind at random', () => {
  test.each(WRITTEN.map((kind) => [`${kind.resource}.${kind.group}/${kind.version}`, kind] as const))(
    '%s',
    (_, kind) => {
      const rig = new Rig();
      rig.serviceAccount();
      let count = 0;
      check(Math.ceil(RUNS / 10), (choices) => {
        const name = `${choices.percent(90) ? 'a' : new SchemaFuzz(choices).text()}${count++}`;
        const path = collectionOf(kind);
        const one = `${path}/${encodeURIComponent(name.toWellFormed())}`;
        const object = (): JsonObject => objectOf(choices, kind, name);
        const patch = (type: string, query = '', body: JsonObject = object()) =>
          checked(rig, 'PATCH', one + query, { body, headers: { 'content-type': type } });
        const dry = checked(rig, 'POST', `${path}?dryRun=All&`, { body: object() });
        const made = checked(rig, 'POST', path, { body: object() });
        patch(MEDIA.apply, '?fieldManager=a&force=true');
        patch(MEDIA.apply, '?fieldManager=b');
        patch(MEDIA.merge);
        patch(MEDIA.strategic);
        checked(rig, 'PUT', one, { body: object() });
        checked(rig, 'PATCH', `${one}/status`, { body: object(), headers: { 'content-type': MEDIA.merge } });
        checked(rig, 'PATCH', `${one}/scale`, { body: object(), headers: { 'content-type': MEDIA.merge } });
        const read = checked(rig, 'GET', one);
        if (read?.status === 200) {
          const head = rig.log.head;
          const { status, text } = checked(rig, 'PUT', one, { body: read.text }) ?? {};
          // It may be refused: an update of a part alone has not looked at the whole.
          if (status === 200) expect([text, rig.log.head]).toEqual([read.text, head]);
        }
        for (const accept of [
          'application/yaml',
          'application/vnd.kubernetes.protobuf',
          'application/json;as=Table;v=v1;g=meta.k8s.io',
        ]) {
          checked(rig, 'GET', path, { headers: { accept } });
        }
        checked(rig, 'DELETE', one, choices.percent(50) ? { body: { propagationPolicy: 'Background' } } : {});
        expect([dry?.status, made?.status]).not.toContain(undefined);
      });
    },
    60_000,
  );
});
