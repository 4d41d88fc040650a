// After kubernetes test/e2e/apps/cronjob.go: what takes its minutes. The tests wait side by side.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { CronJob, Job } from '../../src/api/types/batch-v1.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

const PATIENCE_MS = 150_000;

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
});

afterAll(() => world?.end());

const start = async () => {
  const namespace = await world.namespace('cronjob');
  return { crons: world.of<CronJob>('cronjobs.batch', namespace), jobs: world.of<Job>('jobs.batch', namespace) };
};

/** Every minute, a Job that does not end. */
function aCronJob(name: string, spec: Partial<CronJob['spec']> = {}): Draft<CronJob> {
  const containers = [{ name: 'c', image: 'busybox', command: ['sleep', '300'] }];
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name },
    spec: {
      schedule: '*/1 * * * ?',
      concurrencyPolicy: 'Allow',
      jobTemplate: {
        spec: {
          parallelism: 1,
          completions: 1,
          template: { spec: { restartPolicy: 'OnFailure', terminationGracePeriodSeconds: 0, containers } },
        },
      },
      ...spec,
    },
  };
}

/** Waits for minutes, not for seconds. */
async function until<T>(what: string, ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const active = ({ status }: CronJob): readonly string[] => (status?.active ?? []).map(({ name = '' }) => name);

describe.concurrent('CronJob', () => {
  it('[sig-apps] CronJob should schedule multiple jobs concurrently', { timeout: PATIENCE_MS }, async () => {
    const { crons, jobs } = await start();
    await crons.create(aCronJob('concurrent'));
    await until(
      'two run at once',
      () => crons.get('concurrent'),
      (cron) => active(cron).length >= 2,
    );
    expect((await jobs.list()).items.length).toBeGreaterThanOrEqual(2);
  });

  it(
    '[sig-apps] CronJob should not schedule new jobs when ForbidConcurrent [Slow]',
    { timeout: PATIENCE_MS },
    async () => {
      const { crons, jobs } = await start();
      await crons.create(aCronJob('forbid', { concurrencyPolicy: 'Forbid' }));
      const first = active(
        await until(
          'one runs',
          () => crons.get('forbid'),
          (cron) => active(cron).length === 1,
        ),
      );
      // The next minute comes and goes: it is left out.
      await new Promise((resolve) => setTimeout(resolve, 62_000));
      expect(active(await crons.get('forbid'))).toEqual(first);
      expect((await jobs.list()).items.map(({ metadata }) => metadata.name)).toEqual(first);
    },
  );

  it('[sig-apps] CronJob should replace jobs when ReplaceConcurrent', { timeout: PATIENCE_MS }, async () => {
    const { crons, jobs } = await start();
    await crons.create(aCronJob('replace', { concurrencyPolicy: 'Replace' }));
    const first = active(
      await until(
        'one runs',
        () => crons.get('replace'),
        (cron) => active(cron).length === 1,
      ),
    );
    const second = active(
      await until(
        'another one runs',
        () => crons.get('replace'),
        (cron) => active(cron).length === 1 && active(cron)[0] !== first[0],
      ),
    );
    await until(
      'the first is gone',
      () => jobs.list(),
      ({ items }) => items.map(({ metadata }) => metadata.name).join() === second[0],
    );
  });

  it('[sig-apps] CronJob should not schedule jobs when suspended [Slow]', { timeout: PATIENCE_MS }, async () => {
    const { crons, jobs } = await start();
    await crons.create(aCronJob('suspended', { suspend: true }));
    await new Promise((resolve) => setTimeout(resolve, 62_000));
    expect((await jobs.list()).items).toEqual([]);
    expect(active(await crons.get('suspended'))).toEqual([]);
  });
});
