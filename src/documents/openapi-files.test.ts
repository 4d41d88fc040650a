import { describe, expect, it } from 'vitest';
import { openApiResponse } from '../gateway/openapi.ts';
import type { Encoding } from '../apiserver/http.ts';
import type { JsonObject } from '../lib/json.ts';
import { parseDeclaration } from './descriptions.ts';
import { openApiFiles } from './openapi-files.ts';

const files = openApiFiles();

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
}

function json<T>(path: string): T {
  return JSON.parse(files.get(path) as string) as T;
}

/** As a Worker's assets answer. */
const documents = {
  fetch: async (url: string | URL | Request) => {
    const content = files.get(new URL(String(url)).pathname.slice(1));
    return new Response(content ?? 'no such file', { status: content === undefined ? 404 : 200 });
  },
} as Pick<Fetcher, 'fetch'>;

async function ask(
  document: string,
  added = '',
  path = '/openapi/v3',
  more: Partial<Encoding> & { tag?: string } = {},
) {
  const headers = more.tag === undefined ? {} : { 'If-None-Match': more.tag };
  const request = new Request(`https://kubewisp.test${path}`, { headers });
  return openApiResponse(request, { format: more.format ?? 'json', document }, added, documents);
}

const WIDGETS = '/apis/example.com/v1/widgets';
const CUSTOM_V2 = `${JSON.stringify({
  paths: { [WIDGETS]: { get: { responses: { 200: { description: 'OK' } } } } },
  swagger: '2.0',
  info: { title: 'Kubernetes', version: 'v1' },
  definitions: { 'com.example.v1.Widget': { type: 'object' } },
})}\n`;

describe('descriptions', () => {
  it('stand at the types and nearly all of their fields', () => {
    const { definitions } = json<{ definitions: Record<string, Described> }>('v2.json');
    const all = Object.values(definitions);
    const fields = all.flatMap(({ properties }) => Object.values(properties ?? {}));
    expect(fields.length).toBeGreaterThan(2400);
    expect(fields.filter(({ description }) => description === undefined).length / fields.length).toBeLessThan(0.025);
    expect(all.filter(({ description }) => description === undefined).length / all.length).toBeLessThan(0.03);
    expect(definitions['io.k8s.api.core.v1.ContainerPort']?.properties?.['protocol']?.description).toContain('"TCP"');
  });

  it('are read without margins and escapes', () => {
    const text =
      "/**\n* A \\'thing\\'.\n* Two lines.\n*/\nexport declare class V1Thing {\n    /**\n    * Its name.\n    */\n    'name'?: string;\n    'plain': string;\n}";
    expect(parseDeclaration(text)).toEqual({
      text: "A 'thing'.\nTwo lines.",
      fields: new Map([['name', 'Its name.']]),
    });
    expect(parseDeclaration('export declare const x: number;')).toBeUndefined();
  });
});

