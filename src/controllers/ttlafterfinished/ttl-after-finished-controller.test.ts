// When Jobs that have ended are deleted. The cases are upstream's (pkg/controller/ttlafterfinished, TestTimeLeft).

import { describe, expect, it } from 'vitest';
import type { Job } from '../../api/types/batch-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aJob, must } from '../testing/objects.ts';
import { ttlAfterFinishedController } from './ttl-after-finished-controller.ts';

const NOW = Date.UTC(2026, 0, 1);

interface Given {
  readonly ended?: 'Complete' | 'Failed';
  /** Seconds before now. */
  readonly ago?: number;
  readonly ttl?: number;
}

function clusterWith({ ended, ago = 0, ttl }: Given): FakeCluster {
  const cluster = new FakeCluster({ controllers: [ttlAfterFinishedController], now: NOW });
  const conditions =
    ended === undefined ? [] : [{ type: ended, status: 'True', lastTransitionTime: formatTime(NOW - ago * 1000) }];
  const spec = ttl === undefined ? {} : { ttlSecondsAfterFinished: ttl };
  must(cluster.client.create('jobs.batch', { ...aJob(spec), status: { conditions } }));
  cluster.settle();
  return cluster;
}

const jobOf = ({ client }: FakeCluster): Job | undefined => client.get('jobs.batch', 'a', 'job');
const isDeleted = (cluster: FakeCluster): boolean => jobOf(cluster)?.metadata.deletionTimestamp !== undefined;

describe('TestTimeLeft', () => {
  it.each<[string, Given, number | undefined]>([
    ['Error case: Job unfinished', { ttl: 10 }, undefined],
    ['Error case: Job completed now, no TTL', { ended: 'Complete' }, undefined],
    ['Job completed now, 0s TTL', { ended: 'Complete', ttl: 0 }, 0],
    ['Job completed now, 10s TTL', { ended: 'Complete', ttl: 10 }, 10],
    ['Job completed 10s ago, 15s TTL', { ended: 'Complete', ago: 10, ttl: 15 }, 5],
    ['Job completed 20s ago, 15s TTL', { ended: 'Complete', ago: 20, ttl: 15 }, 0],
    ['Error case: Job failed now, no TTL', { ended: 'Failed' }, undefined],
    ['Job failed now, 0s TTL', { ended: 'Failed', ttl: 0 }, 0],
    ['Job failed now, 10s TTL', { ended: 'Failed', ttl: 10 }, 10],
    ['Job failed 10s ago, 15s TTL', { ended: 'Failed', ago: 10, ttl: 15 }, 5],
  ])('%s', (_, given, left) => {
    const cluster = clusterWith(given);
    if (left !== 0) {
      expect(isDeleted(cluster)).toBe(false);
      expect(cluster.settle()).toBe(left === undefined ? undefined : NOW + left * 1000);
    }
    cluster.advance((left ?? 3600) * 1000);
    expect(isDeleted(cluster)).toBe(left !== undefined);
  });
});

describe('ttlAfterFinishedController', () => {
  it('deletes in the foreground, so that its pods go first', () => {
    const cluster = clusterWith({ ended: 'Complete', ttl: 0 });
    expect(jobOf(cluster)?.metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(cluster.settle()).toBeUndefined();
  });

  it('starts to count once the Job has ended', () => {
    const cluster = clusterWith({ ttl: 10 });
    cluster.advance(60_000);
    const job = clone(jobOf(cluster)) as Job;
    job.status = { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: formatTime(cluster.now) }] };
    must(cluster.client.updateStatus('jobs.batch', job));
    expect(cluster.settle()).toBe(NOW + 70_000);
  });

  it('looks at the Job again when its time has come: a longer time to live counts', () => {
    const cluster = clusterWith({ ended: 'Complete', ttl: 10 });
    const job = clone(jobOf(cluster)) as Job;
    if (job.spec !== undefined) job.spec.ttlSecondsAfterFinished = 100;
    must(cluster.client.update('jobs.batch', job));
    cluster.advance(20_000);
    expect(isDeleted(cluster)).toBe(false);
    cluster.advance(80_000);
    expect(isDeleted(cluster)).toBe(true);
  });

  it('leaves a Job alone whose time to live was taken away', () => {
    const cluster = clusterWith({ ended: 'Complete', ttl: 10 });
    const job = clone(jobOf(cluster)) as Job;
    delete job.spec?.ttlSecondsAfterFinished;
    must(cluster.client.update('jobs.batch', job));
    cluster.advance(60_000);
    expect(isDeleted(cluster)).toBe(false);
  });
});
