// Deletes Jobs some time after they have ended: spec.ttlSecondsAfterFinished.
// Models kubernetes pkg/controller/ttlafterfinished/ttlafterfinished_controller.go.

import type { Job } from '../../api/types/batch-v1.ts';
import { finishedCondition } from '../common/jobs.ts';
import { keyOf } from '../common/owners.ts';
import type { Context, Controller, Outcome } from '../runtime/component.ts';

export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  watches: {
    'jobs.batch': ({ verb, object }) => (verb === 'delete' || expiresAt(object) === undefined ? [] : [keyOf(object)]),
  },
  reconcile,
};

/** Milliseconds since the epoch; undefined: it is not to be deleted, or is being deleted. */
function expiresAt(job: Job): number | undefined {
  const ttl = job.spec?.ttlSecondsAfterFinished;
  const ended = Date.parse(finishedCondition(job)?.lastTransitionTime ?? '');
  if (ttl === undefined || job.metadata.deletionTimestamp !== undefined || Number.isNaN(ended)) return undefined;
  return ended + ttl * 1000;
}

function reconcile(key: string, { client, now }: Context): Outcome | undefined {
  const [namespace = '', name = ''] = key.split('/');
  const job = client.get('jobs.batch', namespace, name);
  const expiry = job === undefined ? undefined : expiresAt(job);
  if (job === undefined || expiry === undefined) return undefined;
  if (expiry > now) return { requeueAfter: expiry - now };
  const preconditions = { uid: job.metadata.uid };
  const deleted = client.delete('jobs.batch', namespace, name, { propagationPolicy: 'Foreground', preconditions });
  return deleted.ok || deleted.status.reason === 'NotFound' ? undefined : { error: deleted.status.message ?? '' };
}
