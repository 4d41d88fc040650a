// Every path and method of a real API server, asked for: each answers as its kind should, and no other method does.

import { describe, expect, test } from 'vitest';
import { isObject } from '../lib/json.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Operation } from './testing/api-paths.ts';
import { documentedOperations, isPreview, validObjects } from './testing/api-paths.ts';
import type { Answer } from './testing/rig.ts';
import { framesOf, metaOf, Rig } from './testing/rig.ts';

const OPERATIONS = documentedOperations();
const OBJECTS = validObjects();
const MERGE = 'application/merge-patch+json';
const PATCHES = [MERGE, 'application/strategic-merge-patch+json', 'application/json-patch+json'];
const OF_OBJECTS = OPERATIONS.filter((operation) => operation.action !== '' && !isPreview(operation));

/** The object that a path is about, and where it is. Objects that no client makes have a name that is not there. */
class Subject {
  readonly rig = new Rig();
  readonly object: JsonObject;
  readonly name: string;
  readonly #collection: string;
  readonly #operation: Operation;

  constructor(operation: Operation) {
    this.#operation = operation;
    this.rig.serviceAccount();
    const [before = ''] = operation.path.split('/{name}');
    this.#collection = spaced(before.replace('/watch/', '/'));
    const object = OBJECTS.get(inNamespace(this.#collection));
    this.object = object ?? {};
    const madeByClient = object !== undefined && operation.method !== 'POST';
    const named = operation.path.includes('{name}');
    if (madeByClient || (object !== undefined && named)) {
      const made = this.rig.send('POST', inNamespace(this.#collection), { body: this.object });
      expect(refusalOf(made)).toBe('');
    }
    this.name = String((this.object['metadata'] as JsonObject | undefined)?.['name'] ?? 'none');
  }

  /** Of the path, or of what stands before its subresource. */
  url(whole = true): string {
    const { path } = this.#operation;
    const shown = whole ? path : path.slice(0, path.indexOf('{name}') + '{name}'.length);
    return spaced(shown).replace('{name}', this.name).replace('{path}', 'a/b');
  }

  send(body?: JsonObject | string, headers: Readonly<Record<string, string>> = {}, query = ''): Answer {
    return this.rig.send(this.#operation.method, `${this.url()}${query}`, {
      headers,
      ...(body === undefined ? {} : { body }),
    });
  }

  stored(): JsonObject {
    return this.rig.get(this.url(false)).body;
  }
}

const spaced = (path: string): string => path.replace('{namespace}', 'default');

/** Objects are made in a namespace, whichever way they are listed. */
function inNamespace(collection: string): string {
  if (OBJECTS.has(collection)) return collection;
  const [, root = '', resource = ''] = /^(.*)[/]([^/]+)$/.exec(collection) ?? [];
  return `${root}/namespaces/default/${resource}`;
}

const titled = (operations: readonly Operation[]): Array<[string, Operation]> =>
  operations.map((operation) => [`${operation.method} ${operation.path}`, operation]);

const of = (...actions: string[]): Array<[string, Operation]> =>
  titled(OF_OBJECTS.filter(({ action }) => actions.includes(action)));

/** Why it was refused; '' where it was not. */
const refusalOf = ({ status, text }: Answer): string => (status < 300 ? '' : text);

const SUBRESOURCE = /[{]name[}][/]([a-z]+)/;
const partOf = ({ path }: Operation): string => SUBRESOURCE.exec(path)?.[1] ?? '';

describe('read', () => {
  test.each(of('get'))('%s', (_, operation) => {
    const subject = new Subject(operation);
    const answer = subject.send();
    if (operation.kind === 'ComponentStatus') {
      expect(answer.body).toMatchObject({ code: 404, details: { name: 'none', kind: 'componentstatuses' } });
    } else if (partOf(operation) === 'log') {
      // A pod without a node has written nothing.
      expect([answer.status, answer.text]).toEqual([204, '']);
    } else {
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        kind: operation.kind,
        apiVersion: operation.apiVersion,
        metadata: { name: subject.name },
      });
    }
  });

  test.each(of('list'))('%s', (_, operation) => {
    const subject = new Subject(operation);
    const { status, body } = subject.send();
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: `${operation.kind}List`, apiVersion: operation.apiVersion });
    if (operation.kind === 'ComponentStatus') return;
    const items = body['items'] as JsonObject[];
    expect(items.map((item) => metaOf(item)['name'])).toContain(subject.name);
  });

  test.each(of('list').filter(([, { kind }]) => kind !== 'ComponentStatus'))('watch=true: %s', (_, operation) => {
    expectWatched(new Subject(operation), operation, '?watch=true');
  });

  test.each(of('watch', 'watchlist'))('%s', (_, operation) => {
    expectWatched(new Subject(operation), operation);
  });