describe('documents as they are served', () => {
  it('are found by their hash, for good', async () => {
    const index = (await (await ask('v3', '{"paths":{}}\n')).json()) as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    const url = index.paths['apis/apps/v1']?.serverRelativeURL ?? '';
    expect(url).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/);
    const found = await ask('v3/apis/apps/v1', '', url);
    expect(found.status).toBe(200);
    expect(found.headers.get('Cache-Control')).toBe('public, immutable');
    expect(await found.json()).toMatchObject({ openapi: '3.0.0' });
    const old = await ask('v3/apis/apps/v1', '', '/clusters/a/openapi/v3/apis/apps/v1?hash=OLD');
    expect(old.status).toBe(301);
    expect(old.headers.get('Location')).toBe(`/clusters/a${url}`);
    const plain = await ask('v3/apis/apps/v1', '', '/openapi/v3/apis/apps/v1');
    expect(plain.headers.get('Cache-Control')).toBe('no-cache, private');
    const again = await ask('v3/apis/apps/v1', '', url, { tag: plain.headers.get('ETag') ?? '' });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('name what the cluster adds', async () => {
    const own = { serverRelativeURL: '/openapi/v3/apis/example.com/v1?hash=1' };
    const answer = await ask('v3', JSON.stringify({ paths: { 'apis/example.com/v1': own } }));
    const { paths } = (await answer.json()) as { paths: Record<string, object> };
    expect(paths['apis/example.com/v1']).toEqual(own);
    expect(Object.keys(paths)).toEqual(Object.keys(paths).sort());
  });

  it('of custom resources have the schemas that all share', async () => {
    const own = { openapi: '3.0.0', components: { schemas: { 'com.example.v1.Widget': {} } }, paths: {} };
    const answer = await ask('v3/custom', JSON.stringify(own));
    const { components } = (await answer.json()) as { components: { schemas: Record<string, Described> } };
    expect(Object.keys(components.schemas)).toContain('com.example.v1.Widget');
    expect(components.schemas['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta']?.description).toContain('ObjectMeta');
  });

  it('say of custom resources what the members mean that every object has', async () => {
    const kind = { 'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Widget' }] };
    const properties = { apiVersion: { type: 'string' }, kind: { type: 'string' }, size: {} };
    const schemas = { 'com.example.v1.Widget': { ...kind, properties } };
    const answer = await ask('v3/custom', JSON.stringify({ openapi: '3.0.0', components: { schemas }, paths: {} }));
    const found = ((await answer.json()) as { components: { schemas: Record<string, Described> } }).components.schemas;
    const own = found['com.example.v1.Widget']?.properties;
    expect(own?.['apiVersion']).toEqual({ description: expect.stringMatching(/^APIVersion defines/), type: 'string' });
    expect(own?.['size']).toEqual({});
    const text = JSON.stringify({ paths: { [WIDGETS]: {} }, definitions: schemas });
    const whole = (await (await ask('v2', text, '/openapi/v2')).json()) as { definitions: Record<string, Described> };
    expect(whole.definitions['com.example.v1.Widget']?.properties?.['kind']?.description).toMatch(/^Kind is/);
  });

  it('of version 2 are one with what the cluster adds, as JSON and as protobuf', async () => {
    const answer = await ask('v2', CUSTOM_V2, '/openapi/v2');
    const whole = (await answer.json()) as { paths: JsonObject; definitions: JsonObject };
    const plain = json<{ paths: JsonObject; definitions: JsonObject }>('v2.json');
    expect(Object.keys(whole.paths)).toEqual([WIDGETS, ...Object.keys(plain.paths)]);
    expect(Object.keys(whole.definitions)).toEqual([...Object.keys(plain.definitions), 'com.example.v1.Widget']);
    const binary = await ask('v2', CUSTOM_V2, '/openapi/v2', { format: 'protobuf' });
    expect(binary.headers.get('Content-Type')).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    const bytes = new Uint8Array(await binary.arrayBuffer());
    const built = files.get('v2.pb') as Uint8Array;
    expect(bytes.slice(0, built.length)).toEqual(built);
    expect(new TextDecoder().decode(bytes.slice(built.length))).toContain(WIDGETS);
    expect(binary.headers.get('ETag')).toBe(answer.headers.get('ETag'));
  });

  it('are protobuf where that is asked for, known by the same tag', async () => {
    const url = '/openapi/v3/apis/apps/v1';
    const binary = await ask('v3/apis/apps/v1', '', url, { format: 'protobuf' });
    expect(binary.headers.get('Content-Type')).toBe('application/com.github.proto-openapi.spec.v3.v1.0+protobuf');
    expect(binary.headers.get('ETag')).toBe((await ask('v3/apis/apps/v1', '', url)).headers.get('ETag'));
    expect(new Uint8Array(await binary.arrayBuffer())).toEqual(files.get('v3/apis/apps/v1.pb'));
    const own = { openapi: '3.0.0', components: { schemas: { 'com.example.v1.Widget': {} } }, paths: {} };
    const custom = await ask('v3/custom', JSON.stringify(own), url, { format: 'protobuf' });
    expect(await custom.text()).toContain('com.example.v1.Widget');
  });
});
