// Mistakes at random in requests that would be good: in their bodies, paths, queries and headers. What is checked of every
// request: testing/fuzz-check.ts.

import { expect, test } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { define, gadget, gadgets, GADGETS } from './testing/custom.ts';
import { check, checked, MEDIA, RUNS } from './testing/fuzz-check.ts';
import type { Choices } from './testing/fuzz.ts';
import { SchemaFuzz, withMistakes, withSlips } from './testing/fuzz.ts';
import { MAPS, metaOf, podBody, PODS, Rig } from './testing/rig.ts';

const OWNED = { name: 'kept', labels: { a: 'b' }, annotations: { note: '1' }, finalizers: ['x.io/y'] };
const TEMPLATE = {
  metadata: { labels: { a: 'b' } },
  spec: {
    containers: [
      {
        name: 'a',
        image: 'b:1',
        env: [
          { name: 'A', value: 'b' },
          { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        ports: [{ containerPort: 80, name: 'http' }],
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } },
        readinessProbe: { httpGet: { path: '/', port: 'http' } },
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
      },
    ],
    volumes: [{ name: 'v', configMap: { name: 'kept' } }],
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
  },
};

/** Good bodies: where they are made, and with what. */
const GOOD: ReadonlyArray<readonly [path: string, body: JsonObject]> = [
  [MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: OWNED, data: { a: '1', b: '2' }, binaryData: { c: 'YQ==' } }],
  [PODS, { ...podBody('kept', TEMPLATE.spec), metadata: { name: 'kept', labels: { a: 'b' } } }],
  [
    '/apis/apps/v1/namespaces/default/deployments',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: OWNED,
      spec: { replicas: 2, selector: { matchLabels: { a: 'b' } }, template: TEMPLATE },
    },
  ],
  [
    '/api/v1/namespaces/default/services',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kept' },
      spec: { selector: { a: 'b' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
  ],
  [
    '/apis/batch/v1/namespaces/default/cronjobs',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'kept' },
      spec: {
        schedule: '*/5 * * * *',
        jobTemplate: { spec: { template: { spec: { ...TEMPLATE.spec, restartPolicy: 'Never' } } } },
      },
    },
  ],
  ['/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kept' } }],
  [
    '/api/v1/nodes',
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'kept' },
      spec: { taints: [{ key: 'a', effect: 'NoExecute' }] },
    },
  ],
  [GADGETS, gadget('kept', { known: 'a', list: [{ name: 'a', value: 1 }], free: { a: { b: [1] } } })],
];

const SCHEMA: JsonObject = {
  properties: {
    known: { type: 'string', default: 'a', 'x-kubernetes-validations': [{ rule: 'self.size() < 10' }] },
    list: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, value: { type: 'integer' } },
      },
    },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

function filled(): Rig {
  const rig = new Rig();
  define(
    rig,
    gadgets(SCHEMA, {
      subresources: { status: {}, scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } },
    }),
  );
  rig.serviceAccount();
  for (const [path, body] of GOOD) expect(rig.send('POST', path, { body })).toMatchObject({ status: 201 });
  return rig;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'get', ''];
const OPTIONS = [
  ...[
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
    'labelSelector',
    'fieldSelector',
    'limit',
    'continue',
    'pretty',
  ],
  ...['resourceVersion', 'resourceVersionMatch', 'timeoutSeconds', 'watch', 'allowWatchBookmarks', 'sendInitialEvents'],
  ...[
    'propagationPolicy',
    'gracePeriodSeconds',
    'orphanDependents',
    'preconditions.uid',
    'includeObject',
    'container',
    'command',
  ],
];
const VALUES = [
  ...[
    '',
    'true',
    'false',
    '0',
    '1',
    '-1',
    '2',
    'All',
    'Strict',
    'Warn',
    'Ignore',
    'a',
    'a=b',
    'a!=b',
    'a in (b,c)',
    '!a',
    'a,b',
  ],
  ...[
    'a in (',
    'metadata.name=kept',
    'metadata.name!=kept',
    'spec.nodeName=',
    'status.phase',
    'metadata.name=a\\',
    '99999999999999999999',
  ],
  ...[
    'Exact',
    'NotOlderThan',
    'Background',
    'Foreground',
    'Orphan',
    'x'.repeat(200),
    '%',
    '%zz',
    '%00',
    '+',
    '{',
    'constructor',
    '__proto__',
  ],
  ...['eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJrZXB0XFx1MDAwMCJ9', 'e30', 'eyJ2IjoxfQ', 'bnVsbA'],
];
const SEGMENTS = [
  ...[
    '',
    '.',
    '..',
    '%2e%2e',
    '%2F',
    '%',
    '%00',
    'watch',
    'status',
    'scale',
    'log',
    'exec',
    'proxy',
    'binding',
    'eviction',
    'token',
  ],
  ...[
    'namespaces',
    'default',
    'kept',
    'pods',
    'configmaps',
    'v1',
    'v2',
    'api',
    'apis',
    'apps',
    '*',
    'constructor',
    '__proto__',
    'A',
  ],
];
const HEADERS: ReadonlyArray<readonly [name: string, values: readonly string[]]> = [
  [
    'content-type',
    [
      ...Object.values(MEDIA),
      'application/json',
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
      'text/plain',
      ';',
      '',
    ],
  ],
  [
    'accept',
    [
      ...[
        'application/json',
        'application/yaml',
        'application/vnd.kubernetes.protobuf',
        '*/*',
        '',
        ';;',
        'a/b;q=',
        'text/html',
      ],
      ...['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList', 'constructor'].map(
        (kind) => `application/json;as=${kind};v=v1;g=meta.k8s.io`,
      ),
      'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json;q=0.1',
    ],
  ],
  ['authorization', ['Bearer secret', 'Bearer', 'Bearer a.b.c', 'Basic YTpi', '', 'Bearer eyJhbGciOiJub25lIn0.e30.']],
  ['impersonate-user', ['', 'a', 'system:serviceaccount:default:default', 'system:node:kept']],
  ['impersonate-group', ['a', 'system:masters']],
  ['impersonate-extra-%', ['a']],
  ['user-agent', ['', 'kubectl/1', '/', 'x'.repeat(2000), '\u00e9']],
];

