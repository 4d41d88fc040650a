// The Job of a CronJob for one time of its schedule, and the order in which its Jobs are old.
// Models kubernetes pkg/controller/cronjob/{utils,cronjob_controllerv2}.go.

import type { Draft } from '../../api/object.ts';
import type { CronJob, Job } from '../../api/types/batch-v1.ts';
import type { ObjectReference } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { formatInZone } from '../../schema/cron-schedule.ts';
import { controllerReference } from '../common/owners.ts';

const SCHEDULED_TIMESTAMP = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** One name for one time: what was made already cannot be made again. */
export function jobName({ metadata }: CronJob, time: number): string {
  return `${metadata.name}-${Math.floor(time / 60_000)}`;
}

export function jobDraft(cronJob: CronJob, time: number): Draft<Job> {
  const { metadata = {}, spec } = cronJob.spec.jobTemplate;
  const annotations = { ...metadata.annotations, [SCHEDULED_TIMESTAMP]: formatInZone(time, cronJob.spec.timeZone) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, time),
      namespace: cronJob.metadata.namespace ?? '',
      ...(metadata.labels === undefined ? {} : { labels: { ...metadata.labels } }),
      annotations,
      ownerReferences: [controllerReference(cronJob)],
    },
    ...(spec === undefined ? {} : { spec: clone(spec) }),
  };
}

export function referenceTo({ apiVersion, kind, metadata }: Job): ObjectReference {
  const { name, namespace = '', resourceVersion, uid } = metadata;
  return { apiVersion, kind, name, namespace, resourceVersion, uid };
}

/** Oldest first; those that have not started come last. */
export function byStartTime(jobs: readonly Job[]): Job[] {
  const start = ({ status }: Job): number => Date.parse(status?.startTime ?? '9999-01-01T00:00:00Z');
  return jobs.toSorted((a, b) => start(a) - start(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
}
