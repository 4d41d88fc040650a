// Real aborts of the real objects, the cluster's and its node pool's, at any moment of a rollout and a Job: what comes of
// them is what would have come without. Each single write is crashed at in test/simulation/crashes.test.ts.

import { abortAllDurableObjects } from 'cloudflare:test';
import { expect, it } from 'vitest';
import type { Deployment } from '../../../src/api/types/apps-v1.ts';
import type { Job } from '../../../src/api/types/batch-v1.ts';
import type { Pod } from '../../../src/api/types/core-v1.ts';
import type { TestCluster } from './support.ts';
import { createCluster } from './support.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const JOBS = '/apis/batch/v1/namespaces/default/jobs';
/** Milliseconds from a write to the abort: within the turn that answers it, and later on. */
const PAUSES = [0, 1, 5, 20, 60, 150];

function template(app: string, container: object, more: object = {}) {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image: 'a', ...container }], ...more } };
}

async function read<T>(ask: TestCluster['ask'], path: string): Promise<T> {
  return (await (await ask(path)).json()) as T;
}

async function send(ask: TestCluster['ask'], method: string, path: string, body: object): Promise<void> {
  const headers = method === 'PATCH' ? { 'Content-Type': 'application/merge-patch+json' } : {};
  const answer = await ask(path, { method, body, headers });
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
}

it('what objects that are aborted have begun is carried out all the same', { timeout: 60_000 }, async () => {
  const { ask } = await createCluster('crashing', 2);
  const web = { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template('web', {}) };
  const ended = template('task', { command: ['true'] }, { restartPolicy: 'Never' });
  await expect
    .poll(async () => (await ask('/api/v1/namespaces/default/serviceaccounts/default')).status, { timeout: 20_000 })
    .toBe(200);
  await send(ask, 'POST', DEPLOYMENTS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: web,
  });
  for (const [round, pause] of PAUSES.entries()) {
    const name = `task-${round}`;
    const spec = { completions: 2, parallelism: 2, completionMode: 'Indexed', template: ended };
    await send(ask, 'POST', JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec });
    await send(ask, 'PATCH', `${DEPLOYMENTS}/web`, { spec: { replicas: round + 1 } });
    await scheduler.wait(pause);
    await abortAllDurableObjects();
  }
  const replicas = PAUSES.length;
  await expect
    .poll(async () => (await read<Deployment>(ask, `${DEPLOYMENTS}/web`)).status?.availableReplicas, {
      timeout: 20_000,
    })
    .toBe(replicas);
  const succeeded = async (): Promise<unknown[]> =>
    (await read<{ items: Job[] }>(ask, JOBS)).items.map(({ status }) => status?.completedIndexes);
  await expect.poll(succeeded, { timeout: 20_000 }).toEqual(PAUSES.map(() => '0,1'));

  const { items } = await read<{ items: Pod[] }>(ask, '/api/v1/namespaces/default/pods');
  const phases = items.map(({ status }) => status?.phase).toSorted();
  expect(phases).toEqual([...Array(replicas).fill('Running'), ...Array(2 * PAUSES.length).fill('Succeeded')]);
});
