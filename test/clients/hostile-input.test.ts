// Bodies and connections made to harm, against a server of its own: the bounds hold in the runtime as well, whose stack is
// another one than that of the unit tests. Holds upstream's test/integration/apiserver/max_request_body_bytes_test.go
// (TestMaxResourceSize) and apiextensions-apiserver's limit_test.go (TestLimits), by the names of their cases, and the
// weakness of CVE-2018-1002105 (what follows a failed upgrade).
//
// Not applicable: redirects and addresses that are proxied to (CVE-2020-8559, CVE-2020-8562, CVE-2022-3172): nothing is
// proxied yet, and no answer is a redirect.

import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFINITIONS, gadget, gadgets, GADGETS } from '../../src/apiserver/testing/custom.ts';
import type { AnyObject, ApiAnswer, ApiCall } from '../support/api.ts';
import { Api } from '../support/api.ts';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const LIMIT = 3_145_728;

const TYPE = {
  yaml: 'application/yaml',
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** As many of `unit` as fit into a body beside `rest` characters. */
const fill = (unit: string, rest: number): string => unit.repeat(Math.floor((LIMIT - rest) / unit.length));
const nested = (depth: number): string => `${'{"x":'.repeat(depth)}{}${'}'.repeat(depth)}`;

describe('hostile input', () => {
  let server: TestServer;
  let api: Api;

  beforeAll(async () => {
    server = await startServer({ nodes: 0 });
    api = new Api(server);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } };
    expect((await api.send({ method: 'POST', path: MAPS, body })).status).toBe(201);
    const definition = gadgets({ 'x-kubernetes-preserve-unknown-fields': true });
    expect((await api.send({ method: 'POST', path: DEFINITIONS, body: definition })).status).toBe(201);
    for (let tries = 0; (await api.send({ path: GADGETS })).status !== 200 && tries < 50; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await api.send({ method: 'POST', path: GADGETS, body: gadget('deep') })).status).toBe(201);
  });

  afterAll(async () => {
    api?.close();
    await server?.stop();
  });

  async function answered(call: ApiCall, code: number): Promise<ApiAnswer> {
    const answer = await api.send(call);
    if (answer.status >= 300) {
      const { kind, code: told } = JSON.parse(answer.text) as AnyObject;
      expect({ kind, told }).toEqual({ kind: 'Status', told: answer.status });
    }
    expect(answer.status, answer.text.slice(0, 500)).toBe(code);
    return answer;
  }

  const large = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept"},"data":{"a":"${fill('x', 0)}"}}`;

  describe('TestMaxResourceSize', () => {
    it.each([
      ['Create should limit the request body size', { method: 'POST', path: MAPS }],
      ['Update should limit the request body size', { method: 'PUT', path: `${MAPS}/kept` }],
      ['Patch should limit the request body size', { method: 'PATCH', path: `${MAPS}/kept`, type: TYPE.merge }],
      ['Apply should, too', { method: 'PATCH', path: `${MAPS}/kept?fieldManager=a`, type: TYPE.apply }],
      ['Delete should limit the request body size', { method: 'DELETE', path: `${MAPS}/kept` }],
      ['Deletes of many should, too', { method: 'DELETE', path: MAPS }],
    ])('%s', async (_title, call) => {
      await answered({ ...call, body: large }, 413);
      await answered({ path: `${MAPS}/kept` }, 200);
    });

    const kept = `${MAPS}/kept`;
    const operation = '[{"op":"add","path":"/foo","value":';
    const pair = (type: string, open: string, close: string) => [
      { path: kept, type, body: `${open}${fill('[', 200)}${close}`, code: 400 },
      { path: kept, type, body: `${open}[${fill('0,', 200)}0]${close}`, code: 200 },
    ];
    const cases = [
      ...pair(TYPE.json, operation, '}]'),
      ...pair(TYPE.merge, '{"foo":', '}'),
      ...pair(TYPE.strategic, '{"foo":', '}'),
    ];
    it.each(cases)('a patch of $type just under the limit: $code', async ({ code, ...call }) => {
      await answered({ method: 'PATCH', ...call }, code);
    });

    it('ApplyPatchType should handle a patch just under the max limit', async () => {
      const head = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept"},"foo":';
      const call = { method: 'PATCH', path: `${kept}?fieldManager=a`, type: TYPE.apply };
      await answered({ ...call, body: head + fill('[', 200) }, 400);
      // Its field is not known.
      await answered({ ...call, body: `${head}[${fill('0,', 200)}0]}` }, 500);
    });

    it.each([
      ['yaml', TYPE.yaml],
      ['json', 'application/json'],
    ])('create should limit %s parsing', async (_name, type) => {
      await answered({ method: 'POST', path: MAPS, type, body: fill('[', 0) }, 400);
    });
  });

  describe('TestLimits', () => {
    const head = 'apiVersion: test.example.com/v1\nkind: Gadget\nmetadata:\n  name: limits\n';
    const start = '{"apiVersion":"test.example.com/v1","kind":"Gadget","metadata":{"name":"limits"},"spec":{"a":';
    const post = { method: 'POST', path: GADGETS };
    const yaml = { ...post, type: TYPE.yaml };

    it('create YAML over 3MB limit', () => answered({ ...yaml, body: `${head}spec: ${fill('[', 0)}` }, 413));
    it('create YAML just under 3MB limit, nested', () =>
      answered({ ...yaml, body: `${head}spec: ${fill('[', 200)}` }, 400));
    it('create YAML just under 3MB limit, not nested', () =>
      // It is read, and is too large to be kept.
      answered({ ...yaml, body: `${head}spec:\n  a: "${fill('x', 200)}"\n` }, 413));
    it('create JSON over 3MB limit', () => answered({ ...post, body: start + fill('[', 0) }, 413));
    it('create JSON just under 3MB limit, nested', () => answered({ ...post, body: start + fill('[', 200) }, 400));
    it('create JSON just under 3MB limit, not nested', () =>
      answered({ ...post, body: `${start}"${fill('x', 200)}"}}` }, 413));
  });

  describe('what is nested as deep as is allowed', () => {
    const deep = `${GADGETS}/deep`;
    const body = `{"apiVersion":"test.example.com/v1","kind":"Gadget","metadata":{"name":"deep"},"spec":${nested(990)}}`;

    it('is written in every way', async () => {
      await answered({ method: 'PATCH', path: deep, type: TYPE.merge, body }, 200);
      const { text } = await answered({ path: deep }, 200);
      await answered({ method: 'PUT', path: deep, body: text }, 200);
      for (const manager of ['a', 'b', 'a']) {
        const path = `${deep}?force=true&fieldManager=${manager}`;
        await answered({ method: 'PATCH', path, type: TYPE.apply, body }, 200);
      }
      const test = `[{"op":"test","path":"/spec","value":${nested(990)}}]`;
      await answered({ method: 'PATCH', path: deep, type: TYPE.json, body: test }, 200);
      const yaml = nested(390).replaceAll('"', '').replaceAll(':', ': ');
      await answered(
        {
          method: 'POST',
          path: GADGETS,
          type: TYPE.yaml,
          body: `apiVersion: test.example.com/v1\nkind: Gadget\nmetadata: {name: yaml}\nspec: ${yaml}\n`,
        },
        201,
      );
    });

    it.each([
      'application/yaml',
      'application/json;as=Table;v=v1;g=meta.k8s.io',
      'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    ])('is read as %s', async (accept) => {
      await answered({ path: deep, headers: { Accept: accept } }, 200);
      await answered({ path: `${deep}?pretty=true`, headers: { Accept: accept } }, 200);
    });

    it('is no deeper for a definition, which is read as protobuf, too', async () => {
      const schema = `${'{"type":"object","properties":{"x":'.repeat(450)}{"type":"string"}${'}}'.repeat(450)}`;
      const definition = JSON.stringify(gadgets({})).replaceAll('gadget', 'widget').replaceAll('Gadget', 'Widget');
      const body = definition.replace('"spec":{"type":"object"}', `"spec":${schema}`).replace('"gd"', '"wd"');
      await answered({ method: 'POST', path: DEFINITIONS, body }, 201);
      const accept = 'application/vnd.kubernetes.protobuf';
      const { headers } = await answered({ path: DEFINITIONS, headers: { Accept: accept } }, 200);
      expect(headers['content-type']).toBe(accept);
      for (const path of ['/openapi/v2', '/openapi/v3/apis/test.example.com/v1']) await answered({ path }, 200);
    });

    it('no step makes it deeper', async () => {
      const add = `[{"op":"add","path":"/spec${'/x'.repeat(991)}","value":${nested(900)}}]`;
      await answered({ method: 'PATCH', path: deep, type: TYPE.json, body: add }, 422);
    });
  });

  it('what follows a failed upgrade is a request like any other', async () => {
    const { hostname, port } = new URL(server.url);
    const upgrade = (path: string, more: readonly string[]): string =>
      [`GET ${path} HTTP/1.1`, `Host: ${hostname}:${port}`, ...more, '', ''].join('\r\n');
    for (const protocol of ['websocket', 'SPDY/3.1']) {
      const text = await new Promise<string>((resolve, reject) => {
        const socket = connect({ host: hostname, port: Number(port), ca: server.ca, servername: 'localhost' });
        let got = '';
        socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
        socket.on('error', reject);
        socket.on('close', () => resolve(got));
        socket.setTimeout(3000, () => socket.destroy());
        socket.write(
          upgrade('/api/v1/namespaces/default/pods/none/exec?command=sh&stdout=true', [
            `Authorization: Bearer ${server.token}`,
            'Connection: Upgrade',
            `Upgrade: ${protocol}`,
            'Sec-WebSocket-Version: 13',
            'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
            'Sec-WebSocket-Protocol: v5.channel.k8s.io',
          ]),
        );
        setTimeout(() => socket.write(upgrade('/api/v1/secrets', ['Connection: close'])), 500);
      });
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
      expect(statuses[0]).toBeGreaterThanOrEqual(400);
      // The server may close the connection instead.
      expect([401, 403, undefined]).toContain(statuses[1]);
      expect(text).not.toContain('SecretList');
    }
  });
});
