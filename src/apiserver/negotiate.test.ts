import { describe, expect, test } from 'vitest';
import { bodyFormat, negotiate, negotiateFailure, routerAccepts, routerConsumes } from './negotiate.ts';
import { MAPS, Rig } from './testing/rig.ts';

describe('the router', () => {
  test.each(['application/json', 'text/html, */*;q=0.1', 'application/yaml;x=y', ''])('takes Accept %j', (accept) => {
    expect(routerAccepts(accept, false)).toBeUndefined();
  });

  test.each(['text/html', 'APPLICATION/JSON', 'application/*', ';;;', 'application/cbor'])(
    'refuses Accept %j',
    (accept) => {
      expect(routerAccepts(accept, false)).toMatchObject({
        code: 406,
        message:
          '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
        details: {},
      });
      expect(routerAccepts(accept, true)?.message).toContain('application/json;stream=watch');
    },
  );

  test('compares content types to the letter, parameters aside', () => {
    expect(routerConsumes('application/x; charset=utf-8', ['application/x'])).toBeUndefined();
    for (const type of [undefined, '*/*', 'Application/x']) {
      expect(routerConsumes(type, ['application/x'])).toMatchObject({
        code: 415,
        message: '415: Unsupported Media Type',
      });
    }
  });
});

describe('negotiation', () => {
  const encoding = (accept: string, stream = false, protobuf = true): unknown => {
    const result = negotiate(accept, { stream, protobuf, table: true });
    return result.ok ? result.value : result.status.message;
  };

  test('the weight decides, then the order', () => {
    expect(encoding('application/json;q=0.1,application/yaml;q=0.9')).toEqual({ format: 'yaml' });
    expect(encoding('application/json,application/yaml')).toBeUndefined();
    expect(encoding('application/json;q=0')).toBeUndefined();
  });

  test('the first transformation that is known wins; an unknown one is passed over', () => {
    const table = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    expect(encoding(`${table},application/json`)).toEqual({ format: 'json', as: { kind: 'Table', version: 'v1' } });
    expect(encoding('application/json;as=Table;g=bogus;v=v1,application/json')).toBeUndefined();
    expect(encoding('application/json;as=Table;g=meta.k8s.io;v=v9')).toBe(
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  });

  test('a stream is never YAML, even where JSON would be taken too', () => {
    const refused =
      'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
    expect(encoding('application/yaml,application/json', true)).toBe(refused);
    expect(encoding('application/json,application/yaml', true)).toBeUndefined();
    expect(encoding('application/json;stream=watch', true)).toBeUndefined();
    expect(encoding('application/vnd.kubernetes.protobuf;stream=watch', true)).toEqual({ format: 'protobuf' });
    expect(encoding('application/yaml;stream=watch,application/json', true)).toBeUndefined();
  });

  test('protobuf is for what has messages: no Tables, no custom resources but their metadata', () => {
    const protobuf = 'application/vnd.kubernetes.protobuf';
    const table = 'as=Table;g=meta.k8s.io;v=v1';
    const partial = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    expect(encoding(`${protobuf},application/json`)).toEqual({ format: 'protobuf' });
    expect(encoding(`${protobuf};${table},application/json;${table}`)).toMatchObject({ format: 'json' });
    expect(encoding(`${protobuf};${table}`)).toContain('only the following media types');
    expect(encoding(`${protobuf},application/json`, false, false)).toBeUndefined();
    expect(encoding(protobuf, false, false)).toContain('only the following media types');
    expect(encoding(`${protobuf};${partial}`, false, false)).toMatchObject({ format: 'protobuf' });
  });

  test('parameters that are no transformation: pretty and sv', () => {
    expect(encoding('application/json;pretty=1')).toEqual({ format: 'json', pretty: true });
    expect(encoding('application/json;pretty=true')).toBeUndefined();
    expect(encoding('application/json;sv=v1')).toBeUndefined();
    expect(encoding('application/json;sv=v2')).toContain('only the following media types');
  });

  test('a clause that names its type goes before one that does not, as upstream sorts them', () => {
    expect(encoding('*/*,application/yaml;q=0.5')).toEqual({ format: 'yaml' });
    expect(encoding('application/yaml;q=abc,application/json;q=0.1')).toBeUndefined();
  });

  test('a failure is never transformed: what is left, or JSON for human eyes', () => {
    const table = 'application/yaml;as=Table;g=meta.k8s.io;v=v1';
    expect(negotiateFailure(`${table},application/yaml`)).toEqual({ format: 'yaml' });
    expect(negotiateFailure(`${table},application/json`)).toBeUndefined();
    expect(negotiateFailure(table)).toEqual({ format: 'json', pretty: true });
  });

  test.each([
    [undefined, 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/yaml', 'yaml'],
    ['application/vnd.kubernetes.protobuf', 'protobuf'],
    ['text/plain', undefined],
    ['application/json;;', undefined],
  ])('a body of type %s is %s', (type, format) => {
    expect(bodyFormat(type)).toBe(format);
  });
});

describe('answers', () => {
  test('a shape that does not fit the answer is refused, after what is worse', () => {
    const rig = new Rig();
    rig.configMap('a');
    const list = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };
    const one = { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' };
    expect(rig.get(`${MAPS}/a`, list).body['message']).toBe(
      'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
    );
    expect(rig.get(MAPS, one).body['message']).toBe(
      'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
    );
    expect(rig.get(`${MAPS}/none`, list).status).toBe(404);
    const written = rig.send('DELETE', `${MAPS}/a`, { headers: list });
    expect(written.status).toBe(406);
    expect(rig.get(`${MAPS}/a`).status).toBe(200);
  });

  test('includeObject is checked for Tables alone', () => {
    const rig = new Rig();
    expect(rig.get(`${MAPS}?includeObject=none`).status).toBe(200);
    const table = rig.get(`${MAPS}?includeObject=none`, { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' });
    expect(table.body['message']).toBe(
      `Unable to convert to Table as requested: includeObject: Invalid value: "none": must be 'Metadata', 'Object', 'None', or empty`,
    );
  });

  test('a failure is told in a format that was asked for, and never as a Table', () => {
    const rig = new Rig();
    const table = 'application/yaml;as=Table;g=meta.k8s.io;v=v1';
    const encodingOf = (accept: string): unknown => rig.get(`${MAPS}/none`, { accept }).response.encoding;
    expect(encodingOf(`${table},application/yaml`)).toEqual({ format: 'yaml' });
    expect(encodingOf(`${table},application/vnd.kubernetes.protobuf`)).toEqual({ format: 'protobuf' });
    expect(encodingOf(table)).toEqual({ format: 'json', pretty: true });
    expect(encodingOf(`${table},application/json`)).toBeUndefined();
  });

  test('so is a refusal that comes before any verb', () => {
    const rig = new Rig();
    const refused = rig.get(MAPS, { authorization: 'Bearer wrong', accept: 'application/vnd.kubernetes.protobuf' });
    expect(refused.status).toBe(401);
    expect(refused.response.encoding).toEqual({ format: 'protobuf' });
    expect(rig.get(MAPS, { authorization: 'Bearer wrong' }).response.encoding).toBeUndefined();
  });

  test('pretty is asked for by the query, or by who asks', () => {
    const rig = new Rig();
    rig.configMap('a');
    const encodingOf = (query: string, agent: string): unknown =>
      rig.get(`${MAPS}/a${query}`, { 'user-agent': agent }).response.encoding;
    const pretty = { format: 'json', pretty: true };
    expect(encodingOf('', 'kubectl/v1.36.0')).toBeUndefined();
    for (const agent of ['curl/8.5', 'Wget/1.2', 'Mozilla/5.0 (X11)']) expect(encodingOf('', agent)).toEqual(pretty);
    for (const value of ['1', 'true', 'T']) expect(encodingOf(`?pretty=${value}`, 'x')).toEqual(pretty);
    for (const value of ['0', 'false', 'yes']) expect(encodingOf(`?pretty=${value}`, 'curl/8')).toBeUndefined();
    expect(encodingOf('?pretty=', 'curl/8')).toEqual(pretty);
  });
});

test('what is asked of a question or an action is told in no Table', () => {
  const rig = new Rig();
  const body = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
  const url = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  expect(rig.send('POST', url, { body, headers: { accept } }).body).toMatchObject({
    code: 406,
    reason: 'NotAcceptable',
  });
  const either = rig.send('POST', url, { body, headers: { accept: `${accept},application/json` } });
  expect([either.status, either.response.encoding]).toEqual([201, undefined]);
});
