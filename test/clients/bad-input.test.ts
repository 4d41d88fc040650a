// Invariant 6: bad input changes nothing and gets the status, reason and causes that upstream gives.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject, ApiCall } from '../support/api.ts';
import { Api } from '../support/api.ts';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

interface Case {
  readonly title: string;
  readonly call: ApiCall;
  readonly code: number;
  readonly reason: string;
  readonly message: string | RegExp;
  /** Fields of the causes, in order. */
  readonly causes?: readonly string[];
}

const configMap = (metadata: object, rest: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata, ...rest });

const deployment = (spec: object) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });

const template = (containers: object[]) => ({ metadata: { labels: { app: 'web' } }, spec: { containers } });

const post = (body: unknown, more: Partial<ApiCall> = {}): ApiCall => ({
  method: 'POST',
  path: CONFIG_MAPS,
  body,
  ...more,
});

const CASES: readonly Case[] = [
  {
    title: 'malformed JSON',
    call: post('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"'),
    code: 400,
    reason: 'BadRequest',
    message: /^the object provided is unrecognized \(must be of type ConfigMap\): /,
  },
  {
    title: 'malformed YAML',
    call: post('a: [', { type: 'application/yaml' }),
    code: 400,
    reason: 'BadRequest',
    message: /^the object provided is unrecognized \(must be of type ConfigMap\): .*yaml/,
  },
  {
    title: 'an empty body',
    call: post(''),
    code: 400,
    reason: 'BadRequest',
    message: /unrecognized \(must be of type ConfigMap\)/,
  },
  {
    title: 'a string where a map is wanted',
    call: post(configMap({ name: 'a' }, { data: 'text' })),
    code: 400,
    reason: 'BadRequest',
    message:
      /^ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal string into Go struct field/,
  },
  {
    title: 'a number where a string is wanted, in YAML',
    call: post('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {port: 80}\n', {
      type: 'application/yaml',
    }),
    code: 400,
    reason: 'BadRequest',
    message: /cannot unmarshal number into Go struct field/,
  },
  {
    title: 'an unknown field, where fields are validated strictly',
    call: post(configMap({ name: 'a' }, { dta: {} }), { path: `${CONFIG_MAPS}?fieldValidation=Strict` }),
    code: 400,
    reason: 'BadRequest',
    message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta"',
  },
  {
    title: 'a field twice, where fields are validated strictly',
    call: post('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","name":"b"}}', {
      path: `${CONFIG_MAPS}?fieldValidation=Strict`,
    }),
    code: 400,
    reason: 'BadRequest',
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "metadata.name"',
  },
  {
    title: 'an unknown way to validate fields',
    call: post(configMap({ name: 'a' }), { path: `${CONFIG_MAPS}?fieldValidation=strict` }),
    code: 422,
    reason: 'Invalid',
    message: /fieldValidation: Unsupported value: "strict"/,
  },
  {
    title: 'another kind in the body',
    call: post({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }),
    code: 400,
    reason: 'BadRequest',
    message:
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
  },
  {
    title: 'another namespace in the body',
    call: post(configMap({ name: 'a', namespace: 'other' })),
    code: 400,
    reason: 'BadRequest',
    message: 'the namespace of the provided object does not match the namespace sent on the request',
  },
  {
    title: 'another name in the body of an update',
    call: { method: 'PUT', path: `${CONFIG_MAPS}/kept`, body: configMap({ name: 'other' }) },
    code: 400,
    reason: 'BadRequest',
    message: 'the name of the object (other) does not match the name on the URL (kept)',
  },
  {
    title: 'a namespace that is not there',
    call: post(configMap({ name: 'a' }), { path: '/api/v1/namespaces/nowhere/configmaps' }),
    code: 404,
    reason: 'NotFound',
    message: 'namespaces "nowhere" not found',
  },
  {
    title: 'a body that is too large',
    call: post(configMap({ name: 'a' }, { data: { a: 'x'.repeat(3_200_000) } })),
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: 'Request entity too large: limit is 3145728',
  },
  {
    title: 'a ConfigMap above 1 MiB',
    call: post(configMap({ name: 'a' }, { data: { a: 'x'.repeat(1_048_577) } })),
    code: 422,
    reason: 'Invalid',
    message: 'ConfigMap "a" is invalid: []: Too long: may not be more than 1048576 bytes',
    causes: ['[]'],
  },
  {
    title: 'neither a name nor a generateName',
    call: post(configMap({})),
    code: 422,
    reason: 'Invalid',
    message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    causes: ['metadata.name'],
  },
  {
    title: 'a name in upper case',
    call: post(configMap({ name: 'Upper' })),
    code: 422,
    reason: 'Invalid',
    message:
      /^ConfigMap "Upper" is invalid: metadata\.name: Invalid value: "Upper": a lowercase RFC 1123 subdomain must consist of/,
    causes: ['metadata.name'],
  },
  {
    title: 'bad labels',
    call: post(configMap({ name: 'a', labels: { 'a b': 'c', ok: '-no-' } })),
    code: 422,
    reason: 'Invalid',
    message: /^ConfigMap "a" is invalid: \[?metadata\.labels: Invalid value: "a b": name part must consist of/,
    causes: ['metadata.labels', 'metadata.labels'],
  },
  {
    title: 'a Deployment with several faults',
    call: post(
      deployment({
        replicas: -1,
        selector: { matchLabels: { app: 'other' } },
        template: template([{ name: 'A', image: '' }]),
      }),
      { path: DEPLOYMENTS },
    ),
    code: 422,
    reason: 'Invalid',
    message:
      /^Deployment\.apps "web" is invalid: \[spec\.replicas: Invalid value: -1: must be greater than or equal to 0, /,
    causes: [
      'spec.replicas',
      'spec.template.metadata.labels',
      'spec.template.spec.containers[0].name',
      'spec.template.spec.containers[0].image',
    ],
  },
  {
    title: 'an object that is there already',
    call: post(configMap({ name: 'kept' })),
    code: 409,
    reason: 'AlreadyExists',
    message: 'configmaps "kept" already exists',
  },
  {
    title: 'a stale resourceVersion',
    call: { method: 'PUT', path: `${CONFIG_MAPS}/kept`, body: configMap({ name: 'kept', resourceVersion: '1' }) },
    code: 409,
    reason: 'Conflict',
    message:
      'Operation cannot be fulfilled on configmaps "kept": the object has been modified; please apply your changes to the latest version and try again',
  },
  {
    title: 'a delete of another object of that name',
    call: {
      method: 'DELETE',
      path: `${CONFIG_MAPS}/kept`,
      body: { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } },
    },
    code: 409,
    reason: 'Conflict',
    message: /^Operation cannot be fulfilled on ConfigMap "kept": the UID in the precondition \(0{8}/,
  },
  {
    title: 'a JSON patch whose test fails',
    call: {
      method: 'PATCH',
      path: `${CONFIG_MAPS}/kept`,
      type: 'application/json-patch+json',
      body: [{ op: 'test', path: '/data/a', value: 'other' }],
    },
    code: 422,
    reason: 'Invalid',
    message: /testing value \/data\/a failed|the server rejected our request due to an error in our request/,
  },
  {
    title: 'a patch of an unknown type',
    call: { method: 'PATCH', path: `${CONFIG_MAPS}/kept`, body: {} },
    code: 415,
    reason: 'UnsupportedMediaType',
    message: '415: Unsupported Media Type',
  },
  {
    title: 'a body of an unknown media type',
    call: post('<a/>', { type: 'application/xml' }),
    code: 415,
    reason: 'UnsupportedMediaType',
    message:
      /^the body of the request was in an unknown format - accepted media types include: application\/json, application\/yaml/,
  },
  {
    title: 'an answer that nobody can give',
    call: { path: CONFIG_MAPS, headers: { Accept: 'application/xml' } },
    code: 406,
    reason: 'NotAcceptable',
    message: /^406: Not Acceptable\n\nAvailable representations: application\/json, application\/yaml/,
  },
  {
    title: 'an unknown resource',
    call: { path: '/api/v1/namespaces/default/gadgets' },
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  },
  {
    title: 'an unknown object',
    call: { method: 'DELETE', path: `${CONFIG_MAPS}/none` },
    code: 404,
    reason: 'NotFound',
    message: 'configmaps "none" not found',
  },
  {
    title: 'a method that the resource does not have',
    call: { method: 'PUT', path: CONFIG_MAPS, body: configMap({ name: 'a' }) },
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
  },
  {
    title: 'a bad label selector',
    call: { method: 'DELETE', path: `${CONFIG_MAPS}?labelSelector=a%20b%20c` },
    code: 400,
    reason: 'BadRequest',
    message: /unable to parse requirement|found 'b'/,
  },
  {
    title: 'a field that cannot be selected by',
    call: { method: 'DELETE', path: `${CONFIG_MAPS}?fieldSelector=data.a%3D1` },
    code: 400,
    reason: 'BadRequest',
    message: '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
  },
  {
    title: 'an unknown way to delete',
    call: { method: 'DELETE', path: `${CONFIG_MAPS}/kept?propagationPolicy=Sideways` },
    code: 422,
    reason: 'Invalid',
    message: /propagationPolicy: Unsupported value: "Sideways"|Invalid value: "Sideways"/,
  },
  {
    title: 'a continue token that nobody gave',
    call: { path: `${CONFIG_MAPS}?limit=1&continue=bogus` },
    code: 400,
    reason: 'BadRequest',
    message: /continue/,
  },
  {
    title: 'no token',
    call: post(configMap({ name: 'a' }), { token: null }),
    code: 403,
    reason: 'Forbidden',
    message: /User "system:anonymous" cannot create resource "configmaps"/,
  },
  {
    title: 'a token that nobody gave',
    call: post(configMap({ name: 'a' }), { token: 'guess' }),
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  },
];

describe('bad input', () => {
  let server: TestServer;
  let api: Api;

  beforeAll(async () => {
    // Nodes would write on their own.
    server = await startServer({ nodes: 0 });
    api = new Api(server);
    await api.send(post(configMap({ name: 'kept' }, { data: { a: '1' } })));
    await untilQuiet();
  });

  afterAll(async () => {
    api?.close();
    await server?.stop();
  });

  async function revision(): Promise<string> {
    return (await api.get('/api/v1/namespaces')).metadata.resourceVersion;
  }

  async function untilQuiet(): Promise<void> {
    let before = '';
    for (let now = await revision(); now !== before; now = await revision()) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  for (const { title, call, code, reason, message, causes } of CASES) {
    it(`${title}: ${code} ${reason}`, async () => {
      const before = await revision();
      const answer = await api.send(call);
      expect(answer.headers['content-type']).toBe('application/json');
      const status = JSON.parse(answer.text) as AnyObject;
      expect(status).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason });
      expect(answer.status).toBe(code);
      expect(status.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
      if (causes !== undefined) expect(status.details?.causes?.map(({ field }) => field)).toEqual(causes);
      expect(await revision()).toBe(before);
    });
  }

  it('an unknown path outside of the API: 404', async () => {
    const answer = await api.send({ path: '/no/such/path' });
    expect(answer.status).toBe(404);
  });

  it('what is bad in one request harms no other one of the same moment', async () => {
    const names = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? `Bad_${index}` : `good-${index}`));
    const answers = await Promise.all(names.map((name) => api.send(post(configMap({ name })))));
    expect(answers.map(({ status }) => status)).toEqual(names.map((name) => (name.startsWith('good') ? 201 : 422)));
    const { items = [] } = await api.get(CONFIG_MAPS);
    const good = names.filter((name) => name.startsWith('good'));
    expect(items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('good'))).toEqual(good.sort());
  });
});
