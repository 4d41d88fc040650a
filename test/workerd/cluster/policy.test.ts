// The default roles of a cluster that an earlier version made.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { createCluster } from './support.ts';
import type { TestCluster } from './support.ts';

const PATH = '/apis/rbac.authorization.k8s.io/v1';

async function revision({ ask }: TestCluster): Promise<string> {
  const list = await (await ask(`${PATH}/roles`)).json<{ metadata: { resourceVersion: string } }>();
  return list.metadata.resourceVersion;
}

it('come when it is opened, once', async () => {
  const cluster = await createCluster('elder');
  for (const resource of ['clusterroles', 'clusterrolebindings']) {
    await (await cluster.ask(`${PATH}/${resource}`, { method: 'DELETE' })).text();
  }
  const status = async (path: string): Promise<number> => {
    const answer = await cluster.ask(`${PATH}/${path}`);
    await answer.text();
    return answer.status;
  };
  expect(await status('clusterroles/admin')).toBe(404);

  // What is deleted is not missed as long as the version is this one.
  await evictDurableObject(cluster.stub);
  expect(await status('clusterroles/admin')).toBe(404);

  await runInDurableObject(cluster.stub, (_, { storage }) => void storage.kv.delete('policy-version'));
  await evictDurableObject(cluster.stub);
  expect(await status('clusterroles/admin')).toBe(200);
  expect(await status('clusterrolebindings/system:discovery')).toBe(200);
  expect(await (await cluster.ask('/api', { headers: { 'Impersonate-User': 'alice' } })).json()).toMatchObject({
    kind: 'APIVersions',
  });
  const before = await revision(cluster);
  await evictDurableObject(cluster.stub);
  expect(await revision(cluster)).toBe(before);
});
