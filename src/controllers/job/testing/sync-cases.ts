// Cases of one reconcile of a Job, under the names that they have in upstream's TestControllerSyncJob.

import type { JobCondition, JobSpec, JobStatus } from '../../../api/types/batch-v1.ts';

export interface Case {
  spec: Partial<JobSpec>;
  /** How many pods there are of a phase. `active` ones run, of them `ready` are ready. */
  pods?: {
    pending?: number;
    active?: number;
    ready?: number;
    succeeded?: number;
    failed?: number;
    terminating?: number;
  };
  /** `0 Succeeded`: index and phase of a pod. */
  indexed?: string[];
  status?: JobStatus;
  deleting?: boolean;
  /** The API refuses writes of pods: all, or creates after so many. */
  refused?: true | number;
  /** What the controller does: pods made, deleted, and freed of their finalizer. */
  creates?: number;
  deletes?: number;
  patches?: number;
  createdIndexes?: number[];
  expected: Pick<JobStatus, 'active' | 'succeeded' | 'failed' | 'completedIndexes' | 'failedIndexes'> & {
    ready?: number;
    terminating?: number;
    conditions?: string[];
  };
  error?: true;
}

const WORK_QUEUE = { completions: undefined as unknown as number };
const indexed = (parallelism: number, completions: number, spec: Partial<JobSpec> = {}): Partial<JobSpec> => ({
  parallelism,
  completions,
  completionMode: 'Indexed',
  ...spec,
});
const condition = (type: string, status: string, reason: string, message: string): JobCondition => ({
  type,
  status,
  reason,
  message,
});
const BACKOFF_EXCEEDED = ['FailureTarget=True BackoffLimitExceeded', 'Failed=True BackoffLimitExceeded'];
const COMPLETE = ['SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached'];
const SUSPENDED = condition('Suspended', 'True', 'JobSuspended', 'Job suspended');

