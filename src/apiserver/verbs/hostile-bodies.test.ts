// Bodies made to cost much: each is answered within a second or two, and none with a bug's 500.

import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { define, gadget, gadgets, GADGETS } from '../testing/custom.ts';
import { framesOf, MAPS, PODS, podBody, Rig } from '../testing/rig.ts';

const BODY = 3_100_000;
const fill = (unit: string, size = BODY): string => unit.repeat(Math.floor(size / unit.length));
const items = (count: number, make: (index: number) => unknown): string =>
  JSON.stringify(Array.from({ length: count }, (_, index) => make(index))).slice(1, -1);
const configMap = (members: string, meta = '"name":"a"'): string =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{${meta}},${members}}`;
const pod = (resources: JsonObject): string =>
  JSON.stringify(podBody('a', { containers: [{ name: 'a', image: 'b', ...resources }] }));

const networkPolicy = (ports: string): string =>
  `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"a"},"spec":{"podSelector":{},"ingress":[{"ports":[${ports}{}]}]}}`;

const SERVICES = '/api/v1/namespaces/default/services';
const service = (type: string, ports: string): string =>
  `{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"type":"${type}","ports":[${ports}]}}`;

interface Case {
  readonly title: string;
  readonly method?: string;
  readonly url?: string;
  readonly type?: string;
  readonly body: () => string;
  readonly status: number;
  readonly message?: string;
}

const YAML = 'application/yaml';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const KEPT = `${MAPS}/kept`;

const CASES: readonly Case[] = [
  { title: 'a million levels of lists', body: () => fill('['), status: 400, message: 'exceeded max depth' },
  { title: 'half a million levels of objects', body: () => fill('{"a":'), status: 400, message: 'exceeded max depth' },
  { title: 'half a million repeats of a key', body: () => configMap(`"data":{${fill('"a":"",')}"a":""}`), status: 201 },
  {
    title: 'the same, validated strictly',
    url: `${MAPS}?fieldValidation=Strict`,
    body: () => configMap(`"data":{${fill('"a":"",')}"a":""}`),
    status: 400,
    message: 'strict decoding error: duplicate field "data.a"',
  },
  {
    title: 'unknown fields without number',
    body: () => configMap(fill('"b":1,') + '"c":1', '"name":"u"'),
    status: 201,
  },
  {
    title: 'an integer of three million digits',
    url: PODS,
    body: () => `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"priority":${'9'.repeat(3_000_000)}}}`,
    status: 400,
  },
  {
    title: 'a quantity with a large exponent',
    url: PODS,
    body: () => pod({ resources: { limits: { cpu: '1e99999999' } } }),
    status: 400,
  },
  {
    title: 'a quantity of three million digits',
    url: PODS,
    body: () => pod({ resources: { limits: { cpu: '9'.repeat(3_000_000) } } }),
    status: 400,
  },
  {
    title: 'a name of three million letters',
    body: () => configMap('"data":{}', `"name":"${'a'.repeat(3_000_000)}"`),
    status: 422,
  },
  {
    title: 'a hundred thousand bad finalizers',
    body: () => configMap('"data":{}', `"name":"f","finalizers":[${items(100_000, (i) => `a${i}`)}]`),
    status: 422,
  },
  {
    title: 'a hundred thousand owners',
    body: () => configMap('"data":{}', `"name":"o","ownerReferences":[${items(100_000, (i) => ({ name: `a${i}` }))}]`),
    status: 422,
  },
  {
    title: 'a hundred and fifty thousand bad owners, with several mistakes each',
    body: () => configMap('"data":{}', `"name":"o","ownerReferences":[${fill('{},', 450_000)}{}]`),
    status: 422,
  },
  {
    title: 'half a million bad names of keys',
    body: () => configMap(`"data":{${items(300_000, (i) => i).replaceAll(/[0-9]+/g, '"$&/":""')}}`),
    status: 422,
  },
  {
    title: 'a hundred thousand bad containers',
    url: PODS,
    body: () => pod({}).replace(/\{"name":"a","image":"b"\}/, `${fill('{},', 400_000)}{}`),
    status: 422,
  },
  {
    title: 'two hundred thousand bad rules',
    url: '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
    body: () => networkPolicy(fill('{"port":0},', 2_500_000)),
    status: 422,
  },
  {
    title: 'a hundred thousand ports that all want a node port, in a dry run',
    url: `${SERVICES}?dryRun=All`,
    body: () =>
      service(
        'NodePort',
        items(100_000, (i) => ({ name: `p${i}`, port: i + 1 })),
      ),
    status: 422,
  },
  {
    title: 'three hundred thousand ports without a name or a number',
    url: SERVICES,
    body: () => service('LoadBalancer', `${fill('{},', 900_000)}{}`),
    status: 422,
  },
  {
    title: 'sixty thousand containers beside quotas, limits and a standard of security',
    url: '/api/v1/namespaces/guarded/pods',
    body: () =>
      JSON.stringify(podBody('a', { containers: Array.from({ length: 60_000 }, (_, i) => ({ name: `c${i}` })) })),
    status: 422,
  },
  {
    title: 'two thousand whole containers beside them',
    url: '/api/v1/namespaces/guarded/pods',
    body: () => {
      const containers = Array.from({ length: 2_000 }, (_, i) => ({ name: `c${i}`, image: 'a' }));
      return JSON.stringify(podBody('a', { containers }));
    },
    status: 403,
    message: 'is forbidden',
  },
  {
    title: 'twenty thousand controllers',
    body: () => {
      const owner = (i: number) => ({ apiVersion: 'v1', kind: 'Pod', name: `a${i}`, uid: `u${i}`, controller: true });
      return configMap('"data":{}', `"name":"o","ownerReferences":[${items(20_000, owner)}]`);
    },
    status: 422,
    message: 'Only one reference can have Controller set to true',
  },
  {
    title: 'YAML: flows in flows',
    type: YAML,
    body: () => fill('['),
    status: 400,
    message: 'yaml: exceeded max depth',
  },
  {
    title: 'YAML: lists in lists',
    type: YAML,
    body: () => fill('- '),
    status: 400,
    message: 'yaml: exceeded max depth',
  },
  { title: 'YAML: tags without number', type: YAML, body: () => fill('!a '), status: 400 },
  {
    title: 'YAML: directives without number',
    type: YAML,
    body: () => fill('%a\n'),
    status: 400,
    message: 'yaml: document has too many lines or tokens',
  },
  {
    title: 'YAML: nothing but line ends',
    type: YAML,
    body: () => fill('\n'),
    status: 400,
    message: 'yaml: document has too many lines or tokens',
  },
  {
    title: 'YAML: comments between two members',
    type: YAML,
    body: () => `a: b\n${fill('#\n')}c: d\n`,
    status: 400,
    message: 'yaml: document has too many lines or tokens',
  },
  {
    title: 'YAML: a thousand indents',
    type: YAML,
    body: () => Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
    status: 400,
    message: 'the object provided is unrecognized (must be of type ConfigMap): yaml: exceeded max depth (613a',
  },
  {
    title: 'YAML: aliases of aliases',
    type: YAML,
    body: () =>
      [
        'a: &a [x,x,x,x,x,x,x,x,x]',
        ...['b', 'c', 'd', 'e', 'f', 'g'].map(
          (key, index) => `${key}: &${key} [${Array.from({ length: 9 }, () => `*${'abcdefg'[index]}`).join(',')}]`,
        ),
      ].join('\n'),
    status: 400,
    message: 'yaml: document contains excessive aliasing',
  },
  {
    title: 'a JSON patch of 10,001 operations',
    method: 'PATCH',
    url: KEPT,
    type: JSON_PATCH,
    body: () => `[${items(10_001, () => ({ op: 'test', path: '/x', value: 1 }))}]`,
    status: 413,
    message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  },
  {
    title: 'a JSON patch that copies without end',
    method: 'PATCH',
    url: KEPT,
    type: JSON_PATCH,
    body: () => `[${items(10_000, () => ({ op: 'copy', from: '/data', path: '/data/more' }))}]`,
    status: 422,
  },
  {
    title: 'a JSON patch operation with members without number',
    method: 'PATCH',
    url: KEPT,
    type: JSON_PATCH,
    body: () =>
      `[{${items(150_000, (i) => i).replaceAll(/[0-9]+/g, '"x$&":1')},${fill('"op":"a",', 1_000_000)}"path":"/a"}]`,
    status: 422,
  },
  {
    title: 'a JSON patch that nests an object by moving it',
    method: 'PATCH',
    url: KEPT,
    type: JSON_PATCH,
    body: () =>
      JSON.stringify(
        Array.from({ length: 3333 }, () => [
          { op: 'add', path: '/new', value: {} },
          { op: 'move', from: '/deep', path: '/new/a' },
          { op: 'move', from: '/new', path: '/deep' },
        ])
          .flat()
          .toSpliced(0, 0, { op: 'add', path: '/deep', value: {} }),
      ),
    status: 422,
  },
  {
    title: 'a JSON patch that copies an object into itself',
    method: 'PATCH',
    url: KEPT,
    type: JSON_PATCH,
    body: () =>
      JSON.stringify([
        { op: 'add', path: '/deep', value: {} },
        ...Array.from({ length: 9999 }, () => ({ op: 'copy', from: '/deep', path: '/deep/a' })),
      ]),
    status: 422,
  },
  {
    title: 'a deep merge patch',
    method: 'PATCH',
    url: KEPT,
    type: MERGE,
    body: () => `${'{"a":'.repeat(400_000)}1${'}'.repeat(400_000)}`,
    status: 400,
    message: 'error decoding patch: exceeded max depth',
  },
  {
    title: 'values taken out of a set by the hundred thousand',
    method: 'PATCH',
    url: KEPT,
    type: STRATEGIC,
    body: () => `{"metadata":{"$deleteFromPrimitiveList/finalizers":[${items(200_000, (i) => `a${i}`)}]}}`,
    status: 200,
  },
  {
    title: 'items merged by the ten thousand',
    method: 'PATCH',
    url: '/apis/apps/v1/namespaces/default/deployments/kept',
    type: STRATEGIC,
    body: () =>
      JSON.stringify({
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'a', env: Array.from({ length: 60_000 }, (_, i) => ({ $patch: 'delete', name: `F${i}` })) },
              ],
            },
          },
        },
      }),
    status: 200,
  },
];

describe('what is nested deeper by every request', () => {
  const nested = (depth: number): string => `${'{"x":'.repeat(depth)}{}${'}'.repeat(depth)}`;
  const deep = `${GADGETS}/deep`;
  let rig: Rig;

  beforeAll(() => {
    rig = new Rig();
    define(rig, gadgets({ 'x-kubernetes-preserve-unknown-fields': true }));
    expect(rig.send('POST', GADGETS, { body: gadget('deep') }).status).toBe(201);
    const body = `{"spec":${nested(900)}}`;
    expect(rig.send('PATCH', deep, { body, headers: { 'content-type': MERGE } }).status).toBe(200);
  });

  it('a JSON patch adds at the innermost object', () => {
    const add = `[{"op":"add","path":"/spec${'/x'.repeat(901)}","value":${nested(900)}}]`;
    const before = rig.get(deep).text;
    expect(rig.send('PATCH', deep, { body: add, headers: { 'content-type': JSON_PATCH } }).status).toBe(422);
    expect(rig.get(deep).text).toBe(before);
  });

  it('what is as deep as is allowed is applied, merged, replaced and watched', () => {
    const body = `{"apiVersion":"test.example.com/v1","kind":"Gadget","metadata":{"name":"deep"},"spec":${nested(990)}}`;
    const watch = rig.watch(`${GADGETS}?watch=true`);
    const apply = 'application/apply-patch+yaml';
    for (const [type, query] of [
      [MERGE],
      [apply, '?fieldManager=a&force=true'],
      [apply, '?fieldManager=b&force=true'],
    ]) {
      expect(rig.send('PATCH', deep + (query ?? ''), { body, headers: { 'content-type': type ?? '' } }).status).toBe(
        200,
      );
    }
    const kept = rig.get(deep).text;
    expect(rig.send('PUT', deep, { body: kept })).toMatchObject({ status: 200 });
    expect(framesOf(watch)).toHaveLength(1);
  });
});

/** A namespace that looks closely at pods. */
function guard(rig: Rig): void {
  const made = (url: string, body: JsonObject): void => expect(rig.send('POST', url, { body }).status).toBe(201);
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  made('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'guarded', labels } });
  made('/api/v1/namespaces/guarded/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  });
  made('/api/v1/namespaces/guarded/limitranges', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'a' },
    spec: { limits: [{ type: 'Container', default: { cpu: '1' }, max: { cpu: '1', memory: '1Gi' } }] },
  });
  made('/api/v1/namespaces/guarded/resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'a' },
    spec: { hard: { pods: '1', 'limits.cpu': '1' } },
  });
}

describe('hostile bodies', () => {
  let rig: Rig;

  beforeAll(() => {
    rig = new Rig();
    rig.serviceAccount();
    guard(rig);
    const data = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, 'v']));
    rig.configMap('kept', { data, metadata: { finalizers: Array.from({ length: 20_000 }, (_, i) => `a.b/${i}`) } });
    const env = Array.from({ length: 30_000 }, (_, i) => ({ name: `E${i}` }));
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'b', env }] } };
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'kept' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    };
    expect(rig.send('POST', '/apis/apps/v1/namespaces/default/deployments', { body }).status).toBe(201);
  });

  for (const { title, method = 'POST', url = MAPS, type = 'application/json', body, status, message = '' } of CASES) {
    it(`${title}: ${status}`, { timeout: 10_000 }, () => {
      const text = body();
      const started = performance.now();
      const answer = rig.send(method, url, { body: text, headers: { 'content-type': type } });
      expect(answer.status).toBe(status);
      if (message !== '') expect(String(answer.body['message'])).toContain(message);
      // Generous: other suites run on the same cores.
      expect(performance.now() - started).toBeLessThan(8000);
      expect(answer.text.length).toBeLessThan(16 << 20);
    });
  }
});
