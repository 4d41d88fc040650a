import { describe, expect, test } from 'vitest';
import { MAPS, metaOf, PODS, podBody, Rig } from '../testing/rig.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

const patch = (rig: Rig, path: string, type: string, body: unknown) =>
  rig.send('PATCH', path, { body: body as never, headers: { 'content-type': type } });

describe('patch', () => {
  test('each type changes what it says and keeps the rest', () => {
    const rig = new Rig();
    rig.configMap('a', { data: { x: '1', y: '2' } });
    const data = (type: string, body: unknown) => patch(rig, `${MAPS}/a`, type, body).body['data'];
    expect(data(MERGE, { data: { x: null, z: '3' } })).toEqual({ y: '2', z: '3' });
    expect(data(JSON_PATCH, [{ op: 'replace', path: '/data/y', value: '5' }])).toEqual({ y: '5', z: '3' });
    expect(data(STRATEGIC, { data: { $patch: 'replace', q: '1' } })).toEqual({ q: '1' });
  });

  test('a strategic patch merges containers by name', () => {
    const rig = new Rig();
    rig.serviceAccount();
    rig.send('POST', PODS, { body: podBody('p') });
    const answer = patch(rig, `${PODS}/p`, STRATEGIC, { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } });
    const { containers } = answer.body['spec'] as { containers: Array<Record<string, unknown>> };
    expect(containers).toHaveLength(1);
    expect(containers[0]).toMatchObject({ image: 'nginx:2', terminationMessagePath: '/dev/termination-log' });
  });

  test('the root may be replaced by an object without a namespace', () => {
    const rig = new Rig();
    rig.configMap('a', { data: { x: '1' } });
    const value = { metadata: { name: 'a' }, data: { r: '1' } };
    const { body } = patch(rig, `${MAPS}/a`, JSON_PATCH, [{ op: 'replace', path: '', value }]);
    expect(metaOf(body)['namespace']).toBe('default');
    expect(body['data']).toEqual({ r: '1' });
  });

  test('refusals: of types, tests, names, uids and results', () => {
    const rig = new Rig();
    const made = rig.configMap('a');
    const refused = (type: string, body: unknown) => patch(rig, `${MAPS}/a`, type, body).body;
    expect(refused('application/json', {})).toMatchObject({ code: 415, message: '415: Unsupported Media Type' });
    expect(refused(JSON_PATCH, [{ op: 'test', path: '/data/x', value: '9' }])).toMatchObject({
      code: 422,
      message: 'the server rejected our request due to an error in our request',
      details: {},
    });
    expect(refused(MERGE, { metadata: { name: null } })['message']).toBe(
      'the name of the object (a based on URL) was undeterminable: name must be provided',
    );
    const uid = '11111111-2222-3333-4444-555555555555';
    expect(refused(MERGE, { metadata: { uid } })['message']).toBe(
      `ConfigMap "a" is invalid: metadata.uid: Invalid value: "${uid}": field is immutable`,
    );
    expect(refused(MERGE, { metadata: { resourceVersion: '1' } })['code']).toBe(409);
    const quoted = refused(MERGE, { data: 'x' });
    expect(quoted['details']).toEqual({ causes: [expect.objectContaining({ field: 'patch' })] });
    // Members of what the patch touched are sorted, the others stand as they are served.
    expect(quoted['message']).toContain(
      `{\\"apiVersion\\":\\"v1\\",\\"data\\":\\"x\\",\\"kind\\":\\"ConfigMap\\",\\"metadata\\":{\\"name\\":\\"a\\",\\"namespace\\":\\"default\\",\\"uid\\":\\"${String(metaOf(made)['uid'])}\\"`,
    );
    expect(rig.get(`${MAPS}/a`).body).toEqual(made);
  });
});
