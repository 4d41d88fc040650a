// Replays recorded creates: the defaulted object of a good one, the causes of a bad one, the warnings.
// Records answered with 400 are about decoding and left out.

import { afterAll, describe, expect, test } from 'vitest';
import { deepEqual } from '../lib/json.ts';
import {
  Tally,
  canonicalOf,
  causesOf,
  comparable,
  context,
  create,
  isOurs,
  mask,
  recordedCauses,
  records,
  target,
} from './testing/recorded.ts';

/** Recorded answers that differ, and why. */
const KNOWN: Readonly<Record<string, string>> = {
  'deployment-recreate/m19': 'an empty map and a missing one are the same here: the message quotes null for {}',
  'pv-nfs/m19': 'an empty map and a missing one are the same here: the message quotes null for {}',
  'rc/m5': 'an empty map and a missing one are the same here: the message quotes null for {}',
  'statefulset/s13': 'the recorded server had maxUnavailable turned off',
  'statefulset/s14': 'the recorded server had maxUnavailable turned off',
  'hpa-v2/s18': 'an empty list and a missing one are the same here: the default comes in its place',
  'vap/s1': 'upstream’s parser of expressions goes on behind an error, and finds another',
  'resourceclaim/s8': 'upstream’s parser of expressions goes on behind an error, and finds another',
  'resourceclaim/s23': 'whether the namespace allows admin access is not known to a kind alone',
  'deviceclass/m18': 'the words of upstream’s parser depend on what it tried before',
};

const RECORDS = records('create.jsonl');

describe.runIf(RECORDS.length > 0)('creates', () => {
  const tally = new Tally();
  for (const record of RECORDS) {
    const kind = target(record.request.path)?.kind;
    const { status, body, warnings } = record.response;
    if (kind === undefined || !isOurs(record.id) || record.request.body === undefined) continue;
    if (status !== 201 && status !== 422) continue;
    // Questions are replayed beside the verb that answers them.
    if (kind.review !== undefined) continue;
    test.skipIf(record.id in KNOWN)(`${record.id} ${record.what}`, () => {
      const { object, errors } = create(kind, 'default', record.request.body, context(true));
      const actual = status === 422 ? causesOf(errors) : comparable(object);
      const recorded = status === 422 ? recordedCauses(record) : comparable(body);
      const masked = mask(actual, recorded);
      tally.add(record.id, deepEqual(masked, recorded) && (status === 422 || errors.length === 0));
      if (status === 201) expect(causesOf(errors)).toEqual([]);
      expect(masked).toEqual(recorded);
      if (status !== 201) return;
      const deprecated = kind.deprecated === undefined ? [] : [kind.deprecated];
      expect([...deprecated, ...(kind.warnings?.(object, undefined) ?? [])]).toEqual(warnings);
      // Defaulting and preparing again must change nothing.
      const again = canonicalOf(kind, object);
      kind.setDefaults?.(again);
      expect(canonicalOf(kind, again)).toEqual(object);
    });
  }
  afterAll(() => tally.print('creates'));
});