export const CASES: Readonly<Record<string, Case>> = {
  'job start': { spec: { parallelism: 2, completions: 5 }, creates: 2, expected: { active: 2 } },
  'WQ job start': { spec: { parallelism: 2, ...WORK_QUEUE }, creates: 2, expected: { active: 2 } },
  'pending pods': { spec: { parallelism: 2, completions: 5 }, pods: { pending: 2 }, expected: { active: 2 } },
  'correct # of pods': {
    spec: { parallelism: 3, completions: 5 },
    pods: { active: 3, ready: 2 },
    expected: { active: 3, ready: 2 },
  },
  'WQ job: correct # of pods': {
    spec: { parallelism: 2, ...WORK_QUEUE },
    pods: { active: 2 },
    expected: { active: 2 },
  },
  'too few active pods': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 1, succeeded: 1 },
    creates: 1,
    patches: 1,
    expected: { active: 2, succeeded: 1 },
  },
  'WQ job: recreate pods when failed': {
    spec: { parallelism: 1, ...WORK_QUEUE, podReplacementPolicy: 'Failed' },
    pods: { active: 1, failed: 1, terminating: 1 },
    patches: 1,
    expected: { active: 1, failed: 1, terminating: 1 },
  },
  'WQ job: recreate pods when terminating or failed': {
    spec: { parallelism: 1, ...WORK_QUEUE },
    pods: { active: 1, failed: 1, terminating: 1 },
    patches: 2,
    expected: { active: 1, failed: 2, terminating: 1 },
  },
  'more terminating pods than parallelism': {
    spec: { parallelism: 1, completions: 1, podReplacementPolicy: 'Failed' },
    pods: { active: 2, terminating: 4 },
    deletes: 1,
    patches: 1,
    expected: { active: 1, terminating: 5 },
  },
  'more terminating pods than parallelism; PodFailurePolicy used': {
    spec: { parallelism: 1, completions: 1, podFailurePolicy: { rules: [] } },
    pods: { active: 2, terminating: 4 },
    deletes: 1,
    patches: 1,
    expected: { active: 1, terminating: 5 },
  },
  'too few active pods with a dynamic job': {
    spec: { parallelism: 2, ...WORK_QUEUE },
    pods: { active: 1 },
    creates: 1,
    expected: { active: 2 },
  },
  'too few active pods, with controller error': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 1, succeeded: 1 },
    refused: true,
    creates: 1,
    patches: 1,
    expected: { active: 1 },
    error: true,
  },
  'too many active pods': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 3 },
    deletes: 1,
    patches: 1,
    expected: { active: 2, terminating: 1 },
  },
  'too many active pods, with controller error': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 3 },
    refused: true,
    patches: 1,
    expected: { active: 3 },
    error: true,
  },
  'count ready pods when too many active pods': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 3, ready: 3 },
    deletes: 1,
    patches: 1,
    expected: { active: 2, ready: 2, terminating: 1 },
  },
  'failed + succeed pods: reset backoff delay': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 1, succeeded: 1, failed: 1 },
    creates: 1,
    patches: 2,
    expected: { active: 2, succeeded: 1, failed: 1 },
  },
  'new failed pod': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 1, failed: 1 },
    creates: 1,
    patches: 1,
    expected: { active: 2, failed: 1 },
  },
  'no new pod; possible finalizer update of failed pod': {
    spec: { parallelism: 1, completions: 1 },
    pods: { active: 1 },
    status: { active: 1, failed: 1 },
    expected: { active: 1, failed: 1 },
  },
  'only new failed pod with controller error': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 1, failed: 1 },
    refused: true,
    creates: 1,
    patches: 1,
    expected: { active: 1 },
    error: true,
  },
  'job finish': {
    spec: { parallelism: 2, completions: 5 },
    pods: { succeeded: 5 },
    patches: 5,
    expected: { succeeded: 5, conditions: COMPLETE },
  },
  'WQ job finishing': {
    spec: { parallelism: 2, ...WORK_QUEUE },
    pods: { active: 1, succeeded: 1 },
    patches: 1,
    expected: { active: 1, succeeded: 1 },
  },
  'WQ job all finished': {
    spec: { parallelism: 2, ...WORK_QUEUE },
    pods: { succeeded: 2 },
    patches: 2,
    expected: { succeeded: 2, conditions: COMPLETE },
  },
  'WQ job all finished despite one failure': {
    spec: { parallelism: 2, ...WORK_QUEUE },
    pods: { succeeded: 1, failed: 1 },
    patches: 2,
    expected: { succeeded: 1, failed: 1, conditions: COMPLETE },
  },
  'more active pods than parallelism': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 10 },
    deletes: 8,
    patches: 8,
    expected: { active: 2, terminating: 8 },
  },
  'more active pods than remaining completions': {
    spec: { parallelism: 3, completions: 4 },
    pods: { active: 3, succeeded: 2 },
    deletes: 1,
    patches: 3,
    expected: { active: 2, succeeded: 2, terminating: 1 },
  },
  'status change': {
    spec: { parallelism: 2, completions: 5 },
    pods: { active: 2, succeeded: 2 },
    patches: 2,
    expected: { active: 2, succeeded: 2 },
  },
  'deleting job': {
    spec: { parallelism: 2, completions: 5 },
    pods: { pending: 1, active: 1, succeeded: 1 },
    deleting: true,
    patches: 3,
    expected: { active: 2, succeeded: 1 },
  },
  'limited pods': {
    spec: { parallelism: 100, completions: 200 },
    refused: 10,
    creates: 11,
    expected: { active: 10 },
    error: true,
  },
  'too many job failures': {
    spec: { parallelism: 2, completions: 5, backoffLimit: 0 },
    pods: { failed: 1 },
    deleting: true,
    patches: 1,
    expected: { failed: 1, conditions: BACKOFF_EXCEEDED },
  },
  'indexed job start': { spec: indexed(2, 5), creates: 2, createdIndexes: [0, 1], expected: { active: 2 } },
  'indexed job with some pods deleted, podReplacementPolicy Failed': {
    spec: indexed(2, 5, { podReplacementPolicy: 'Failed' }),
    pods: { terminating: 1 },
    creates: 1,
    createdIndexes: [0],
    expected: { active: 1, terminating: 1 },
  },
  'indexed job with some pods deleted, podReplacementPolicy TerminatingOrFailed': {
    spec: indexed(2, 5),
    pods: { terminating: 1 },
    creates: 2,
    createdIndexes: [0, 1],
    patches: 1,
    expected: { active: 2, terminating: 1 },
  },
  'indexed job completed': {
    spec: indexed(2, 3),
    indexed: ['0 Succeeded', '1 Failed', '1 Succeeded', '2 Succeeded'],
    patches: 4,
    expected: { succeeded: 3, failed: 1, completedIndexes: '0-2', conditions: COMPLETE },
  },
  'count terminating pods when indexed job fails and PodReplacementPolicy enabled': {
    spec: indexed(2, 3, { backoffLimit: 0 }),
    indexed: ['0 Succeeded', '1 Failed', '2 Running'],
    deletes: 1,
    patches: 3,
    expected: {
      succeeded: 1,
      failed: 2,
      completedIndexes: '0',
      terminating: 1,
      conditions: ['FailureTarget=True BackoffLimitExceeded'],
    },
  },
  'count ready pods when job fails': {
    spec: { parallelism: 2, completions: 3, backoffLimit: 0 },
    pods: { active: 2, ready: 2, failed: 1 },
    deletes: 2,
    patches: 3,
    expected: { failed: 3, terminating: 2, conditions: ['FailureTarget=True BackoffLimitExceeded'] },
  },
  'indexed job repeated completed index': {
    spec: indexed(2, 3),
    indexed: ['0 Succeeded', '1 Succeeded', '1 Succeeded'],
    creates: 1,
    createdIndexes: [2],
    patches: 3,
    expected: { active: 1, succeeded: 2, completedIndexes: '0,1' },
  },
  'indexed job some running and completed pods': {
    spec: indexed(8, 20),
    indexed: [
      '0 Running',
      '2 Succeeded',
      '3 Pending',
      '4 Succeeded',
      '5 Succeeded',
      '7 Succeeded',
      '8 Succeeded',
      '9 Succeeded',
    ],
    creates: 6,
    createdIndexes: [1, 6, 10, 11, 12, 13],
    patches: 6,
    expected: { active: 8, succeeded: 6, completedIndexes: '2,4,5,7-9' },
  },
  'indexed job some failed pods': {
    spec: indexed(3, 4),
    indexed: ['0 Failed', '1 Pending', '2 Failed'],
    creates: 2,
    createdIndexes: [0, 2],
    patches: 2,
    expected: { active: 3, failed: 2 },
  },
  'indexed job some pods without index': {
    spec: indexed(2, 5),
    pods: { active: 1, succeeded: 1, failed: 1 },
    indexed: [
      'invalid Running',
      'invalid Succeeded',
      'invalid Failed',
      'invalid Pending',
      '0 Succeeded',
      '1 Running',
      '2 Running',
    ],
    deletes: 3,
    patches: 8,
    expected: { active: 2, succeeded: 1, completedIndexes: '0', terminating: 3 },
  },
  'indexed job repeated indexes': {
    spec: indexed(5, 5),
    pods: { succeeded: 1, failed: 1 },
    indexed: ['invalid Running', '0 Succeeded', '1 Running', '2 Running', '2 Pending'],
    deletes: 2,
    patches: 5,
    expected: { active: 2, succeeded: 1, completedIndexes: '0', terminating: 2 },
  },
  'indexed job with indexes outside of range': {
    spec: indexed(2, 5),
    indexed: ['0 Succeeded', '5 Running', '6 Succeeded', '7 Pending', '8 Failed'],
    deletes: 2,
    patches: 5,
    expected: { succeeded: 1, completedIndexes: '0', terminating: 2 },
  },
  'suspending a job with satisfied expectations; PodReplacementPolicy enabled': {
    spec: { suspend: true, parallelism: 2, completions: 4 },
    pods: { active: 2 },
    deletes: 2,
    patches: 2,
    expected: { terminating: 2, conditions: ['Suspended=True JobSuspended'] },
  },
  'count ready pods when suspending a job with satisfied expectations': {
    spec: { suspend: true, parallelism: 2, completions: 4 },
    pods: { active: 2, ready: 2 },
    deletes: 2,
    patches: 2,
    expected: { terminating: 2, conditions: ['Suspended=True JobSuspended'] },
  },
  'resuming a suspended job': {
    spec: { suspend: false, parallelism: 2, completions: 4 },
    status: { conditions: [SUSPENDED] },
    creates: 2,
    expected: { active: 2, conditions: ['Suspended=False JobResumed'] },
  },
  'suspending a deleted job': {
    spec: { suspend: true, parallelism: 2, completions: 4 },
    pods: { active: 2 },
    deleting: true,
    patches: 2,
    expected: { active: 2 },
  },
  'FailureTarget=False condition added manually is ignored': {
    spec: { parallelism: 1, completions: 1 },
    pods: { active: 1, ready: 1 },
    status: { active: 1, conditions: [condition('FailureTarget', 'False', 'ConditionAddedManually', 'Testing')] },
    expected: { active: 1, ready: 1, conditions: ['FailureTarget=False ConditionAddedManually'] },
  },
  'SuccessCriteriaMet=False condition added manually is ignored': {
    spec: { parallelism: 1, completions: 1 },
    pods: { active: 1, ready: 1 },
    status: { active: 1, conditions: [condition('SuccessCriteriaMet', 'False', 'ConditionAddedManually', 'Testing')] },
    expected: { active: 1, ready: 1, conditions: ['SuccessCriteriaMet=False ConditionAddedManually'] },
  },
};
