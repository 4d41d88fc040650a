// OpenAPI documents as they are served: files that clients get when their cluster lets them.

import { SELF } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { createCluster } from './support.ts';

it('documents are for those who may read the API, and known again', async () => {
  const { ask } = await createCluster('documents');
  const { paths } = await (await ask('/openapi/v3')).json<{ paths: Record<string, { serverRelativeURL: string }> }>();
  const url = paths['apis/apps/v1']?.serverRelativeURL ?? '';
  const found = await ask(url);
  expect([found.status, found.headers.get('Cache-Control')]).toEqual([200, 'public, immutable']);
  expect(await found.json()).toMatchObject({ openapi: '3.0.0' });
  const again = await ask(url, { headers: { 'If-None-Match': found.headers.get('ETag') ?? '' } });
  expect([again.status, await again.text()]).toEqual([304, '']);
  const issuer = await ask(paths['.well-known/openid-configuration']?.serverRelativeURL ?? '');
  expect(await issuer.json()).toMatchObject({ paths: { '/.well-known/openid-configuration/': {} } });
  const nobody = await SELF.fetch(`https://kubewisp.test/clusters/documents${url}`);
  expect(nobody.status).toBe(403);
  await nobody.text();

  const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const binary = await ask('/openapi/v2', { headers: { Accept: accept } });
  expect(binary.headers.get('Content-Type')).toBe(accept.replace('@', '.'));
  expect((await binary.arrayBuffer()).byteLength).toBeGreaterThan(100_000);
});
