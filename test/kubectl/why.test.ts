// Why an object is there: on a real server, from a pod's binding back to the user's Deployment.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Why, WhyStep } from '../../src/api/why.ts';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const COMPONENT = 'system:serviceaccount:kube-system:';

describe.skipIf(kubectl === undefined)('kubewisp why', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession();
    await session.run('create deployment web --image=nginx:1 --replicas=2');
    await session.run('rollout status deployment/web --timeout=30s');
  });

  afterAll(async () => {
    await session?.end();
  });

  async function why(...args: readonly string[]): Promise<string> {
    const operator = ['--data-dir', session.server.dataPath];
    const run = promisify(execFile)(process.execPath, ['src/cli/main.ts', 'why', ...args, ...operator]);
    return (await run).stdout;
  }

  const told = async (object: string): Promise<Why> => JSON.parse(await why(object, '-o', 'json')) as Why;
  const podName = async () => (await session.rows('get pods -l app=web'))[0]?.[0] ?? '';
  const link = (step: unknown): string => {
    const { resource, what, actor } = step as WhyStep;
    return `${resource} ${what} by ${actor.replace(COMPONENT, '')}`;
  };

  it('tells how a Deployment came to a pod on a node', async () => {
    const { events } = await told(`pod/${await podName()}`);
    const [created, bound] = events;
    const chain = [
      'replicaset.apps created by deployment-controller',
      expect.stringMatching(/^deployment.apps created by /),
    ];
    expect(created && link(created)).toBe('pod created by replicaset-controller');
    expect(created?.because.map(link)).toEqual(chain);
    expect(bound && link(bound)).toMatch(/^pod bound to node-\d by kube-scheduler$/);
    expect(bound?.because.map(link)).toEqual(['pod created by replicaset-controller', ...chain]);
    expect(created?.because.at(-1)).toMatchObject({ agent: expect.stringMatching(/^kubectl/) });
  });

  it('prints it', async () => {
    const text = await why(`po/${await podName()}`, '-n', 'default');
    expect(text).toMatch(/^pod\/web-\S+ in namespace default\n\ncreated by replicaset-controller, revision \d+, /);
    expect(text).toMatch(/\n {2}<- deployment\.apps\/web created by \S+ with kubectl\S*, revision \d+\n/);
  });

  it('tells of a pod that came in place of a deleted one', async () => {
    const name = await podName();
    const before = (await session.rows('get pods -l app=web')).map(([pod]) => pod);
    await session.run(`delete pod ${name}`);
    await session.run('rollout status deployment/web --timeout=30s');
    const after = (await session.rows('get pods -l app=web')).map(([pod]) => pod);
    const replacement = after.find((pod) => !before.includes(pod)) ?? '';
    const [created] = (await told(`pod/${replacement}`)).events;
    expect(created?.because[0]).toMatchObject({ name, what: expect.stringMatching(/marked for deletion|deleted/) });
    expect((await told(`pod/${name}`)).events.at(-1)?.what).toBe('deleted');
  });

  it('status writes and the garbage collector name their causes', async () => {
    const { events } = await told('deployment/web');
    const status = events.filter(({ what }) => what === 'changed status');
    expect(status.length).toBeGreaterThan(0);
    expect(status.every(({ cause, rev }) => cause > 0 && cause < rev)).toBe(true);

    const set = (await session.rows('get replicasets -l app=web'))[0]?.[0] ?? '';
    await session.run('delete deployment web');
    await session.until('get replicasets,pods -l app=web -o name', /^$/);
    const deleted = (await told(`rs/${set}`)).events.at(-1);
    expect(deleted && link(deleted)).toBe('replicaset.apps deleted by generic-garbage-collector');
    expect(deleted?.because.map(link)[0]).toMatch(/^deployment.apps deleted by /);
  });

  it('refuses what is not there', async () => {
    await expect(why('pod/none')).rejects.toMatchObject({ code: 1, stderr: 'kubewisp: pods "none" not found\n' });
    await expect(why('web')).rejects.toMatchObject({ stderr: expect.stringContaining('KIND/NAME') });
  });
});
