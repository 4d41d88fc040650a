// One reconcile of a CronJob: its state in, commands, status and events out. The cases are upstream's
// (pkg/controller/cronjob/cronjob_controllerv2_test.go).

import { describe, expect, it } from 'vitest';
import type { Draft } from '../../api/object.ts';
import type { CronJob, Job } from '../../api/types/batch-v1.ts';
import { internalError } from '../../api/status.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { controllerReference } from '../common/owners.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aCronJob, must } from '../testing/objects.ts';
import { cronJobController } from './cronjob-controller.ts';
import { jobDraft, referenceTo } from './job.ts';

const day = (time: string): number => Date.parse(`2016-05-19T${time}Z`);
const TOP = day('10:00:00');
const JUST_BEFORE = day('09:59:59');
const JUST_AFTER = day('10:01:00');
const JUST_AFTER_PRIOR = day('09:01:00');
const JUST_BEFORE_PRIOR = day('08:59:59');
const WEEK_AFTER = Date.parse('2016-05-26T10:00:00Z');
const SHORT = 10;
const MEDIUM = 2 * 3600;
const LONG = 1_000_000;
const POLICY = { A: 'Allow', F: 'Forbid', R: 'Replace' } as const;

interface Case {
  readonly policy: keyof typeof POLICY;
  readonly schedule?: string;
  readonly zone?: string;
  readonly suspended?: boolean;
  /** Seconds. */
  readonly deadline?: number;
  /** The job of the time before this one: `done`, or `active`. */
  readonly ran?: 'done' | 'active' | 'missing';
  readonly now: number;
  /** Default: the job of the last hour. */
  readonly lastTime?: number;
  readonly creates?: boolean;
  readonly deletes?: boolean;
  /** Jobs that the status lists in the end. */
  readonly active?: number;
  readonly reasons?: readonly string[];
  /** Milliseconds; default: until 10:00, 11:00 or the hour after a week. */
  readonly after?: number | undefined;
}

interface Ran {
  readonly cluster: FakeCluster;
  readonly cronJob: CronJob;
}

function setUp(test: Case, refuse = false): Ran {
  const { policy, schedule = '0 * * * ?', zone, suspended = false, deadline, ran, now } = test;
  let closed = false;
  const cluster = new FakeCluster({
    now: JUST_BEFORE_PRIOR,
    gate: (verb) => (closed && refuse && verb === 'create' ? internalError('fake error') : undefined),
  });
  const { client } = cluster;
  const draft = aCronJob({
    schedule,
    concurrencyPolicy: POLICY[policy],
    suspend: suspended,
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...(deadline === undefined ? {} : { startingDeadlineSeconds: deadline }),
  });
  const cronJob = clone(must(client.create('cronjobs.batch', draft)));
  if (ran !== undefined) {
    const time = test.lastTime ?? day('09:00:00');
    cluster.now = JUST_AFTER_PRIOR;
    const job = must(client.create('jobs.batch', jobDraft(cronJob, time)));
    if (ran === 'done') {
      const condition = { type: 'Complete', status: 'True', lastTransitionTime: formatTime(cluster.now) };
      must(client.updateStatus('jobs.batch', { ...job, status: { conditions: [condition] } }));
    }
    if (ran === 'missing') client.delete('jobs.batch', 'a', job.metadata.name, { propagationPolicy: 'Background' });
    const active = ran === 'done' ? {} : { active: [referenceTo(job)] };
    must(
      client.updateStatus('cronjobs.batch', { ...cronJob, status: { ...active, lastScheduleTime: formatTime(time) } }),
    );
  }
  closed = true;
  cluster.now = now;
  return { cluster, cronJob: client.get('cronjobs.batch', 'a', 'cron') as CronJob };
}

