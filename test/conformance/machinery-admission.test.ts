// After kubernetes test/e2e/apimachinery/{validatingadmissionpolicy,mutatingadmissionpolicy,webhook}.go: what is stored of
// admission, and refused when it is written. What it does to requests comes with a later step.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type {
  MatchCondition,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../../src/api/types/admissionregistration-v1.ts';
import { MERGE, refusal } from './support/collection.ts';
import { expectOperations, three } from './support/operations.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

const GROUP = 'admissionregistration.k8s.io';
const API_VERSION = `${GROUP}/v1`;

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const labelled = (base: string) => ({ generateName: `${base}-`, labels: { 'example-e2e-label': base } });
/** No namespace has the label: what is configured here meets no request. */
const NOWHERE = { matchLabels: { 'example-e2e-namespace': 'none' } };
const DEPLOYMENTS = {
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['deployments'],
};

it('[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicy API operations', async () => {
  await expectOperations<ValidatingAdmissionPolicy>(world, {
    resource: `validatingadmissionpolicies.${GROUP}`,
    drafts: three({
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata: labelled('vap'),
      spec: {
        validations: [{ expression: 'object.spec.replicas <= 100' }],
        matchConstraints: { namespaceSelector: NOWHERE, resourceRules: [DEPLOYMENTS] },
      },
    }),
    async more(policies, { metadata: { name, uid } }) {
      expect((await policies.get(name, 'status')).metadata.uid).toBe(uid);
      const condition = {
        type: 'PatchStatusFailed',
        status: 'False',
        reason: 'e2e',
        message: 'Set by an e2e test',
        lastTransitionTime: '2026-01-02T03:04:05Z',
      };
      const patched = await policies.patch(
        name,
        { status: { conditions: [condition] } },
        { type: MERGE, part: 'status' },
      );
      expect(patched.status?.conditions).toContainEqual(expect.objectContaining({ type: condition.type }));
      const second = { ...condition, type: 'UpdateStatusFailed' };
      const updated = await policies.change(
        name,
        (policy) => {
          policy.status = { ...policy.status, conditions: [...(policy.status?.conditions ?? []), second] };
        },
        'status',
      );
      expect(updated.status?.conditions).toContainEqual(expect.objectContaining({ type: second.type }));
    },
  });
});

it('[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicyBinding API operations', async () => {
  await expectOperations<ValidatingAdmissionPolicyBinding>(world, {
    resource: `validatingadmissionpolicybindings.${GROUP}`,
    drafts: three({
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: labelled('vapb'),
      spec: {
        policyName: 'replicalimit-policy.example.com',
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: NOWHERE },
      },
    }),
  });
});

it('[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicy API operations', async () => {
  await expectOperations<MutatingAdmissionPolicy>(world, {
    resource: `mutatingadmissionpolicies.${GROUP}`,
    drafts: three({
      apiVersion: API_VERSION,
      kind: 'MutatingAdmissionPolicy',
      metadata: labelled('map'),
      spec: {
        reinvocationPolicy: 'Never',
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: { expression: '[JSONPatch{op: "add", path: "/spec/replicas", value: 3}]' },
          },
        ],
        matchConstraints: { namespaceSelector: NOWHERE, resourceRules: [DEPLOYMENTS] },
      },
    }),
  });
});

it('[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicyBinding API operations', async () => {
  await expectOperations<MutatingAdmissionPolicyBinding>(world, {
    resource: `mutatingadmissionpolicybindings.${GROUP}`,
    drafts: three({
      apiVersion: API_VERSION,
      kind: 'MutatingAdmissionPolicyBinding',
      metadata: labelled('mapb'),
      spec: { policyName: 'replicas.example.com', matchResources: { namespaceSelector: NOWHERE } },
    }),
  });
});

type WebhookConfiguration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;
type WebhookType = 'Mutating' | 'Validating';

function draftOf(type: WebhookType, name: string, conditions: MatchCondition[]): Draft<WebhookConfiguration> {
  const service = { namespace: 'default', name: 'e2e-test-webhook', path: '/always-deny', port: 8443 };
  return {
    apiVersion: API_VERSION,
    kind: `${type}WebhookConfiguration`,
    metadata: { name },
    webhooks: [
      {
        name: `${type.toLowerCase()}.k8s.io`,
        clientConfig: { service },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        sideEffects: 'None',
        admissionReviewVersions: ['v1', 'v1beta1'],
        namespaceSelector: NOWHERE,
        matchConditions: conditions,
      },
    ],
  };
}

const configurationsOf = (type: WebhookType) =>
  world.of<WebhookConfiguration>(`${type.toLowerCase()}webhookconfigurations.${GROUP}`);

async function expectConditions(type: WebhookType): Promise<void> {
  const first = { name: 'expression-1', expression: "object.metadata.namespace == 'production'" };
  const second = { name: 'expression-2', expression: "object.metadata.namespace == 'staging'" };
  const configurations = configurationsOf(type);
  const created = await configurations.create(draftOf(type, 'match-conditions', [first]));
  expect(created.webhooks?.[0]?.matchConditions).toEqual([first]);
  const conditions = async () => (await configurations.get('match-conditions')).webhooks?.[0]?.matchConditions;
  expect(await conditions()).toEqual([first]);
  await configurations.change('match-conditions', ({ webhooks }) => webhooks?.[0]?.matchConditions?.push(second));
  expect(await conditions()).toEqual([first, second]);
}

async function expectInvalidConditions(type: WebhookType): Promise<void> {
  const bad = { name: 'invalid-expression-1', expression: '... [] bad expression' };
  const refused = await refusal(configurationsOf(type).create(draftOf(type, 'invalid-conditions', [bad])));
  expect(refused).toMatchObject({ code: 422, reason: 'Invalid' });
  expect(refused.message).toContain('compilation failed');
}

it('[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update mutating webhook configurations with match conditions', () =>
  expectConditions('Mutating'));

it('[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update validating webhook configurations with match conditions', () =>
  expectConditions('Validating'));

it('[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should reject mutating webhook configurations with invalid match conditions', () =>
  expectInvalidConditions('Mutating'));

it('[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin] should reject validating webhook configurations with invalid match conditions', () =>
  expectInvalidConditions('Validating'));
