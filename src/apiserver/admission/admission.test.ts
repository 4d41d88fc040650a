import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { MAPS, PODS, podBody, Rig } from '../testing/rig.ts';

function podSpec(rig: Rig, spec: JsonObject = {}): JsonObject {
  const made = rig.send('POST', PODS, { body: podBody('p', spec) });
  if (made.status !== 201) throw new Error(made.text);
  return made.body['spec'] as JsonObject;
}

const withAccount = (): Rig => {
  const rig = new Rig();
  rig.serviceAccount();
  return rig;
};

describe('NamespaceLifecycle', () => {
  test('nothing is made in a namespace that is not there or is going away', () => {
    const rig = new Rig();
    const post = () => rig.send('POST', '/api/v1/namespaces/n/configmaps', { body: { metadata: { name: 'a' } } });
    expect(post().body).toMatchObject({ code: 404, message: 'namespaces "n" not found' });
    rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'n' } } });
    expect(post().status).toBe(201);
    rig.send('DELETE', '/api/v1/namespaces/n');
    expect(
      rig.send('POST', '/api/v1/namespaces/n/configmaps', { body: { metadata: { name: 'b' } } }).body,
    ).toMatchObject({
      code: 403,
      message:
        'configmaps "b" is forbidden: unable to create new content in namespace n because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
  });

  test('the word Terminating in a live namespace is no matter', () => {
    const rig = new Rig();
    rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'n', labels: { x: 'Terminating' } } } });
    expect(rig.send('POST', '/api/v1/namespaces/n/configmaps', { body: { metadata: { name: 'a' } } }).status).toBe(201);
    expect(rig.get(MAPS).status).toBe(200);
  });
});

describe('ServiceAccount', () => {
  test('a pod without its account is refused', () => {
    expect(new Rig().send('POST', PODS, { body: podBody('p') }).body).toMatchObject({
      code: 403,
      message:
        'pods "p" is forbidden: error looking up service account default/default: serviceaccount "default" not found',
    });
  });

  test('a token is mounted where none is', () => {
    const spec = podSpec(withAccount());
    const [volume] = spec['volumes'] as JsonObject[];
    expect(String(volume?.['name'])).toMatch(/^kube-api-access-.{5}$/);
    expect(spec['containers']).toMatchObject([
      {
        volumeMounts: [
          { name: volume?.['name'], readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
        ],
      },
    ]);
    expect(spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default' });
  });

  test('unless the pod does not want it', () => {
    const spec = podSpec(withAccount(), { automountServiceAccountToken: false });
    expect(spec['volumes']).toBeUndefined();
  });
});

describe('DefaultTolerationSeconds', () => {
  test('pods stay five minutes on a node that fails, unless they say otherwise', () => {
    const key = 'node.kubernetes.io/not-ready';
    const mine = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
    const spec = podSpec(withAccount(), { tolerations: [mine] });
    expect(spec['tolerations']).toEqual([
      mine,
      { ...mine, key: 'node.kubernetes.io/unreachable', tolerationSeconds: 300 },
    ]);
    expect(podSpec(withAccount(), { tolerations: [{ operator: 'Exists' }] })['tolerations']).toHaveLength(1);
  });

  test('an update that leaves out what admission had added is taken', () => {
    const rig = withAccount();
    const made = rig.send('POST', PODS, { body: podBody('p') }).body;
    const { tolerations: _, priority: __, preemptionPolicy: ___, ...spec } = made['spec'] as JsonObject;
    expect(rig.send('PUT', `${PODS}/p`, { body: { ...made, spec } }).body).toEqual(made);
  });
});

test('TaintNodesByCondition: a new node takes no pods yet', () => {
  const rig = new Rig();
  const made = rig.send('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } }).body;
  expect(made['spec']).toEqual({ taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] });
});
