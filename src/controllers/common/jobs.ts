// What controllers ask of a Job.
// Models kubernetes pkg/controller/job/util/utils.go.

import type { Job, JobCondition } from '../../api/types/batch-v1.ts';

/** The condition that says how the Job has ended: Complete or Failed. Undefined: it has not ended. */
export function finishedCondition({ status }: Job): JobCondition | undefined {
  return status?.conditions?.find(
    (condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
}

export function isFinished(job: Job): boolean {
  return finishedCondition(job) !== undefined;
}
