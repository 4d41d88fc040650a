// The life of a StatefulSet: an ordered start, claims, rollouts, history, undo, scaling, deletion.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const WEB = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    serviceName: 'web',
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: 'nginx:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
};

describe.skipIf(kubectl === undefined)('kubectl and StatefulSets', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 3 });
    expect(await session.feed(JSON.stringify(WEB), 'create -f -')).toBe('statefulset.apps/web created\n');
  });

  afterAll(async () => {
    await session?.end();
  });

  const rolledOut = () => session.run('rollout status statefulset/web --timeout=30s');
  const list = async (what: string, path: string): Promise<string[]> =>
    (await session.run(`get ${what}`, '-o', `jsonpath={.items[*]${path}}`)).split(' ').filter(Boolean).sort();
  const images = () => list('pods -l app=web', '.spec.containers[0].image');

  it('get: pods by ordinal, each with its claim, bound', async () => {
    expect(await rolledOut()).toContain('partitioned roll out complete: 3 new pods have been updated...\n');
    const [header = '', row = ''] = (await session.run('get sts web')).split('\n');
    expect(header.trim().split(/ {2,}/)).toEqual(['NAME', 'READY', 'AGE']);
    expect(row.split(/\s+/).slice(0, 2)).toEqual(['web', '3/3']);
    expect(await list('pods -l app=web', '.metadata.name')).toEqual(['web-0', 'web-1', 'web-2']);
    expect(await list('pvc', '.metadata.name')).toEqual(['data-web-0', 'data-web-1', 'data-web-2']);
    expect(new Set(await list('pvc', '.status.phase'))).toEqual(new Set(['Bound']));
  });

  it('describe: what was made', async () => {
    const text = await session.run('describe sts web');
    expect(text).toMatch(/^Pods Status:\s+3 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed$/m);
    expect(text).toMatch(
      /Normal\s+SuccessfulCreate\s+\S+\s+statefulset-controller\s+create Pod web-0 in StatefulSet web successful/,
    );
    expect(text).toContain('create Claim data-web-0 Pod web-0 in StatefulSet web success');
  });

  it('set image, rollout history, rollout undo', async () => {
    await session.run('set image sts/web main=nginx:2');
    await rolledOut();
    await session.run('wait --for=jsonpath={.status.updatedReplicas}=3 sts/web --timeout=30s');
    expect(await images()).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
    expect(
      (await session.run('rollout history sts/web'))
        .split('\n')
        .slice(2, 4)
        .map((line) => line.split(/\s+/)[0]),
    ).toEqual(['1', '2']);
    expect(await session.run('rollout undo sts/web')).toBe('statefulset.apps/web rolled back\n');
    await rolledOut();
    expect(await images()).toEqual(['nginx:1', 'nginx:1', 'nginx:1']);
  });

  it('a pod that is deleted comes back under its name, with its claim', async () => {
    const claim = await session.run('get pvc data-web-1 -o jsonpath={.metadata.uid}');
    const before = await session.run('get pod web-1 -o jsonpath={.metadata.uid}');
    await session.run('delete pod web-1');
    await rolledOut();
    expect(await session.run('get pod web-1 -o jsonpath={.metadata.uid}')).not.toBe(before);
    expect(await session.run('get pvc data-web-1 -o jsonpath={.metadata.uid}')).toBe(claim);
  });

  it('scale: the highest go first, and their claims stay', async () => {
    expect(await session.run('scale sts web --replicas=1')).toBe('statefulset.apps/web scaled\n');
    await session.run('wait --for=jsonpath={.status.replicas}=1 sts/web --timeout=30s');
    expect(await list('pods -l app=web', '.metadata.name')).toEqual(['web-0']);
    expect(await list('pvc', '.metadata.name')).toHaveLength(3);
  });

  it('delete: the pods go, the claims stay', async () => {
    await session.run('delete sts web');
    await session.run('wait --for=delete pod/web-0 --timeout=30s');
    expect(await list('pvc', '.metadata.name')).toHaveLength(3);
  });
});
