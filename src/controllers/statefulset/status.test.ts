// After kubernetes pkg/controller/statefulset/stateful_set_utils_test.go (completeRollingUpdate) and
// stateful_set_control_test.go (updateStatus).

import { describe, expect, it } from 'vitest';
import type { ControllerRevision, StatefulSet } from '../../api/types/apps-v1.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import { statefulSetStatus } from './status.ts';

const current = { metadata: { name: 'web-1' } } as ControllerRevision;
const update = { metadata: { name: 'web-2' } } as ControllerRevision;

function aPodOf({ metadata }: ControllerRevision, ready: boolean): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-0', labels: { 'controller-revision-hash': metadata.name } },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2001-01-01T00:00:00Z' }],
    },
  } as unknown as Pod;
}

function statusOf(replicas: number, pods: readonly Pod[], replaced = 0, type = 'RollingUpdate') {
  const set = { metadata: { name: 'web', generation: 2 }, spec: { replicas, updateStrategy: { type } } } as StatefulSet;
  const names = { current: current.metadata.name, update: update.metadata.name, collisionCount: 0 };
  return statefulSetStatus(set, names, { pods, replaced, error: undefined }, Date.parse('2002-01-01T00:00:00Z'));
}

describe('status', () => {
  const updated = aPodOf(update, true);

  it('completeRollingUpdate: all that are wanted are of the newest revision, and ready', () => {
    expect(statusOf(2, [updated, updated])).toEqual({
      observedGeneration: 2,
      replicas: 2,
      readyReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      currentRevision: 'web-2',
      updateRevision: 'web-2',
      collisionCount: 0,
      availableReplicas: 2,
    });
  });

  it.each([
    ['one is still to be made', statusOf(3, [updated, updated])],
    ['one is too many', statusOf(1, [updated, updated])],
    ['one is not ready', statusOf(2, [updated, aPodOf(update, false)])],
    ['one is of the old revision', statusOf(2, [updated, aPodOf(current, true)])],
    ['updates are not rolled out', statusOf(2, [updated, updated], 0, 'OnDelete')],
  ])('completeRollingUpdate: not while %s', (_, status) => {
    expect(status).toMatchObject({ currentRevision: 'web-1', updateRevision: 'web-2' });
  });

  it('what was just deleted for the update is current no more, and of none there are never less than none', () => {
    expect(statusOf(3, [aPodOf(current, true), aPodOf(current, true), updated], 1).currentReplicas).toBe(1);
    expect(statusOf(3, [updated], 1)).not.toHaveProperty('currentReplicas');
  });
});
