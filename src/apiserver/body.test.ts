import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { encodeObject } from '../schema/protobuf/encode.ts';
import { messageOfKind } from '../schema/protobuf/messages.ts';
import { MAPS, Rig } from './testing/rig.ts';

/** As the shell gives it to the server: a character a byte. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function protobuf(object: JsonObject): string {
  const message = messageOfKind(String(object['apiVersion']), String(object['kind']));
  return latin1(encodeObject(object, message ?? ''));
}

const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' };

describe('protobuf bodies', () => {
  test('make objects, and say how they are to be deleted', () => {
    const rig = new Rig();
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: 'é' } };
    const created = rig.send('POST', MAPS, { headers, body: protobuf(object) });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ data: { k: 'é' } });
    const preconditions = { uid: '11111111-2222-3333-4444-555555555555' };
    const options = protobuf({ apiVersion: 'apps/v1', kind: 'DeleteOptions', preconditions });
    expect(rig.send('DELETE', `${MAPS}/a`, { headers, body: options }).status).toBe(409);
    const plain = protobuf({ apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 });
    expect(rig.send('DELETE', `${MAPS}/a`, { headers, body: plain }).status).toBe(200);
  });

  test('that cannot be read are refused as upstream refuses them', () => {
    const rig = new Rig();
    const message = (body: string): unknown => rig.send('POST', MAPS, { headers, body }).body['message'];
    expect(message('')).toBe('the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)');
    expect(message('{"a":1}')).toBe(
      'the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({"a":1})',
    );
    const cut = latin1(Uint8Array.of(0x6b, 0x38, 0x73, 0, 0x12, 2, 0x0a, 9));
    expect(message(cut)).toBe('ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF');
  });
});
