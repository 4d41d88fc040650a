import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { PODS, podBody, Rig } from '../testing/rig.ts';

const CLASSES = '/apis/node.k8s.io/v1/runtimeclasses';

function rigWith(runtimeClass: JsonObject): Rig {
  const rig = new Rig();
  rig.serviceAccount();
  const made = rig.send('POST', CLASSES, { body: { metadata: { name: 'r' }, handler: 'h', ...runtimeClass } });
  expect(made.status).toBe(201);
  return rig;
}

function post(rig: Rig, spec: JsonObject): JsonObject {
  return rig.send('POST', PODS, { body: podBody('p', spec) }).body;
}

function specOf(rig: Rig, spec: JsonObject = {}): JsonObject {
  return post(rig, { runtimeClassName: 'r', ...spec })['spec'] as JsonObject;
}

const refused = (why: string) => ({ code: 403, message: `pods "p" is forbidden: ${why}` });
const overhead = { podFixed: { cpu: '100m', memory: '1Gi' } };

test('a class that is not there', () => {
  expect(post(rigWith({}), { runtimeClassName: 'x' })).toMatchObject(
    refused('pod rejected: RuntimeClass "x" not found'),
  );
});

describe('TestSetOverhead, TestValidateOverhead', () => {
  test('overhead, no container requirements', () => {
    expect(specOf(rigWith({ overhead }))['overhead']).toEqual(overhead.podFixed);
  });

  test('the same overhead is taken, another is not', () => {
    const rig = rigWith({ overhead });
    const other = { cpu: '1' };
    expect(post(rig, { runtimeClassName: 'r', overhead: other })).toMatchObject(
      refused("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"),
    );
    const same = { cpu: '0.1', memory: '1024Mi' };
    expect(specOf(rig, { overhead: same })['overhead']).toEqual(overhead.podFixed);
  });

  test('pod with Overhead, no RuntimeClass', () => {
    const why = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
    expect(post(rigWith({}), { overhead: { cpu: '1' } })).toMatchObject(refused(why));
    expect(post(rigWith({}), { runtimeClassName: 'r', overhead: { cpu: '1' } })).toMatchObject(refused(why));
  });
});

describe('TestSetScheduling', () => {
  const nodeSelector = { a: '1' };

  test('scheduling only', () => {
    expect(specOf(rigWith({ scheduling: { nodeSelector } }), { nodeSelector: { b: '2' } })['nodeSelector']).toEqual({
      a: '1',
      b: '2',
    });
  });

  test('overlapping label with different values', () => {
    const rig = rigWith({ scheduling: { nodeSelector } });
    expect(post(rig, { runtimeClassName: 'r', nodeSelector: { a: '2' } })).toMatchObject(
      refused('conflict: runtimeClass.scheduling.nodeSelector[a] = 1; pod.spec.nodeSelector[a] = 2'),
    );
  });

  test('TestMergeTolerations: of two the one stays that includes the other', () => {
    const mine = { key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' };
    const all = { key: 'k', operator: 'Exists' };
    const other = { key: 'x', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
    const rig = rigWith({ scheduling: { tolerations: [all, other] } });
    const found = specOf(rig, { tolerations: [mine, other] })['tolerations'] as JsonObject[];
    expect(found.filter(({ key }) => key === 'k' || key === 'x')).toEqual([other, all]);
  });
});