function sync({ cluster }: Ran) {
  const before = cluster.history.length;
  const { client, now, random } = cluster;
  const outcome = cronJobController.reconcile('a/cron', { client, causedBy: () => client, now, random });
  const commands = cluster.history.slice(before).filter(({ resource }) => resource === 'jobs.batch');
  return {
    outcome,
    verbs: commands.map(({ verb }) => verb),
    created: commands.find(({ verb }) => verb === 'create')?.object(),
  };
}

const each = (policies: string, name: string, test: Omit<Case, 'policy'>): Array<[string, Case]> =>
  [...policies].map((policy) => [`${name}, ${policy}`, { ...test, policy: policy as keyof typeof POLICY }]);
const created = { creates: true, active: 1, reasons: ['SuccessfulCreate'] };

const CASES: ReadonlyArray<[string, Case]> = [
  ...each('AFR', 'never ran, not valid schedule', {
    schedule: 'obvious error schedule',
    now: JUST_BEFORE,
    after: undefined,
    reasons: ['UnparseableSchedule'],
  }),
  ...each('AFR', 'never ran, not valid time zone', {
    zone: 'bad zone',
    now: JUST_BEFORE,
    after: undefined,
    reasons: ['UnknownTimeZone'],
  }),
  ...each('AFR', 'never ran, not time', { now: day('08:59:59'), after: 1000 }),
  ...each('AFR', 'never ran, not time in zone', {
    schedule: '0 12 * * ?',
    zone: 'Europe/Rome',
    now: day('09:59:00'),
    after: 60_000,
  }),
  ...each('AFR', 'never ran, is time', { now: JUST_AFTER, ...created }),
  ...each('AFR', 'never ran, is time in zone', {
    schedule: '0 6 * * ?',
    zone: 'America/New_York',
    now: JUST_AFTER,
    after: 86_400_000 - 60_000,
    ...created,
  }),
  ...each('AFR', 'never ran, is time in zone, but TZ is also set in schedule', {
    schedule: 'TZ=UTC 0 * * * ?',
    zone: 'Europe/Rome',
    now: JUST_AFTER,
    ...created,
    reasons: ['UnsupportedSchedule', 'SuccessfulCreate'],
  }),
  ...each('A', 'never ran, is time, suspended', { suspended: true, now: JUST_AFTER, after: undefined }),
  ...each('A', 'never ran, is time, past deadline', { deadline: SHORT, now: JUST_AFTER }),
  ...each('A', 'never ran, is time, not past deadline', { deadline: LONG, now: JUST_AFTER, ...created }),

  ...each('AFR', 'prev ran but done, not time', { ran: 'done', now: JUST_BEFORE, after: 1000 }),
  ...each('AFR', 'prev ran but done, is time', { ran: 'done', now: JUST_AFTER, ...created }),
  ...each('A', 'prev ran but done, is time, suspended', {
    ran: 'done',
    suspended: true,
    now: JUST_AFTER,
    after: undefined,
  }),
  ...each('AFR', 'prev ran but done, is time, past deadline', { ran: 'done', deadline: SHORT, now: JUST_AFTER }),
  ...each('AFR', 'prev ran but done, is time, not past deadline', {
    ran: 'done',
    deadline: LONG,
    now: JUST_AFTER,
    ...created,
  }),

  ...each('AFR', 'still active, not time', { ran: 'active', now: JUST_BEFORE, after: 1000, active: 1 }),
  ...each('A', 'still active, is time', { ran: 'active', now: JUST_AFTER, ...created, active: 2 }),
  ...each('F', 'still active, is time', { ran: 'active', now: JUST_AFTER, active: 1, reasons: ['JobAlreadyActive'] }),
  ...each('R', 'still active, is time', {
    ran: 'active',
    now: JUST_AFTER,
    ...created,
    deletes: true,
    reasons: ['SuccessfulDelete', 'SuccessfulCreate'],
  }),
  ...each('A', 'still active, is time, suspended', {
    ran: 'active',
    suspended: true,
    now: JUST_AFTER,
    after: undefined,
    active: 1,
  }),
  ...each('A', 'still active, is time, past deadline', { ran: 'active', deadline: SHORT, now: JUST_AFTER, active: 1 }),
  ...each('A', 'still active, is time, not past deadline', {
    ran: 'active',
    deadline: LONG,
    now: JUST_AFTER,
    ...created,
    active: 2,
  }),

  ...each('AFR', 'prev ran but done, long overdue, not past deadline', {
    ran: 'done',
    deadline: LONG,
    now: WEEK_AFTER,
    ...created,
    after: 3_600_000,
    reasons: ['TooManyMissedTimes', 'SuccessfulCreate'],
  }),
  ...each('AFR', 'prev ran but done, long overdue, past medium deadline', {
    ran: 'done',
    deadline: MEDIUM,
    now: WEEK_AFTER + 1000,
    ...created,
    after: 3_599_000,
  }),
  ...each('AFR', 'prev ran but done, long overdue, past short deadline', {
    ran: 'done',
    deadline: SHORT,
    now: WEEK_AFTER + 1000,
    ...created,
    after: 3_599_000,
  }),
  ...each('AFR', 'prev ran but done, long overdue, no deadline', {
    ran: 'done',
    now: WEEK_AFTER + 1000,
    ...created,
    after: 3_599_000,
    reasons: ['TooManyMissedTimes', 'SuccessfulCreate'],
  }),
  ...each('AFR', 'prev ran but done, time drifted back', {
    ran: 'done',
    lastTime: TOP,
    now: JUST_BEFORE,
    after: 3_601_000,
  }),

  ...each('AFR', 'this started but went missing, not past deadline', {
    ran: 'missing',
    lastTime: TOP,
    now: JUST_AFTER,
    reasons: ['MissingJob'],
  }),
  ...each('AFR', 'this started but is slow, not past deadline', {
    ran: 'active',
    lastTime: TOP,
    now: JUST_AFTER,
    active: 1,
  }),
];

