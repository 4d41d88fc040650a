import { beforeEach, describe, expect, test } from 'vitest';
import type { ActionPort, RunningAction } from '../../action.ts';
import type { KubeObject } from '../../object.ts';
import type { Status } from '../../status.ts';
import { fail, ok } from '../../status.ts';
import type { Pod, PodCondition } from '../../types/core-v1.ts';
import type { DeleteOptions } from '../../types/meta-v1.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../types/policy-v1.ts';
import { podEviction } from './eviction.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const TARGET = { namespace: 'default', name: 'web' };

let pod: Pod;
let budgets: PodDisruptionBudget[];
/** What was written and deleted, in order. */
let done: string[];
let written: KubeObject[];
let deleted: DeleteOptions | undefined;

function port(dryRun: readonly string[]): ActionPort {
  return {
    now: NOW,
    dryRun,
    get: ((resource: string) => (resource === 'pods' ? pod : undefined)) as ActionPort['get'],
    list: (resource) => (resource === 'poddisruptionbudgets.policy' ? budgets : []),
    writeStatus(resource, object) {
      done.push(`write ${resource}`);
      written.push(object);
      return ok({ ...object, metadata: { ...object.metadata, resourceVersion: '8' } });
    },
    refuseDelete: ({ propagationPolicy }) => (propagationPolicy === 'Sideways' ? SIDEWAYS : undefined),
    delete(resource, _target, options) {
      done.push(`delete ${resource}`);
      deleted = options;
      return ok(undefined);
    },
    tokens: { audience: '', issue: () => '' },
  };
}

const SIDEWAYS = { code: 422 } as Status;

function budget(name: string, status: PodDisruptionBudgetStatus, spec: object = {}): PodDisruptionBudget {
  return {
    kind: 'PodDisruptionBudget',
    apiVersion: 'policy/v1',
    metadata: { name, namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '', generation: 1 },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    status: { observedGeneration: 1, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, ...status },
  };
}

function evict(deleteOptions?: DeleteOptions, dryRun: readonly string[] = []) {
  const body = { kind: 'Eviction', apiVersion: 'policy/v1', metadata: { name: 'web' }, deleteOptions };
  return (podEviction as RunningAction).run(body as unknown as KubeObject, TARGET, port(dryRun));
}

function readiness(status: string): PodCondition {
  return { type: 'Ready', status };
}

beforeEach(() => {
  pod = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'pod-uid',
      resourceVersion: '7',
      creationTimestamp: '',
      labels: { app: 'web' },
    },
    spec: { containers: [] },
    status: { phase: 'Running', conditions: [readiness('True')] },
  };
  budgets = [];
  done = [];
  written = [];
  deleted = undefined;
});

test('without a budget the pod is told why, and deleted', () => {
  expect(evict({ gracePeriodSeconds: 5 })).toEqual(ok(undefined));
  expect(done).toEqual(['write pods', 'delete pods']);
  expect((written[0] as Pod).status?.conditions).toEqual([
    readiness('True'),
    {
      type: 'DisruptionTarget',
      status: 'True',
      lastTransitionTime: '2026-01-02T03:04:05Z',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    },
  ]);
  expect(deleted).toEqual({ gracePeriodSeconds: 5, dryRun: [] });
});

