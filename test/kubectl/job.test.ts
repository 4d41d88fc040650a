// The lives of Jobs and CronJobs: completion, failure, indexes, suspension, deadlines, time to live, deletion, hand-made runs.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

/** A Job of one container that runs `sh -c script`. */
function job(name: string, script: string, spec: object = {}): string {
  const container = { name: 'main', image: 'busybox', command: ['sh', '-c', script] };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  return JSON.stringify({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { ...spec, template } });
}

describe.skipIf(kubectl === undefined)('kubectl and Jobs', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 2 });
  });

  afterAll(async () => {
    await session?.end();
  });

  const create = (manifest: string) => session.feed(manifest, 'create -f -');
  const field = (what: string, path: string) => session.run(`get ${what}`, '-o', `jsonpath={${path}}`);
  const reasons = async (name: string): Promise<string[]> => {
    const events = await session.run(`events --for=job/${name} --no-headers`);
    return events.split('\n').flatMap((line) => line.split(/\s+/)[2] ?? []);
  };

  it('create job, wait for its completion, get', async () => {
    expect(await session.run('create job hello --image=busybox -- echo hi')).toBe('job.batch/hello created\n');
    expect(await session.run('wait --for=condition=complete job/hello --timeout=20s')).toBe(
      'job.batch/hello condition met\n',
    );
    const [header = '', row = ''] = (await session.run('get jobs')).split('\n');
    expect(header.trim().split(/ {2,}/)).toEqual(['NAME', 'STATUS', 'COMPLETIONS', 'DURATION', 'AGE']);
    expect(row.split(/\s+/).slice(0, 3)).toEqual(['hello', 'Complete', '1/1']);
    expect(await field('job/hello', '.status.conditions[*].type')).toBe('SuccessCriteriaMet Complete');
    expect(await field('job/hello', '.status.uncountedTerminatedPods')).toBe('{}');
    const [pod] = await session.rows('get pods -l batch.kubernetes.io/job-name=hello');
    expect(pod?.slice(1, 3)).toEqual(['0/1', 'Completed']);
    expect(await field('pods -l job-name=hello', '.items[*].metadata.finalizers')).toBe('');
    expect(await reasons('hello')).toEqual(expect.arrayContaining(['SuccessfulCreate', 'Completed']));
    expect(await session.run('describe job hello')).toMatch(
      /Pods Statuses: +0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed/,
    );
  });

  it('a Job that fails beyond its backoff limit', async () => {
    await create(job('broken', 'exit 3', { backoffLimit: 0 }));
    await session.run('wait --for=condition=failed job/broken --timeout=20s');
    const [row] = await session.rows('get job broken');
    expect(row?.slice(0, 3)).toEqual(['broken', 'Failed', '0/1']);
    expect(await field('job/broken', '.status.conditions[*].reason')).toBe('BackoffLimitExceeded BackoffLimitExceeded');
    expect(await field('job/broken', '.status.failed')).toBe('1');
    expect(await reasons('broken')).toContain('BackoffLimitExceeded');
  });

  it('a pod failure policy ends a Job by its exit code', async () => {
    const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
    await create(job('policy', 'exit 42', { podFailurePolicy: { rules } }));
    await session.run('wait --for=condition=failed job/policy --timeout=20s');
    expect(await field('job/policy', '.status.conditions[?(@.type=="Failed")].message')).toMatch(
      /^Container main for pod default\/policy-\w{5} failed with exit code 42 matching FailJob rule at index 0$/,
    );
  });

  it('an Indexed Job gives each pod its index', async () => {
    await create(job('indexed', 'true', { completions: 3, parallelism: 2, completionMode: 'Indexed' }));
    await session.run('wait --for=condition=complete job/indexed --timeout=20s');
    expect(await field('job/indexed', '.status.completedIndexes')).toBe('0-2');
    const selector = 'pods -l batch.kubernetes.io/job-name=indexed';
    expect(await field(selector, '.items[*].spec.hostname')).toBe('indexed-0 indexed-1 indexed-2');
    expect(await session.rows('get pods -l batch.kubernetes.io/job-completion-index=1,job-name=indexed')).toHaveLength(
      1,
    );
    expect(await session.run('describe job indexed')).toMatch(/Completed Indexes: +0-2\n/);
  });

  it('suspend and resume', async () => {
    await create(job('paused', 'sleep 1', { suspend: true }));
    await session.run('wait --for=condition=suspended job/paused --timeout=20s');
    expect((await session.rows('get job paused'))[0]?.slice(0, 3)).toEqual(['paused', 'Suspended', '0/1']);
    expect(await session.run('get pods -l job-name=paused -o name')).toBe('');
    await session.run('patch job paused --type=merge', '-p', '{"spec":{"suspend":false}}');
    await session.run('wait --for=condition=complete job/paused --timeout=20s');
    expect(await reasons('paused')).toEqual(expect.arrayContaining(['Suspended', 'Resumed', 'Completed']));
  });

  it('a deadline stops a Job, a time to live removes it', async () => {
    await create(job('late', 'sleep 600', { activeDeadlineSeconds: 1, ttlSecondsAfterFinished: 3 }));
    await session.run('wait --for=condition=failuretarget job/late --timeout=20s');
    expect(await field('job/late', '.status.conditions[0].reason')).toBe('DeadlineExceeded');
    await session.run('delete pods -l job-name=late --grace-period=0 --force');
    await session.run('wait --for=delete job/late --timeout=20s');
    expect(await session.run('get pods -l job-name=late -o name')).toBe('');
  });

  it('delete: the pods go with the Job', async () => {
    await create(job('endless', 'sleep 600', { parallelism: 2, completions: 2 }));
    await session.until('get job endless -o jsonpath={.status.ready}', /^2$/);
    expect(await session.run('delete job endless')).toMatch(/^job.batch "endless" deleted/);
    await session.run('delete pods -l job-name=endless --grace-period=0 --force');
    expect(await session.run('get pods -l job-name=endless -o name')).toBe('');
  });

  it('create cronjob, and a Job from it by hand', async () => {
    expect(await session.run('create cronjob tick --image=busybox', '--schedule=0 0 1 1 *', '--', 'true')).toBe(
      'cronjob.batch/tick created\n',
    );
    const [header = '', row = ''] = (await session.run('get cronjobs')).split('\n');
    expect(header.trim().split(/ {2,}/)).toEqual([
      'NAME',
      'SCHEDULE',
      'TIMEZONE',
      'SUSPEND',
      'ACTIVE',
      'LAST SCHEDULE',
      'AGE',
    ]);
    expect(row.split(/ {2,}/).slice(0, 6)).toEqual(['tick', '0 0 1 1 *', '<none>', 'False', '0', '<none>']);
    expect(await session.run('create job now --from=cronjob/tick')).toBe('job.batch/now created\n');
    await session.run('wait --for=condition=complete job/now --timeout=20s');
    expect(await field('job/now', '.metadata.annotations')).toBe('{"cronjob.kubernetes.io/instantiate":"manual"}');
    await session.until('get cronjob tick -o jsonpath={.status.lastSuccessfulTime}', /Z$/);
    await session.run('delete cronjob tick --cascade=foreground --wait');
    expect(await session.run('get jobs now --ignore-not-found -o name')).toBe('');
  });

  it('a CronJob of every so many seconds starts its Job', async () => {
    const spec = JSON.parse(job('x', 'true')) as { spec: object };
    const manifest = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'often' },
      spec: { schedule: '@every 3s', concurrencyPolicy: 'Forbid', jobTemplate: { spec: spec.spec } },
    };
    await create(JSON.stringify(manifest));
    await session.until('get cronjob often -o jsonpath={.status.lastSuccessfulTime}', /Z$/);
    const name = await session.run('get jobs -o', 'jsonpath={.items[?(@.metadata.ownerReferences)].metadata.name}');
    expect(name).toMatch(/^often-\d{8}/);
    expect(await session.run('events --for=cronjob/often')).toMatch(/SuccessfulCreate +\S+ +Created job often-\d{8}/);
    await session.run('delete cronjob often');
    await session.until('get jobs -o name', (text) => !text.includes('often'));
  });
});
