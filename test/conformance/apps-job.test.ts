// After kubernetes test/e2e/apps/job.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { Job, JobSpec } from '../../src/api/types/batch-v1.ts';
import type { Pod } from '../../src/api/types/core-v1.ts';
import { labelled, MERGE } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld, untilGone } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
});

afterAll(() => world?.end());

const start = async () => {
  const namespace = await world.namespace('job');
  return { namespace, jobs: world.of<Job>('jobs.batch', namespace), pods: world.of<Pod>('pods', namespace) };
};

type There = Awaited<ReturnType<typeof start>>;

const SUCCEEDS = ['sh', '-c', 'exit 0'];
const NEVER_ENDS = ['sleep', '1000000'];

function aJob(name: string, command: string[], spec: Partial<JobSpec> = {}): Draft<Job> {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: { 'e2e-job': name } },
    spec: {
      parallelism: 2,
      completions: 4,
      template: {
        metadata: { labels: { job: name } },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'c', image: 'busybox', command }],
        },
      },
      ...spec,
    },
  };
}

const podsRun = ({ pods }: There, name: string, count: number): Promise<readonly Pod[]> =>
  eventually(
    `${count} pods of ${name} run`,
    async () => (await pods.list(labelled(`job=${name}`))).items,
    (items) => items.filter(({ status }) => status?.phase === 'Running').length === count,
  );

const finished = ({ jobs }: There, name: string, type: string): Promise<Job> =>
  eventually(
    `${name} is ${type}`,
    () => jobs.get(name),
    ({ status }) => status?.conditions?.some((each) => each.type === type && each.status === 'True') === true,
  );

it('[sig-apps] Job should create pods for an Indexed job with completion indexes and specified hostname', async () => {
  const there = await start();
  await there.jobs.create(aJob('indexed-job', SUCCEEDS, { completionMode: 'Indexed' }));
  expect((await finished(there, 'indexed-job', 'Complete')).status?.completedIndexes).toBe('0-3');
  const { items } = await there.pods.list(labelled('job=indexed-job'));
  const succeeded = items.filter(({ status }) => status?.phase === 'Succeeded');
  const indexes = succeeded.map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index']);
  expect(indexes.toSorted()).toEqual(['0', '1', '2', '3']);
  for (const { metadata, spec } of succeeded) {
    const index = metadata.annotations?.['batch.kubernetes.io/job-completion-index'];
    expect(spec?.hostname).toBe(`indexed-job-${index}`);
    expect(metadata.name.startsWith(`indexed-job-${index}-`)).toBe(true);
  }
});

it('[sig-apps] Job with successPolicy should succeeded when all indexes succeeded', async () => {
  const there = await start();
  const successPolicy = { rules: [{ succeededIndexes: '0-1' }] };
  await there.jobs.create(
    aJob('with-success-policy', SUCCEEDS, { completionMode: 'Indexed', completions: 2, successPolicy }),
  );
  const { status } = await finished(there, 'with-success-policy', 'Complete');
  expect(status?.conditions?.find(({ type }) => type === 'SuccessCriteriaMet')).toMatchObject({ status: 'True' });
  expect(status?.completedIndexes).toBe('0,1');
  expect(status?.succeeded).toBe(2);
});

it('[sig-apps] Job should delete a job', async () => {
  const there = await start();
  await there.jobs.create(aJob('foo', NEVER_ENDS));
  await podsRun(there, 'foo', 2);
  await there.jobs.delete('foo', { propagationPolicy: 'Background' });
  await untilGone(there.jobs, 'foo');
  await eventually(
    'its pods are gone',
    async () => (await there.pods.list(labelled('job=foo'))).items,
    (items) => items.length === 0,
  );
});

it('[sig-apps] Job should adopt matching orphans and release non-matching pods', async () => {
  const there = await start();
  const { metadata } = await there.jobs.create(aJob('adopt-release', NEVER_ENDS));
  const [pod] = await podsRun(there, 'adopt-release', 2);
  const name = pod?.metadata.name ?? '';
  const controller = async () =>
    (await there.pods.get(name)).metadata.ownerReferences?.find((each) => each.controller === true)?.uid;

  await there.pods.patch(name, { metadata: { ownerReferences: null } }, { type: MERGE });
  await eventually('the orphan is adopted', controller, (uid) => uid === metadata.uid);

  await there.pods.patch(name, { metadata: { labels: null } }, { type: MERGE });
  await eventually('the pod is released', controller, (uid) => uid === undefined);
});

it('[sig-apps] Job should apply changes to a job status', async () => {
  const there = await start();
  const name = 'suspend-false-to-true';
  await there.jobs.create(aJob(name, NEVER_ENDS, { parallelism: 1, completions: 1 }));
  await podsRun(there, name, 1);
  const conditions = [{ type: 'CustomConditionType', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }];
  await there.jobs.patch(
    name,
    { metadata: { annotations: { patchedstatus: 'true' } }, status: { conditions } },
    { type: MERGE, part: 'status' },
  );
  const patched = await there.jobs.get(name);
  expect(patched.metadata.annotations).toMatchObject({ patchedstatus: 'true' });
  expect(patched.status?.conditions?.some(({ type }) => type === 'CustomConditionType')).toBe(true);
  const updated = await there.jobs.change(
    name,
    ({ status }) =>
      Object.assign(status?.conditions?.find(({ type }) => type === 'CustomConditionType') ?? {}, {
        reason: 'updated',
      }),
    'status',
  );
  expect(updated.status?.conditions?.some(({ reason }) => reason === 'updated')).toBe(true);
  expect(await there.jobs.get(name, 'status')).toMatchObject({ kind: 'Job', metadata: { name } });
});

it('[sig-apps] Job should manage the lifecycle of a job', async () => {
  const there = await start();
  const name = 'e2e-lifecycle';
  const watch = there.jobs.watch(`labelSelector=e2e-job%3D${name}`);
  await there.jobs.create(aJob(name, SUCCEEDS, { parallelism: 2, completions: 2, suspend: true }));
  await watch.until('ADDED');
  await there.jobs.patch(name, { metadata: { labels: { patched: 'true' } } });
  await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['patched'] === 'true');
  await there.jobs.change(name, (job) => {
    job.metadata.annotations = { ...job.metadata.annotations, updated: 'true' };
    if (job.spec !== undefined) job.spec.suspend = false;
  });
  await watch.until('MODIFIED', ({ metadata }) => metadata.annotations?.['updated'] === 'true');
  await finished(there, name, 'Complete');
  expect((await world.of<Job>('jobs.batch').list(labelled(`e2e-job=${name}`))).items).toHaveLength(1);
  await there.jobs.deleteCollection(labelled(`e2e-job=${name}`), { propagationPolicy: 'Background' });
  await watch.until('DELETED');
  await watch.close();
});
