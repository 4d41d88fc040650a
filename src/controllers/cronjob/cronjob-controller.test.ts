// CronJobs over time: changes of their schedule, and what an idle one does. Names of TestControllerV2UpdateCronJob are upstream's.

import { describe, expect, it } from 'vitest';
import type { CronJob } from '../../api/types/batch-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aCronJob, must } from '../testing/objects.ts';
import { cronJobController } from './cronjob-controller.ts';

const START = Date.UTC(2026, 0, 1, 9, 30);
const MINUTE = 60_000;

class Crons extends FakeCluster {
  constructor(spec: Partial<CronJob['spec']>) {
    super({ controllers: [cronJobController], now: START });
    must(this.client.create('cronjobs.batch', aCronJob(spec)));
    this.settle();
  }

  change(edit: (spec: CronJob['spec']) => void): void {
    const next = clone(this.client.get('cronjobs.batch', 'a', 'cron')) as CronJob;
    edit(next.spec);
    must(this.client.update('cronjobs.batch', next));
    this.settle();
  }

  /** Minutes after the start for which there are Jobs. */
  get times(): number[] {
    const names = this.client.list('jobs.batch').map(({ metadata }) => metadata.name);
    return names.map((name) => Number(name.split('-')[1]) - START / MINUTE).toSorted((a, b) => a - b);
  }
}

describe('TestControllerV2UpdateCronJob', () => {
  it('spec.template changed: the next Job has the new one', () => {
    const cluster = new Crons({ schedule: '0 * * * *' });
    cluster.change((spec) => {
      spec.jobTemplate = { ...spec.jobTemplate, metadata: { labels: { a: 'bar' }, annotations: { x: 'y' } } };
    });
    cluster.advance(30 * MINUTE);
    const [job] = cluster.client.list('jobs.batch');
    expect([job?.metadata.labels, job?.metadata.annotations?.['x']]).toEqual([{ a: 'bar' }, 'y']);
  });

  it('spec.schedule changed: times of the new one that lie in the past are not caught up with', () => {
    const cluster = new Crons({ schedule: '0 0 * * *' });
    cluster.advance(5 * MINUTE);
    cluster.change((spec) => {
      spec.schedule = '* * * * *';
    });
    expect(cluster.times).toEqual([]);
    cluster.advance(2 * MINUTE);
    expect(cluster.times).toEqual([6, 7]);
  });

  it('spec.schedule with @every changed', () => {
    const cluster = new Crons({ schedule: '@every 2h' });
    cluster.change((spec) => {
      spec.schedule = '@every 10m';
    });
    cluster.advance(25 * MINUTE);
    expect(cluster.times).toEqual([10, 20]);
  });

  it('spec.timeZone changed', () => {
    const cluster = new Crons({ schedule: '0 12 * * *' });
    cluster.change((spec) => {
      spec.timeZone = 'Europe/Rome';
    });
    cluster.advance(95 * MINUTE);
    expect(cluster.times).toEqual([90]);
  });
});

describe('a CronJob over time', () => {
  it('does nothing between its times', () => {
    const cluster = new Crons({ schedule: '0 * * * *' });
    const before = cluster.reconciles.length;
    cluster.advance(29 * MINUTE);
    expect(cluster.reconciles.length).toBe(before);
    expect(cluster.settle()).toBe(START + 30 * MINUTE);
  });

  it('has no timer while it is suspended, and starts one Job for the times it missed', () => {
    const cluster = new Crons({ schedule: '* * * * *', suspend: true });
    expect(cluster.settle()).toBeUndefined();
    cluster.advance(10 * MINUTE + 1);
    cluster.change((spec) => {
      spec.suspend = false;
    });
    expect(cluster.times).toEqual([10]);
  });

  it('starts none for missed times that are past its deadline', () => {
    const cluster = new Crons({ schedule: '0 * * * *', suspend: true, startingDeadlineSeconds: 30 });
    cluster.advance(40 * MINUTE);
    cluster.change((spec) => {
      spec.suspend = false;
    });
    expect(cluster.times).toEqual([]);
    expect(cluster.settle()).toBe(START + 90 * MINUTE);
  });

  it('leaves out a local time that a clock change skips', () => {
    const cluster = new Crons({ schedule: '30 2 * * *', timeZone: 'Europe/Berlin', suspend: true });
    cluster.now = Date.parse('2026-03-28T12:00:00Z');
    const status = { lastScheduleTime: '2026-03-28T01:30:00Z' };
    const cronJob = cluster.client.get('cronjobs.batch', 'a', 'cron') as CronJob;
    must(cluster.client.updateStatus('cronjobs.batch', { ...cronJob, status }));
    cluster.change((spec) => {
      spec.suspend = false;
    });
    expect(cluster.settle()).toBe(Date.parse('2026-03-30T00:30:00Z'));
  });
});
