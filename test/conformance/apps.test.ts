// After kubernetes test/e2e/apps/cronjob.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CronJob } from '../../src/api/types/batch-v1.ts';
import { MERGE } from './support/collection.ts';
import { expectOperations, three } from './support/operations.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

it('[sig-apps] CronJob should support CronJob API operations', async () => {
  const namespace = await world.namespace('cronjob');
  await expectOperations<CronJob>(world, {
    resource: 'cronjobs.batch',
    namespace,
    drafts: three({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { generateName: 'test-api-', labels: { 'special-label': namespace } },
      spec: {
        schedule: '* */1 * * ?',
        concurrencyPolicy: 'Allow',
        jobTemplate: {
          spec: {
            parallelism: 1,
            completions: 1,
            template: {
              spec: {
                restartPolicy: 'OnFailure',
                volumes: [{ name: 'data', emptyDir: {} }],
                containers: [{ name: 'c', image: 'busybox', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
              },
            },
          },
        },
      },
    }),
    async more(cronJobs, { metadata: { name, uid } }) {
      const first = '2026-01-02T03:04:05Z';
      const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { lastScheduleTime: first } };
      const patched = await cronJobs.patch(name, patch, { type: MERGE, part: 'status' });
      expect(patched.status?.lastScheduleTime).toBe(first);
      expect(patched.metadata.annotations).toMatchObject({ patchedstatus: 'true' });

      const second = '2026-01-02T04:04:05Z';
      const updated = await cronJobs.change(name, (object) => (object.status = { lastScheduleTime: second }), 'status');
      expect(updated.status?.lastScheduleTime).toBe(second);

      const status = await cronJobs.get(name, 'status');
      expect(status).toMatchObject({ kind: 'CronJob', metadata: { uid } });
    },
  });
});