function mutatedUrl(choices: Choices, url: string): string {
  const segments = url.split('/');
  for (let count = choices.below(3); count > 0; count--) {
    const at = 1 + choices.below(segments.length);
    segments.splice(at, choices.below(2), choices.of(SEGMENTS));
  }
  const query = Array.from({ length: choices.below(4) }, () => `${choices.of(OPTIONS)}=${mutatedValue(choices)}`);
  return query.length === 0 ? segments.join('/') : `${segments.join('/')}?${query.join('&')}`;
}

function mutatedValue(choices: Choices): string {
  const value = choices.of(VALUES);
  return choices.percent(80) ? encodeURIComponent(value) : value;
}

function mutatedHeaders(choices: Choices): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let count = choices.below(3); count > 0; count--) {
    const [name, values] = choices.of(HEADERS);
    headers[name] = choices.of(values);
  }
  return headers;
}

/** A body for a method: good, with mistakes, or hardly one. */
function mutatedBody(choices: Choices, good: JsonObject): string {
  const object = choices.percent(20) ? good : withMistakes(choices, good);
  const text = choices.percent(15) ? JSON.stringify(jsonPatch(choices, good)) : JSON.stringify(object);
  return choices.percent(15) ? withSlips(choices, text) : text;
}

function jsonPatch(choices: Choices, good: JsonObject): JsonObject[] {
  const fuzz = new SchemaFuzz(choices);
  const pointer = (): string => {
    const names = [
      'metadata',
      'labels',
      'a',
      'spec',
      'template',
      'containers',
      '0',
      '-',
      '-1',
      'data',
      '~1',
      '~',
      '',
      'name',
      'list',
      'free',
    ];
    return Array.from({ length: choices.below(5) }, () => `/${choices.of(names)}`).join('');
  };
  return Array.from({ length: 1 + choices.below(4) }, () => ({
    op: choices.of(['add', 'remove', 'replace', 'move', 'copy', 'test', 'other']),
    path: pointer(),
    from: pointer(),
    value: choices.percent(20) ? good : fuzz.junk(),
  }));
}

test('mistakes in requests that would be good', { timeout: 120_000 }, () => {
  check(RUNS, (choices) => {
    const rig = filled();
    for (let count = 0; count < 12; count++) {
      const [path, good] = choices.of(GOOD);
      const method = choices.percent(75)
        ? choices.of(['GET', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE'])
        : choices.of(METHODS);
      const parts = ['', '', '', '/status', '/scale'];
      const url = method === 'POST' && choices.percent(70) ? path : `${path}/kept${choices.of(parts)}`;
      const type = method === 'PATCH' ? { 'content-type': choices.of(Object.values(MEDIA)) } : {};
      const headers = { ...type, ...(choices.percent(30) ? mutatedHeaders(choices) : {}) };
      const sent = ['GET', 'HEAD'].includes(method) ? { headers } : { body: mutatedBody(choices, good), headers };
      checked(rig, method, choices.percent(40) ? mutatedUrl(choices, url) : url, sent);
    }
    for (const [path] of GOOD) {
      const { status, body } = rig.get(path);
      expect(status).toBe(200);
      for (const item of body['items'] as JsonObject[]) {
        const { name } = metaOf(item);
        expect(rig.get(`${path}/${encodeURIComponent(String(name))}`).status).toBe(200);
      }
    }
  });
});

test(
  'a good body of each kind is changed a little, and written over the one that is there',
  { timeout: 120_000 },
  () => {
    check(RUNS, (choices) => {
      const rig = filled();
      for (const [path, good] of GOOD) {
        const stored = rig.get(`${path}/kept`).body;
        checked(rig, 'PUT', `${path}/kept`, { body: withMistakes(choices, stored) });
        const headers = { 'content-type': choices.of(Object.values(MEDIA)) };
        checked(rig, 'PATCH', `${path}/kept?fieldManager=a&force=true`, { body: withMistakes(choices, good), headers });
        checked(rig, 'PUT', `${path}/kept/status`, { body: withMistakes(choices, stored) });
      }
    });
  },
);
