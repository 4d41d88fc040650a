// Replays what a real API server answered to reviews, token requests and evictions: good ones and wrong ones.
// What quotes a Go type or the record of who wrote what is left out of the comparison; rules come in any order.

import { afterAll, describe, expect, test } from 'vitest';
import { records } from '../../api/testing/recorded.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { podBody, PODS, Rig } from '../testing/rig.ts';

const KINDS = ['selfsubjectreview', 'tokenreview', 'sar', 'lsar', 'ssar', 'ssrr', 'sub-tokenrequest', 'sub-eviction'];

const RECORDS = records('create.jsonl').filter(({ id }) => KINDS.includes(id.split('/')[0] ?? ''));

/** What tells of who asks. */
const LEFT_OUT = ['status.userInfo'];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const CLIENTS_UUID = '11111111-2222-3333-4444-555555555555';

function rig(): Rig {
  const made = new Rig();
  made.serviceAccount();
  made.send('POST', PODS, { body: podBody('oracle-fix-pod', { schedulerName: 'oracle-none' }) });
  return made;
}

/** The answer with what differs from server to server made alike. */
function comparable(body: JsonObject, path: readonly string[] = []): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(body)) {
    const at = [...path, key];
    if (key === 'managedFields' || LEFT_OUT.includes(at.join('.'))) continue;
    if (isObject(value)) result[key] = comparable(value, at);
    else if (Array.isArray(value)) {
      const items = value.map((item) => (isObject(item) ? comparable(item, [...at, '[]']) : item));
      result[key] = key.endsWith('Rules') ? items.sort(byText) : items;
    } else result[key] = typeof value === 'string' ? alike(key, value) : value;
  }
  return result;
}

function byText(a: JsonValue, b: JsonValue): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function alike(key: string, value: string): string {
  if (key === 'token' && value.split('.').length === 3) return '<token>';
  const text = value
    .replace(/json: cannot unmarshal .*/, 'json: cannot unmarshal')
    .replace(/in scheme ".*"/, 'in scheme')
    .replace(/,"managedFields":\[.*\]\}(: must be empty)/, '}$1')
    .replace(/ResourceVersion in record \(\d+\)/, 'ResourceVersion in record (<rv>)')
    .replace(UUID, (uuid) => (uuid === CLIENTS_UUID ? uuid : '<uid>'));
  return key.endsWith('imestamp') ? '<time>' : text;
}

describe.runIf(RECORDS.length > 0)('reviews', () => {
  const server = rig();
  let same = 0;
  for (const { id, what, request, response } of RECORDS) {
    if (request.body === undefined) continue;
    test(`${id} ${what}`, () => {
      const headers = { 'content-type': 'application/json' };
      const before = server.log.head;
      const answer = server.send('POST', request.path, { body: request.body as JsonObject, headers });
      expect(answer.status).toBe(response.status);
      expect(comparable(answer.body)).toEqual(comparable(response.body));
      expect(answer.response.warnings ?? []).toEqual(response.warnings);
      expect(server.log.head).toBe(before);
      same++;
    });
  }
  afterAll(() => console.log(`reviews: ${same} of ${RECORDS.length} answered identically`));
});
