// Upstream's objects with every field set, as it writes them: what is decoded and encoded again is the same text.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { canonical } from '../schema/decode/canonical.ts';
import { schemaOf } from './schema-of.ts';
import { KINDS } from './scheme.ts';

const GOLDEN = new URL('../../../shared/reference/golden/', import.meta.url);
const present = existsSync(GOLDEN);
if (!present) {
  if (process.env['CI'] === 'true') throw new Error('../shared/reference/golden must be there under CI');
  console.log('golden objects skipped: ../shared/reference is not here');
}

const objects = (present ? readdirSync(GOLDEN) : [])
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, object: JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8')) as JsonObject }))
  .flatMap(({ file, object }) => {
    const kind = KINDS.find(({ group, version, kind: name }) => {
      return name === object['kind'] && (group === '' ? version : `${group}/${version}`) === object['apiVersion'];
    });
    return kind === undefined ? [] : [{ file, object, kind }];
  });

describe.skipIf(!present)('objects with every field set', () => {
  it('are of most kinds', () => expect(objects.length).toBeGreaterThan(55));

  it.each(objects)('$file is read and written the same', ({ object, kind }) => {
    const read = canonical(object, schemaOf(kind));
    expect(read).toMatchObject({ invalid: false, unknown: false });
    expect(JSON.stringify(read.object)).toBe(JSON.stringify(object));
  });
});
