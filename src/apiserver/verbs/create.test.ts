import { describe, expect, test } from 'vitest';
import { MAPS, metaOf, PODS, podBody, Rig, START } from '../testing/rig.ts';

const map = (metadata: object, rest: object = {}) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata, ...rest }) as never;

describe('create', () => {
  test('fills in what the server owns and drops what a client may not say', () => {
    const rig = new Rig();
    const { body } = rig.send('POST', MAPS, {
      body: map({
        name: 'a',
        uid: 'mine',
        creationTimestamp: '2001-01-01T00:00:00Z',
        deletionTimestamp: '2001-01-01T00:00:00Z',
        deletionGracePeriodSeconds: 5,
        selfLink: '/x',
        resourceVersion: '0',
      }),
    });
    const meta = metaOf(body);
    expect(Object.keys(meta)).toEqual(['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp']);
    expect(meta).toMatchObject({
      namespace: 'default',
      creationTimestamp: new Date(START).toISOString().replace('.000', ''),
    });
    expect(meta['uid']).not.toBe('mine');
    expect(meta['resourceVersion']).toBe(String(rig.log.head));
  });

  test('what is stored is what is answered, read and parsed', () => {
    const rig = new Rig();
    const made = rig.send('POST', MAPS, {
      body: map({ labels: { b: '1', a: '2' }, name: 'a' }, { data: { z: '', y: '1' } }),
    });
    expect(rig.get(`${MAPS}/a`).text).toBe(made.text);
    expect(
      made.text.startsWith('{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":'),
    ).toBe(true);
    expect(made.text).toContain('"labels":{"a":"2","b":"1"}');
  });

  test('defaults stand in the order of the types', () => {
    const rig = new Rig();
    rig.serviceAccount();
    const pod = rig.send('POST', PODS, { body: podBody('p') }).body['spec'] as Record<string, unknown>;
    expect(Object.keys(pod)).toEqual([
      'volumes',
      'containers',
      'restartPolicy',
      'terminationGracePeriodSeconds',
      'dnsPolicy',
      'serviceAccountName',
      'serviceAccount',
      'securityContext',
      'schedulerName',
      'tolerations',
      'priority',
      'enableServiceLinks',
      'preemptionPolicy',
    ]);
  });

  test('a name that is taken; one that is being deleted says so', () => {
    const rig = new Rig();
    rig.configMap('a', { metadata: { finalizers: ['x.io/f'] } });
    expect(rig.send('POST', MAPS, { body: map({ name: 'a' }) }).body).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
      details: { name: 'a', kind: 'configmaps' },
    });
    rig.send('DELETE', `${MAPS}/a`);
    expect(rig.send('POST', MAPS, { body: map({ name: 'a' }) }).body['message']).toBe(
      'object is being deleted: configmaps "a" already exists',
    );
  });

  test('a generated name has the prefix, cut to fit, and five letters more', () => {
    const rig = new Rig();
    const name = (prefix: string) =>
      metaOf(rig.send('POST', MAPS, { body: map({ generateName: prefix }) }).body)['name'] as string;
    expect(name('web-')).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(name('a'.repeat(70))).toMatch(/^a{58}.{5}$/);
    const refused = rig.send('POST', MAPS, { body: map({ generateName: 'Web_' }) });
    expect(refused.status).toBe(422);
    expect(refused.body['message']).toMatch(/^ConfigMap "Web_.{5}" is invalid: \[metadata.generateName: /);
  });

  test('a dry run answers as if, without a revision, and writes nothing', () => {
    const rig = new Rig();
    const head = rig.log.head;
    const dry = rig.send('POST', `${MAPS}?dryRun=All`, { body: map({ name: 'a' }) });
    expect(dry.status).toBe(201);
    expect(metaOf(dry.body)['resourceVersion']).toBeUndefined();
    expect(rig.log.head).toBe(head);
    rig.configMap('a');
    expect(rig.send('POST', `${MAPS}?dryRun=All`, { body: map({ name: 'a' }) }).status).toBe(409);
  });

  test('a resourceVersion that is no number counts as none, and a dry run shows one that is', () => {
    const rig = new Rig();
    for (const [index, resourceVersion] of ['abc', '0', '', '1e400'].entries()) {
      const created = rig.send('POST', MAPS, { body: map({ name: `rv${index}`, resourceVersion }) });
      expect([created.status, metaOf(created.body)['resourceVersion']]).toEqual([201, String(rig.log.head)]);
    }
    const dry = rig.send('POST', `${MAPS}?dryRun=All`, { body: map({ name: 'dry', resourceVersion: '5' }) });
    expect([dry.status, metaOf(dry.body)['resourceVersion']]).toEqual([201, '5']);
  });

  test.each([
    [
      'a revision',
      { name: 'a', resourceVersion: '5' },
      500,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'another namespace',
      { name: 'a', namespace: 'b' },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    ['no name', {}, 422, 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'],
  ])('%s is refused', (_what, metadata, code, message) => {
    const rig = new Rig();
    const head = rig.log.head;
    expect(rig.send('POST', MAPS, { body: map(metadata) }).body).toMatchObject({ code, message });
    expect(rig.log.head).toBe(head);
  });

  test('a repeated owner is dropped with a warning', () => {
    const rig = new Rig();
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '1' };
    const made = rig.send('POST', MAPS, {
      body: map({ name: 'a', ownerReferences: [owner, owner, { ...owner, uid: '2' }] }),
    });
    expect(metaOf(made.body)['ownerReferences']).toHaveLength(2);
    expect(made.response.warnings?.[0]).toContain('duplicate UID(s) observed: 1');
  });
});

describe('bodies', () => {
  const rig = new Rig();
  const send = (body: string, type?: string) =>
    rig.send('POST', `${MAPS}?dryRun=All`, {
      body,
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    });

  test('are JSON unless they say otherwise', () => {
    expect(send('{"metadata":{"name":"a"}}').status).toBe(201);
    expect(send('metadata:\n  name: a\n', 'application/yaml').status).toBe(201);
    expect(send('metadata: {}').body['code']).toBe(400);
    expect(send('{}', 'text/plain').body).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  });

  test('protobuf that is none is told with its beginning', () => {
    const refused = (body: string) => send(body, 'application/vnd.kubernetes.protobuf').body['message'];
    expect(refused('')).toBe('the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)');
    expect(refused('{"a":1}')).toContain('expected prefix [107 56 115 0] ({"a":1})');
  });

  test('unknown fields are refused, warned of or dropped', () => {
    const body = '{"metadata":{"name":"a"},"bogus":1}';
    const post = (validation: string) => rig.send('POST', `${MAPS}?dryRun=All${validation}`, { body });
    expect(post('&fieldValidation=Strict').body['message']).toContain('strict decoding error: unknown field "bogus"');
    expect(post('').response.warnings).toEqual(['unknown field "bogus"']);
    expect(post('&fieldValidation=Ignore').response.warnings).toBeUndefined();
    expect(post('&fieldValidation=Some').body).toMatchObject({
      code: 422,
      details: { kind: 'CreateOptions', group: 'meta.k8s.io' },
    });
  });
});
