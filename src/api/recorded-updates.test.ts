// Replays recorded updates (PUT and merge patches, of objects and of their status) against the kinds alone.

import { afterAll, describe, expect, test } from 'vitest';
import { clone, deepEqual, isObject } from '../lib/json.ts';
import type { KubeObject } from './object.ts';
import type { Recorded, RecordedRequest } from './testing/recorded.ts';
import {
  Tally,
  causesOf,
  comparable,
  context,
  create,
  fill,
  isOurs,
  mask,
  recordedCauses,
  records,
  target,
  update,
} from './testing/recorded.ts';

const MERGE = 'application/merge-patch+json';

/** Recorded answers that differ, and why. */
const KNOWN: Readonly<Record<string, string>> = {
  'configmap/31': 'the text of a patch error is the decoder’s',
  'configmap/32': 'the text of a patch error is the decoder’s',
  'crd/2': 'the store refuses it',
  'crd/6': 'the definition is established by its controller',
  'crd/9': 'the definition is established by its controller',
  'statefulset/15': 'depends on what the controller wrote before',
  'ingress/7': 'an empty list and a missing one are the same here: the message quotes null for []',
  'servicecidr/5': 'the finalizer is a controller’s',
  'secret-opaque/11': 'the text of a patch error is the decoder’s',
  'vap/7': 'upstream’s parser of expressions goes on behind an error, and finds another',
};

function mergePatch(base: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

function bodyOf(request: RecordedRequest, current: KubeObject): unknown {
  if (request.method === 'PUT') return fill(request.body, current);
  return mergePatch(clone(current), request.body);
}

function applies(record: Recorded): boolean {
  const { status } = record.response;
  if (!isOurs(record.id) || (status !== 200 && status !== 422)) return false;
  const requests = [...(record.setupRequests ?? []), record.request];
  return requests.every(
    ({ method, contentType, path }) =>
      (method === 'PUT' || (method === 'PATCH' && contentType === MERGE)) && !path.split('?')[0]?.endsWith('/scale'),
  );
}

const RECORDS = records('update.jsonl');

describe.runIf(RECORDS.length > 0)('updates', () => {
  const tally = new Tally();
  for (const record of RECORDS) {
    const kind = target(record.request.path)?.kind;
    if (kind === undefined || record.setup === undefined || !applies(record)) continue;
    // The store refuses it.
    if (record.what === 'missing resourceVersion' && kind.allowUnconditionalUpdate === false) continue;
    test.skipIf(record.id in KNOWN)(`${record.id} ${record.what}`, () => {
      const { status, body } = record.response;
      const strategy = context(false);
      let current = create(kind, 'oracle-upd', record.setup?.body, strategy).object;
      Object.assign(current.metadata, { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' });
      for (const request of record.setupRequests ?? []) {
        const part = target(request.path)?.subresource ?? '';
        current = update(kind, current, bodyOf(request, current), part, strategy).object;
      }
      const part = target(record.request.path)?.subresource ?? '';
      const isStatus = part !== '';
      const { object, errors } = update(kind, current, bodyOf(record.request, current), part, strategy);
      const recorded = status === 422 ? recordedCauses(record) : comparable(body);
      // Of a good answer the status is the controllers', and generation is shared code's in the main path.
      if (status === 200) {
        for (const key of ['status', ...(isStatus ? [] : ['generation'])]) {
          delete (recorded as Record<string, unknown>)[key];
          delete (recorded as { metadata: Record<string, unknown> }).metadata[key];
        }
      }
      const actual: unknown = status === 422 ? causesOf(errors) : comparable(object);
      const masked = mask(actual, recorded);
      if (status === 422) {
        tally.add(record.id, deepEqual(masked, recorded));
        expect(masked).toEqual(recorded);
      } else {
        tally.add(record.id, errors.length === 0);
        expect(causesOf(errors)).toEqual([]);
        expect(masked).toMatchObject(recorded as Record<string, unknown>);
      }
    });
  }
  afterAll(() => tally.print('updates'));
});