describe('TestControllerV2SyncCronJob', () => {
  it.each(CASES)('%s', (_, test) => {
    const run = setUp(test);
    const { outcome, verbs } = sync(run);
    const wanted = [...(test.deletes === true ? ['delete'] : []), ...(test.creates === true ? ['create'] : [])];
    expect(verbs).toEqual(wanted);
    const status = (run.cluster.client.get('cronjobs.batch', 'a', 'cron') as CronJob).status ?? {};
    expect(status.active?.length ?? 0).toBe(test.active ?? 0);
    expect(run.cluster.events.map(({ reason }) => reason)).toEqual(test.reasons ?? []);
    const after = 'after' in test ? test.after : day('11:00:00') - test.now;
    expect(outcome?.requeueAfter).toBe(after);
    expect(outcome?.error).toBeUndefined();
  });

  it('prev ran but done, is time, create job failed, A', () => {
    const run = setUp({ policy: 'A', ran: 'done', now: JUST_AFTER }, true);
    const { outcome, verbs } = sync(run);
    expect([verbs, outcome?.error]).toEqual([[], 'Internal error occurred: fake error']);
    expect(run.cluster.events.map(({ reason, message }) => `${reason} ${message}`)).toEqual([
      'FailedCreate Error creating job: Internal error occurred: fake error',
    ]);
  });

  it('still active, is time, get job failed, R: it is gone, so nothing is to be replaced', () => {
    const { outcome, verbs } = sync(setUp({ policy: 'R', ran: 'missing', now: JUST_AFTER }));
    expect([verbs, outcome?.error]).toEqual([['create'], undefined]);
  });

  it('is being deleted: starts nothing', () => {
    const run = setUp({ policy: 'A', now: JUST_AFTER });
    run.cluster.client.delete('cronjobs.batch', 'a', 'cron', { propagationPolicy: 'Foreground' });
    expect(sync(run)).toMatchObject({ verbs: [], outcome: undefined });
  });

  it('one time has one job, whose name tells it, and takes over one that a crash left', () => {
    const run = setUp({ policy: 'A', now: JUST_AFTER });
    const name = `cron-${TOP / 60_000}`;
    must(run.cluster.client.create('jobs.batch', jobDraft(run.cronJob, TOP)));
    expect(sync(run).verbs).toEqual([]);
    const { status } = run.cluster.client.get('cronjobs.batch', 'a', 'cron') as CronJob;
    expect([status?.active?.map((job) => job.name), status?.lastScheduleTime]).toEqual([[name], formatTime(TOP)]);
  });

  it.each([
    ['UTC', undefined, '2016-05-19T10:00:00Z'],
    ['a zone of its own', 'Europe/Rome', '2016-05-19T12:00:00+02:00'],
  ])('the job tells its time: %s', (_, zone, time) => {
    const { created: job } = sync(setUp({ policy: 'A', now: JUST_AFTER, ...(zone === undefined ? {} : { zone }) }));
    expect(job?.metadata.annotations).toEqual({ 'batch.kubernetes.io/cronjob-scheduled-timestamp': time });
  });
});

