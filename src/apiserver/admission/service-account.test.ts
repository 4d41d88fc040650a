// After kubernetes plugin/pkg/admission/serviceaccount/admission_test.go.

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { PODS, podBody, Rig } from '../testing/rig.ts';

const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A rig with an account `default`, and one `strict` that names the secrets `mine` and `pull`. */
function rigWithAccounts(): Rig {
  const rig = new Rig();
  rig.serviceAccount();
  const metadata = { name: 'strict', annotations: { [ENFORCE]: 'true' } };
  const named = { secrets: [{ name: 'mine' }], imagePullSecrets: [{ name: 'pull' }] };
  rig.send('POST', ACCOUNTS, { body: { metadata, automountServiceAccountToken: false, ...named } });
  return rig;
}

const secretEnv = (name: string) => [{ name: 'X', valueFrom: { secretKeyRef: { name, key: 'k' } } }];
const containers = [{ name: 'c', image: 'app:1' }];
const REFUSED = 'is not allowed because service account strict does not reference that';

describe('the volume of the token', () => {
  test('that a pod brings along is mounted, and no other is made', () => {
    const volume = { name: 'kube-api-access-mine', emptyDir: {} };
    const { body } = rigWithAccounts().send('POST', PODS, { body: podBody('p', { volumes: [volume] }) });
    expect(body['spec']).toMatchObject({
      volumes: [volume],
      containers: [{ volumeMounts: [{ name: 'kube-api-access-mine', readOnly: true, mountPath: TOKEN_PATH }] }],
    });
    expect((body['spec'] as JsonObject)['volumes']).toHaveLength(1);
  });
});

describe('an account that names the secrets of its pods', () => {
  test.each<[string, JsonObject, string]>([
    [
      'volume',
      { volumes: [{ name: 'v', secret: { secretName: 'other' } }] },
      `volume with secret.secretName="other" ${REFUSED} secret`,
    ],
    [
      'variable',
      { containers: [{ ...containers[0], env: secretEnv('other') }] },
      `container c with envVar X referencing secret.secretName="other" ${REFUSED} secret`,
    ],
    [
      'variable of an init container',
      { initContainers: [{ name: 'i', image: 'app:1', env: secretEnv('other') }] },
      `init container i with envVar X referencing secret.secretName="other" ${REFUSED} secret`,
    ],
    [
      'source of variables',
      { containers: [{ ...containers[0], envFrom: [{ secretRef: { name: 'other' } }] }] },
      `container c with envFrom referencing secret.secretName="other" ${REFUSED} secret`,
    ],
    [
      'pull secret',
      { imagePullSecrets: [{ name: 'pull' }, { name: 'other' }] },
      `imagePullSecrets[1].name="other" ${REFUSED} imagePullSecret`,
    ],
  ])('refuses another %s', (_what, spec, why) => {
    const body = podBody('p', { serviceAccountName: 'strict', ...spec });
    expect(rigWithAccounts().send('POST', PODS, { body }).body).toMatchObject({
      code: 403,
      message: `pods "p" is forbidden: ${why}`,
    });
  });

  test('takes those that it names', () => {
    const spec = {
      serviceAccountName: 'strict',
      containers: [{ ...containers[0], env: secretEnv('mine') }],
      volumes: [{ name: 'v', secret: { secretName: 'mine' } }],
    };
    const { status, body } = rigWithAccounts().send('POST', PODS, { body: podBody('p', spec) });
    expect(status).toBe(201);
    expect(body['spec']).toMatchObject({ imagePullSecrets: [{ name: 'pull' }] });
  });

  test('asks it of ephemeral containers, too', () => {
    const rig = rigWithAccounts();
    rig.send('POST', PODS, { body: podBody('p', { serviceAccountName: 'strict' }) });
    const ephemeralContainers = [{ name: 'e', image: 'app:1', env: secretEnv('other') }];
    const answer = rig.send('PATCH', `${PODS}/p/ephemeralcontainers`, {
      body: { spec: { ephemeralContainers } },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
    expect(answer.body['message']).toBe(
      `pods "p" is forbidden: ephemeral container e with envVar X referencing secret.secretName="other" ${REFUSED} secret`,
    );
  });
});

describe('a mirror pod', () => {
  const mirror = (spec: JsonObject): JsonObject => {
    const { metadata, ...body } = podBody('p', { nodeName: 'n', ...spec });
    const annotations = { 'kubernetes.io/config.mirror': 'x' };
    const made = { ...body, metadata: { ...(metadata as JsonObject), annotations } };
    return rigWithAccounts().send('POST', PODS, { body: made }).body;
  };

  test.each<[string, JsonObject]>([
    ['may not reference service accounts', { serviceAccountName: 'default' }],
    ['may not reference secrets', { volumes: [{ name: 'v', secret: { secretName: 'mine' } }] }],
    ['may not reference secrets', { imagePullSecrets: [{ name: 'pull' }] }],
  ])('%s', (why, spec) => {
    expect(mirror(spec)).toMatchObject({ code: 403, message: `pods "p" is forbidden: a mirror pod ${why}` });
  });
});