  function expectWatched(subject: Subject, { kind, apiVersion }: Operation, query = ''): void {
    const frames = framesOf(subject.rig.watch(`${subject.url()}${query}`));
    const found = frames.find(({ object }) => metaOf(object)['name'] === subject.name);
    expect(found).toMatchObject({ type: 'ADDED', object: { kind, apiVersion } });
  }
});

describe('write', () => {
  test.each(of('post').filter(([, { path }]) => !path.includes('{name}') && !path.endsWith('/bindings')))(
    '%s',
    (_, operation) => {
      const subject = new Subject(operation);
      const { status, body } = subject.send(subject.object);
      expect(status).toBe(201);
      expect(body).toMatchObject({ kind: operation.kind, apiVersion: operation.apiVersion });
      if (isObject(subject.object['metadata'])) expect(metaOf(body)['name']).toBe(metaOf(subject.object)['name']);
    },
  );

  test.each(of('put'))('%s', (_, operation) => {
    const subject = new Subject(operation);
    const { body: current } =
      partOf(operation) === 'finalize' ? subject.rig.get(subject.url(false)) : subject.rig.get(subject.url());
    const labels = { ...(metaOf(current)['labels'] as JsonObject | undefined), walked: 'true' };
    const answer = subject.send({ ...current, metadata: { ...metaOf(current), labels } });
    expect(refusalOf(answer)).toBe('');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      kind: operation.kind,
      apiVersion: operation.apiVersion,
      metadata: { name: subject.name },
    });
    if (partOf(operation) === '') expect(metaOf(answer.body)['labels']).toEqual(labels);
  });

  test.each(of('patch'))('%s', (_, operation) => {
    const subject = new Subject(operation);
    for (const type of PATCHES) {
      const patch = { metadata: { labels: { walked: type.length.toString() } } };
      const operations = JSON.stringify([{ op: 'add', path: '/metadata/labels', value: { walked: 'json' } }]);
      const answer = subject.send(type.includes('json-patch') ? operations : patch, { 'content-type': type });
      expect([type, refusalOf(answer)]).toEqual([type, '']);
      expect(answer.body).toMatchObject({
        kind: operation.kind,
        apiVersion: operation.apiVersion,
        metadata: { name: subject.name },
      });
      if (partOf(operation) !== '') continue;
      const walked = type.includes('json-patch') ? 'json' : type.length.toString();
      expect(metaOf(answer.body)['labels']).toMatchObject({ walked });
    }
  });

  test.each(of('patch'))('apply: %s', (_, operation) => {
    const subject = new Subject(operation);
    const { kind, apiVersion } = operation;
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    const answer = subject.send(
      { kind, apiVersion, metadata: { name: subject.name } },
      headers,
      '?fieldManager=walker',
    );
    expect(refusalOf(answer)).toBe('');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ kind, apiVersion, metadata: { name: subject.name } });
  });

  test.each(of('delete'))('%s', (_, operation) => {
    const subject = new Subject(operation);
    const answer = subject.send();
    expect(answer.status).toBe(200);
    const left = subject.stored();
    const gone = left['code'] === 404;
    // What has to be waited for stays, and the answer is the object.
    if (!gone) expect(metaOf(left)['deletionTimestamp']).toEqual(expect.any(String));
    expect([operation.kind, 'Status']).toContain(answer.body['kind']);
  });

  test.each(of('deletecollection'))('%s', (_, operation) => {
    const subject = new Subject(operation);
    const answer = subject.rig.send('DELETE', `${subject.url()}?fieldSelector=metadata.name%3D${subject.name}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ kind: `${operation.kind}List`, apiVersion: operation.apiVersion });
    expect((answer.body['items'] as JsonObject[]).map((item) => metaOf(item)['name'])).toEqual([subject.name]);
    const left = subject.rig.get(`${subject.url()}/${subject.name}`).body;
    if (left['code'] !== 404) expect(metaOf(left)['deletionTimestamp']).toEqual(expect.any(String));
  });
});

describe('act', () => {
  const BODIES: Readonly<Record<string, JsonObject>> = {
    binding: { kind: 'Binding', apiVersion: 'v1', target: { kind: 'Node', name: 'n1' } },
    eviction: { kind: 'Eviction', apiVersion: 'policy/v1' },
    token: { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: {} },
  };

  test.each(of('post').filter(([, { path }]) => path.includes('{name}')))('%s', (_, operation) => {
    const subject = new Subject(operation);
    const part = partOf(operation);
    const { status, body } = subject.send({ ...BODIES[part], metadata: { name: subject.name } });
    expect(status).toBe(201);
    // What has no answer of its own is told as done.
    expect(body).toMatchObject(
      part === 'token'
        ? { kind: 'TokenRequest', apiVersion: operation.apiVersion }
        : { kind: 'Status', status: 'Success' },
    );
    const { spec, metadata } = subject.stored() as { spec?: JsonObject; metadata?: JsonObject };
    if (part === 'binding') expect(spec?.['nodeName']).toBe('n1');
    // A pod without a node needs nobody to end it.
    if (part === 'eviction') expect(metadata).toEqual({});
  });

  test('POST /api/v1/namespaces/{namespace}/bindings', () => {
    const rig = new Rig();
    rig.serviceAccount();
    const pods = '/api/v1/namespaces/default/pods';
    const body = OBJECTS.get(pods);
    if (body === undefined) return;
    rig.send('POST', pods, { body });
    const { name } = metaOf(body);
    const bound = rig.send('POST', '/api/v1/namespaces/default/bindings', {
      body: { ...BODIES['binding'], metadata: { name: String(name) } },
    });
    expect(bound.body).toMatchObject({ kind: 'Status', status: 'Success', code: 201 });
  });

  // Nothing runs behind these: what is answered is why nobody can be reached.
  const UNREACHED: Readonly<Record<string, RegExp>> = {
    'pods/attach': /^400 pod [^ ]+ does not have a host assigned$/,
    'pods/exec': /^400 pod [^ ]+ does not have a host assigned$/,
    'pods/portforward': /^400 pod [^ ]+ does not have a host assigned$/,
    'pods/proxy': /^400 address not allowed$/,
    'services/proxy': /^503 no endpoints available for service "[^"]+"$/,
    'nodes/proxy': /^\d{3} [^ ]/,
  };

  test.each(of('connect'))('%s', (_, operation) => {
    const subject = new Subject(operation);
    const [, resource = ''] = /([a-z]+)[/][{]name[}]/.exec(operation.path) ?? [];
    const { body } = subject.send(undefined, {}, partOf(operation) === 'exec' ? '?command=ls' : '');
    expect(`${String(body['code'])} ${String(body['message'])}`).toMatch(
      UNREACHED[`${resource}/${partOf(operation)}`] ?? /never/,
    );
    expect(body).toMatchObject({ kind: 'Status', status: 'Failure' });
  });
});

describe('no other method', () => {
  const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const known = Map.groupBy(OF_OBJECTS, ({ path }) => path);

  test.each([...known])('%s', (_, operations) => {
    const [first] = operations;
    if (first === undefined) return;
    const subject = new Subject(first);
    const refused = METHODS.filter((method) => operations.every((operation) => operation.method !== method));
    for (const method of refused) {
      const { body } = subject.rig.send(method, subject.url());
      expect([method, body]).toEqual([
        method,
        {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'the server does not allow this method on the requested resource',
          reason: 'MethodNotAllowed',
          details: {},
          code: 405,
        },
      ]);
    }
  });
});

test.each(titled(OPERATIONS.filter(isPreview)))('is not served: %s', (_, { method, path }) => {
  const rig = new Rig();
  const url = spaced(path).replace('{name}', 'a');
  expect(rig.send(method, url).status).toBe(404);
});

describe('what is no resource', () => {
  test.each(titled(OPERATIONS.filter((operation) => operation.action === '' && !isPreview(operation))))(
    '%s',
    (_, { method, path }) => {
      const { status, response } = new Rig().send(method, path);
      // A process's log files are not served by default, nor is a group whose versions are all off.
      const served = !path.startsWith('/logs/') && !OFF.some((group) => path.startsWith(`/apis/${group}/`));
      expect(status).toBe(served ? 200 : 404);
      if (served) expect(response.contentType).toMatch(/^application[/](json|jwk-set[+]json)/);
    },
  );

  const OFF = ['internal.apiserver.k8s.io', 'storagemigration.k8s.io'];
});

describe('discovery tells of the methods that there are', () => {
  const VERBS: Readonly<Record<string, string>> = { post: 'create', put: 'update', watchlist: 'watch' };
  const CONNECTIONS: Readonly<Record<string, string>> = {
    GET: 'get',
    POST: 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: 'delete',
  };
  const byVersion = Map.groupBy(
    OF_OBJECTS,
    ({ path }) => /^[/]api[/]v1|^[/]apis[/][^/]+[/][^/]+/.exec(path)?.[0] ?? '',
  );

  test.each([...byVersion])('%s', (root, operations) => {
    const expected = new Map<string, Set<string>>();
    for (const { method, path, action } of operations) {
      const [, name = '', part = ''] =
        /^(?:[/]watch)?(?:[/]namespaces[/][{]namespace[}])?[/]([a-z]+)(?:[/][{]name[}])?(?:[/]([a-z]+))?/.exec(
          path.slice(root.length),
        ) ?? [];
      const resource = part === '' ? name : `${name}/${part}`;
      const verb = action === 'connect' ? CONNECTIONS[method] : (VERBS[action] ?? action);
      if (verb !== undefined) expected.set(resource, (expected.get(resource) ?? new Set()).add(verb));
    }
    const resources = new Rig().get(root).body['resources'] as JsonObject[];
    const told = resources.map(({ name, verbs }) => [name, [...(verbs as string[])].sort()]);
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries([...expected].map(([name, verbs]) => [name, [...verbs].sort()])),
    );
  });
});