interface Finished {
  readonly name: string;
  readonly type?: 'Complete' | 'Failed';
  readonly start: string;
}

describe('TestControllerV2CleanupFinishedJobs', () => {
  const jobs = (types: ReadonlyArray<'Complete' | 'Failed' | undefined>): Finished[] =>
    types.map((type, index) => ({
      name: `job-${index}`,
      start: `2016-05-19T04:0${index}:00Z`,
      ...(type === undefined ? {} : { type }),
    }));
  it.each<[string, Finished[], number | undefined, number | undefined, string[]]>([
    ['success job limit reached', jobs(['Complete', 'Complete', 'Complete', 'Failed']), 1, 3, ['job-0', 'job-1']],
    ['success job limit not reached', jobs(['Complete', 'Complete', 'Failed']), 3, 3, []],
    ['failed job limit reached', jobs(['Failed', 'Failed', 'Failed', 'Complete']), 3, 1, ['job-0', 'job-1']],
    ['success job limit set to zero', jobs(['Complete', 'Complete', 'Failed']), 0, 2, ['job-0', 'job-1']],
    ['failed job limit set to zero', jobs(['Failed', 'Complete', 'Failed']), 2, 0, ['job-0', 'job-2']],
    ['no limits reached', jobs(['Complete', 'Failed']), 2, 2, []],
    ['both limits reached', jobs(['Complete', 'Failed', 'Complete', 'Failed']), 1, 1, ['job-0', 'job-1']],
    ['what has not ended counts for none', jobs([undefined, 'Complete', undefined]), 1, 1, []],
    ['no limits', jobs(['Complete', 'Failed', 'Complete']), undefined, undefined, []],
  ])('%s', (_, finished, successes, failures, expected) => {
    const cluster = new FakeCluster({ now: JUST_AFTER });
    const { client } = cluster;
    const draft = aCronJob({ suspend: true });
    delete draft.spec.successfulJobsHistoryLimit;
    delete draft.spec.failedJobsHistoryLimit;
    if (successes !== undefined) draft.spec.successfulJobsHistoryLimit = successes;
    if (failures !== undefined) draft.spec.failedJobsHistoryLimit = failures;
    const cronJob = must(client.create('cronjobs.batch', draft));
    for (const { name, type, start } of finished) {
      const conditions = type === undefined ? [] : [{ type, status: 'True', lastTransitionTime: start }];
      const job: Draft<Job> = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name, namespace: 'a', ownerReferences: [controllerReference(cronJob)] },
        status: { startTime: start, conditions },
      };
      must(client.create('jobs.batch', job));
    }
    sync({ cluster, cronJob });
    const left = new Set(client.list('jobs.batch').map(({ metadata }) => metadata.name));
    expect(finished.map(({ name }) => name).filter((name) => !left.has(name))).toEqual(expected);
    expect(cluster.events.filter(({ reason }) => reason === 'SuccessfulDelete').map(({ message }) => message)).toEqual(
      expected.map((name) => `Deleted job ${name}`),
    );
  });
});