describe('a budget', () => {
  test('that allows a disruption is spent first', () => {
    budgets = [budget('b', { disruptionsAllowed: 1 })];
    expect(evict()).toEqual(ok(undefined));
    expect(done).toEqual(['write poddisruptionbudgets.policy', 'write pods', 'delete pods']);
    expect((written[0] as PodDisruptionBudget).status).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { web: '2026-01-02T03:04:05Z' },
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }],
    });
  });

  test('that allows none refuses, and nothing is written', () => {
    budgets = [budget('b', { disruptionsAllowed: 0, currentHealthy: 2 })];
    expect(evict()).toMatchObject({
      status: {
        code: 429,
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        reason: 'TooManyRequests',
        details: {
          causes: [
            { reason: 'DisruptionBudget', message: 'The disruption budget b needs 2 healthy pods and has 2 currently' },
          ],
        },
      },
    });
    expect(done).toEqual([]);
  });

  test('that nobody has looked at yet asks to come again', () => {
    budgets = [budget('b', { observedGeneration: 0 })];
    expect(evict()).toMatchObject({ status: { code: 429, details: { retryAfterSeconds: 10 } } });
  });

  test('of a negative allowance, or with too many disrupted pods, is forbidden ground', () => {
    budgets = [budget('b', { disruptionsAllowed: -1 })];
    const message = 'poddisruptionbudget.policy "b" is forbidden: pdb disruptions allowed is negative';
    expect(evict()).toMatchObject({ status: { code: 403, message } });
    const disruptedPods = Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`p${index}`, '']));
    budgets = [budget('b', { disruptedPods })];
    expect(evict()).toMatchObject({ status: { code: 403 } });
  });

  test('of others, or with a selector of nothing, does not count', () => {
    budgets = [
      budget('b', { disruptionsAllowed: 0 }, { selector: { matchLabels: { app: 'db' } } }),
      budget('c', { disruptionsAllowed: 0 }, { selector: undefined }),
    ];
    expect(evict()).toEqual(ok(undefined));
  });

  test('beside another is one too many', () => {
    budgets = [budget('b', {}), budget('c', {})];
    expect(evict()).toMatchObject({
      status: { code: 500, message: expect.stringContaining('more than one') as string },
    });
  });

  test('does not hold what serves nobody', () => {
    budgets = [budget('b', { disruptionsAllowed: 0 })];
    for (const phase of ['Pending', 'Succeeded', 'Failed']) {
      pod.status = { phase };
      expect(evict()).toEqual(ok(undefined));
    }
    pod.status = { phase: 'Running' };
    pod.metadata.deletionTimestamp = '2026-01-02T03:04:05Z';
    expect(evict()).toEqual(ok(undefined));
  });

  test('lets an unready pod go while enough others are healthy, or if it says so', () => {
    pod.status = { phase: 'Running', conditions: [readiness('False')] };
    budgets = [budget('b', { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 })];
    expect(evict()).toEqual(ok(undefined));
    budgets = [budget('b', { disruptionsAllowed: 0, currentHealthy: 1 })];
    expect(evict()).toMatchObject({ status: { code: 429 } });
    budgets = [
      budget('b', { disruptionsAllowed: 0, currentHealthy: 1 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }),
    ];
    expect(evict()).toEqual(ok(undefined));
  });
});

describe('options', () => {
  test('a dry run writes nothing', () => {
    budgets = [budget('b', { disruptionsAllowed: 1 })];
    expect(evict(undefined, ['All'])).toEqual(ok(undefined));
    expect(evict({ dryRun: ['All'] })).toEqual(ok(undefined));
    expect(done).toEqual(['delete pods', 'delete pods']);
    expect(deleted?.dryRun).toEqual(['All']);
  });

  test('two kinds of dry run do not go together', () => {
    const message = 'Non-matching dry-run options in request and content: [All] and [Some]';
    expect(evict({ dryRun: ['Some'] }, ['All'])).toEqual(
      fail(expect.objectContaining({ code: 500, message }) as Status),
    );
  });

  test('preconditions are met before anything is written; a resourceVersion moves with the mark', () => {
    expect(evict({ preconditions: { uid: 'other' } })).toMatchObject({ status: { code: 409 } });
    expect(evict({ preconditions: { resourceVersion: '6' } })).toMatchObject({ status: { code: 409 } });
    expect(done).toEqual([]);
    expect(evict({ preconditions: { uid: 'pod-uid', resourceVersion: '7' } })).toEqual(ok(undefined));
    expect(deleted?.preconditions).toEqual({ uid: 'pod-uid', resourceVersion: '8' });
  });

  test('wrong ones are refused before a budget is spent', () => {
    budgets = [budget('b', { disruptionsAllowed: 1 })];
    expect(evict({ propagationPolicy: 'Sideways' })).toEqual(fail(SIDEWAYS));
    expect(done).toEqual([]);
  });
});
