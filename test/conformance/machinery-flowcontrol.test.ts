// After kubernetes test/e2e/apimachinery/flowcontrol.go: the kinds' own API; who is let through how fast is tested elsewhere.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FlowSchema, PriorityLevelConfiguration } from '../../src/api/types/flowcontrol-v1.ts';
import type { Collection } from './support/collection.ts';
import { MERGE } from './support/collection.ts';
import { expectOperations, three } from './support/operations.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

/** A condition is patched into the status, and another written. */
async function expectStatus(
  collection: Collection<FlowSchema | PriorityLevelConfiguration>,
  { metadata: { name, uid } }: FlowSchema | PriorityLevelConfiguration,
): Promise<void> {
  expect((await collection.get(name, 'status')).metadata.uid).toBe(uid);
  const condition = { type: 'PatchStatusFailed', status: 'False', reason: 'e2e' };
  const patched = await collection.patch(
    name,
    { status: { conditions: [condition] } },
    { type: MERGE, part: 'status' },
  );
  expect(patched.status?.conditions).toContainEqual(expect.objectContaining(condition));
  const second = { type: 'StatusUpdateFailed', status: 'False', reason: 'e2e' };
  const updated = await collection.change(
    name,
    (object) => {
      object.status = { conditions: [...(object.status?.conditions ?? []), second] };
    },
    'status',
  );
  expect(updated.status?.conditions).toContainEqual(expect.objectContaining(second));
}

it('[sig-api-machinery] API priority and fairness should support FlowSchema API operations', async () => {
  await expectOperations<FlowSchema>(world, {
    resource: 'flowschemas.flowcontrol.apiserver.k8s.io',
    drafts: three({
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: { generateName: 'e2e-example-fs-', labels: { 'special-label': 'flow-schema' } },
      spec: {
        matchingPrecedence: 10_000,
        priorityLevelConfiguration: { name: 'global-default' },
        distinguisherMethod: { type: 'ByUser' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'example-e2e-non-existent-user' } }],
            nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
          },
        ],
      },
    }),
    async more(schemas, object) {
      const raised = await schemas.change(object.metadata.name, ({ spec }) => {
        if (spec !== undefined) spec.matchingPrecedence = 9999;
      });
      expect(raised.spec?.matchingPrecedence).toBe(9999);
      await expectStatus(schemas, object);
    },
  });
});

it('[sig-api-machinery] API priority and fairness should support PriorityLevelConfiguration API operations', async () => {
  await expectOperations<PriorityLevelConfiguration>(world, {
    resource: 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
    drafts: three({
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: { generateName: 'e2e-example-pl-', labels: { 'special-label': 'priority-level' } },
      spec: {
        type: 'Limited',
        limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } },
      },
    }),
    async more(levels, object) {
      const raised = await levels.change(object.metadata.name, ({ spec }) => {
        if (spec?.limited !== undefined) spec.limited.nominalConcurrencyShares = 4;
      });
      expect(raised.spec?.limited?.nominalConcurrencyShares).toBe(4);
      await expectStatus(levels, object);
    },
  });
});
