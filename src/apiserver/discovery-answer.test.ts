import { expect, test } from 'vitest';
import { Scheme } from '../api/scheme.ts';
import { discoveryAnswer } from './discovery-answer.ts';
import { Discovery } from './discovery.ts';
import type { ApiResponse } from './http.ts';

const discovery = new Discovery(new Scheme());

function get(path: string, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  const request = { method: 'GET', path, query: '', body: '', header: (name: string) => headers[name] };
  return discoveryAnswer(discovery, { ...request, headersWith: () => [] }, path.split('/').slice(1));
}

const AGGREGATED = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

test('documents are represented as asked', () => {
  expect(get('/apis').encoding).toBeUndefined();
  expect(get('/api/v1', { accept: 'application/vnd.kubernetes.protobuf' }).encoding).toEqual({ format: 'protobuf' });
  expect(get('/apis/apps', { accept: 'application/yaml' }).encoding).toEqual({ format: 'yaml' });
  expect(get('/apis', { 'user-agent': 'curl/8' }).encoding).toEqual({ format: 'json', pretty: true });
  const table = get('/api/v1', { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' });
  expect(table.status).toBe(406);
  expect(table.body).toContain('only the following media types are accepted');
});

test('aggregated documents have a name by which a client knows that it has them', () => {
  const accept = `application/json;${AGGREGATED},application/json`;
  const first = get('/apis', { accept });
  expect(first).toMatchObject({ status: 200, contentType: `application/json;${AGGREGATED}` });
  expect(first.headers).toMatchObject({ Vary: 'Accept', 'Cache-Control': 'public' });
  const etag = first.headers?.['ETag'] ?? '';
  expect(etag).toMatch(/^"[0-9A-F]{16}"$/);
  expect(get('/apis', { accept, 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
  expect(get('/apis', { accept, 'if-none-match': '"other"' }).status).toBe(200);
  const protobuf = get('/api', { accept: `application/vnd.kubernetes.protobuf;${AGGREGATED}` });
  expect(protobuf.encoding).toEqual({ format: 'protobuf' });
});

test('only the roots are aggregated', () => {
  expect(get('/apis/apps', { accept: `application/json;${AGGREGATED},application/json` }).headers).toBeUndefined();
});
