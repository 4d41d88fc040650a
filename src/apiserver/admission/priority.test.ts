import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { PODS, podBody, Rig } from '../testing/rig.ts';

const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';

function aRig(...classes: JsonObject[]): Rig {
  const rig = new Rig();
  rig.serviceAccount();
  for (const { name, ...members } of classes) {
    expect(rig.send('POST', CLASSES, { body: { metadata: { name: name ?? '' }, ...members } }).status).toBe(201);
  }
  return rig;
}

function post(rig: Rig, spec: JsonObject): JsonObject {
  return rig.send('POST', PODS, { body: podBody('p', spec) }).body;
}

describe('TestPodAdmission', () => {
  test.each<[JsonObject[], JsonObject, JsonObject]>([
    [[], {}, { priority: 0, preemptionPolicy: 'PreemptLowerPriority' }],
    [[], { priorityClassName: 'system-node-critical' }, { priority: 2_000_001_000 }],
    [
      [{ name: 'high', value: 1000, preemptionPolicy: 'Never' }],
      { priorityClassName: 'high' },
      { priority: 1000, preemptionPolicy: 'Never' },
    ],
    [[{ name: 'usual', value: 7, globalDefault: true }], {}, { priority: 7, priorityClassName: 'usual' }],
    [[{ name: 'usual', value: 7, globalDefault: true }], { priority: 7 }, { priority: 7, priorityClassName: 'usual' }],
  ])('%j %j', (classes, spec, made) => {
    expect(post(aRig(...classes), spec)['spec']).toMatchObject(made);
  });

  test.each<[JsonObject[], JsonObject, string]>([
    [[], { priorityClassName: 'none' }, 'no PriorityClass with name none was found'],
    [
      [{ name: 'high', value: 1000 }],
      { priorityClassName: 'high', priority: 5 },
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name',
    ],
    [
      [{ name: 'high', value: 1000 }],
      { priorityClassName: 'high', preemptionPolicy: 'Never' },
      'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
    ],
  ])('%j %j is refused', (classes, spec, why) => {
    expect(post(aRig(...classes), spec)).toMatchObject({ code: 403, message: `pods "p" is forbidden: ${why}` });
  });
});

describe('TestPriorityClassAdmission', () => {
  const standard = { name: 'usual', value: 7, globalDefault: true };
  const refusal = (name: string) => ({
    code: 403,
    message: `priorityclasses.scheduling.k8s.io "${name}" is forbidden: PriorityClass usual is already marked as default. Only one default can exist`,
  });

  test('a second default', () => {
    const rig = aRig(standard, { name: 'other', value: 1 });
    const body = { metadata: { name: 'second' }, value: 1, globalDefault: true };
    expect(rig.send('POST', CLASSES, { body }).body).toMatchObject(refusal('second'));
    const other = rig.get(`${CLASSES}/other`).body;
    expect(rig.send('PUT', `${CLASSES}/other`, { body: { ...other, globalDefault: true } }).body).toMatchObject(
      refusal('other'),
    );
  });

  test('the default itself may be updated', () => {
    const rig = aRig(standard);
    const usual = rig.get(`${CLASSES}/usual`).body;
    expect(rig.send('PUT', `${CLASSES}/usual`, { body: { ...usual, description: 'x' } }).status).toBe(200);
  });
});

describe('the classes of the system', () => {
  test('are there, and stay', () => {
    const rig = aRig();
    expect(rig.get(`${CLASSES}/system-cluster-critical`).body).toMatchObject({ value: 2_000_000_000 });
    expect(rig.send('DELETE', `${CLASSES}/system-node-critical`).body).toMatchObject({
      code: 403,
      message:
        'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    });
  });

  test('are made again where a cluster lacks them', () => {
    const rig = aRig();
    expect(rig.log.transaction(() => rig.server.reconcilePolicy())).toEqual([]);
  });
});
