// One reconcile of a Job: its pods in, commands and status out. The cases are those of upstream.

import { describe, expect, it } from 'vitest';
import type { Client } from '../../api/client.ts';
import type { Job } from '../../api/types/batch-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { internalError } from '../../api/status.ts';
import { clone } from '../../lib/json.ts';
import { controllerReference } from '../common/owners.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aJob, must } from '../testing/objects.ts';
import { jobController } from './job-controller.ts';
import { completionIndex, INDEX_KEY, TRACKING_FINALIZER } from './pods.ts';
import type { Case } from './testing/sync-cases.ts';
import { CASES } from './testing/sync-cases.ts';

const NOW = Date.UTC(2026, 0, 1, 1);

function setUp({ spec, pods = {}, indexed: indexes = [], status, deleting, refused }: Case): FakeCluster {
  let made = 0;
  let closed = false;
  const cluster = new FakeCluster({
    now: NOW - 3_600_000,
    gate: (verb, resource) => {
      if (!closed || resource !== 'pods' || refused === undefined) return undefined;
      const over = verb === 'create' ? refused === true || ++made > refused : refused === true;
      return over ? internalError('fake error') : undefined;
    },
  });
  const { client } = cluster;
  const job = must(client.create('jobs.batch', { ...aJob(spec), ...(status === undefined ? {} : { status }) }));
  const add = (phase: string, index?: string, ready = false): Pod =>
    must(
      client.create('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          namespace: 'a',
          generateName: 'job-',
          labels: { 'job-name': 'job' },
          finalizers: [TRACKING_FINALIZER],
          ownerReferences: [controllerReference(job)],
          ...(index === undefined ? {} : { annotations: { [INDEX_KEY]: index } }),
        },
        spec: { nodeName: 'node-1', containers: [{ name: 'c' }] },
        status: { phase, ...(ready ? { conditions: [{ type: 'Ready', status: 'True' }] } : {}) },
      }),
    );
  const times = (count: number | undefined, body: (index: number) => void): void => {
    for (let index = 0; index < (count ?? 0); index++) body(index);
  };
  times(pods.pending, () => add('Pending'));
  times(pods.active, (index) => add('Running', undefined, index < (pods.ready ?? 0)));
  times(pods.succeeded, () => add('Succeeded'));
  times(pods.failed, () => add('Failed'));
  times(pods.terminating, () => client.delete('pods', 'a', add('Running').metadata.name));
  for (const [index, phase] of indexes.map((text) => text.split(' '))) add(phase ?? '', index);
  if (deleting === true) client.delete('jobs.batch', 'a', 'job', { propagationPolicy: 'Foreground' });
  cluster.now = NOW;
  closed = true;
  return cluster;
}

/** A client that keeps what was asked of it for pods, granted or not. */
function spied(client: Client, commands: string[], created: Array<number | undefined>): Client {
  return new Proxy(client, {
    get(target, name: keyof Client) {
      const method = target[name].bind(target) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (args[0] === 'pods' && ['create', 'delete', 'update'].includes(name)) commands.push(name);
        if (args[0] === 'pods' && name === 'create') created.push(completionIndex(args[1] as Pod));
        return method(...args);
      };
    },
  });
}

describe('TestControllerSyncJob', () => {
  it.each(Object.entries(CASES))('%s', (_, test) => {
    const cluster = setUp(test);
    const commands: string[] = [];
    const created: Array<number | undefined> = [];
    const client = spied(cluster.client, commands, created);
    const context = { client, causedBy: () => client, now: NOW, random: cluster.random };
    const outcome = jobController().reconcile('a/job', context);

    const count = (command: string): number => commands.filter((other) => other === command).length;
    expect({ creates: count('create'), deletes: count('delete'), patches: count('update') }).toEqual({
      creates: test.creates ?? 0,
      deletes: test.deletes ?? 0,
      patches: test.patches ?? 0,
    });
    if (test.createdIndexes !== undefined) expect(created).toEqual(test.createdIndexes);
    expect(outcome?.error !== undefined).toBe(test.error === true);
    const { status = {}, spec } = clone(cluster.client.get('jobs.batch', 'a', 'job') as Job);
    const { active, succeeded, failed, completedIndexes, failedIndexes, ready, terminating, conditions } = status;
    expect({
      active,
      succeeded,
      failed,
      completedIndexes,
      failedIndexes,
      ready,
      terminating,
      conditions: conditions?.map(({ type, status: value, reason }) => `${type}=${value} ${reason ?? ''}`),
    }).toEqual({ ready: 0, terminating: test.pods?.terminating ?? 0, ...test.expected });
    expect(status.startTime === undefined).toBe(spec?.suspend === true);
  });
});
