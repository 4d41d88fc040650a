// The life of a ReplicationController: pods, scale, describe, deletion with and without its pods.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const OLD = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'old' },
  spec: {
    replicas: 2,
    template: { metadata: { labels: { app: 'old' } }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } },
  },
};

describe.skipIf(kubectl === undefined)('kubectl and ReplicationControllers', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 2 });
  });

  afterAll(async () => {
    await session?.end();
  });

  const names = async () => (await session.run('get pods -l app=old -o name')).split('\n').filter(Boolean);

  it('create, get, scale', async () => {
    await session.feed(JSON.stringify(OLD), 'create -f -');
    await session.until('get rc old --no-headers', /^old +2 +2 +2 /);
    expect(await session.run('scale rc old --replicas=3')).toBe('replicationcontroller/old scaled\n');
    await session.until('get rc old --no-headers', /^old +3 +3 +3 /);
    expect(await names()).toHaveLength(3);
    await session.run('scale rc old --replicas=1');
    await session.until('get pods -l app=old -o name', (text) => text.split('\n').filter(Boolean).length === 1);
  });

  it('replaces a pod, and describes what it did', async () => {
    const [before = ''] = await names();
    await session.run(`delete ${before}`);
    await session.until('get rc old --no-headers', /^old +1 +1 +1 /);
    expect(await names()).not.toContain(before);
    const text = await session.run('describe rc old');
    expect(text).toMatch(/^Replicas: +1 current \/ 1 desired$/m);
    expect(text).toMatch(/SuccessfulCreate .* replication-controller +Created pod: old-/);
    expect(text).toMatch(/SuccessfulDelete .* replication-controller +Deleted pod: old-/);
  });

  it('delete --cascade=orphan leaves the pods, which one of the same selector takes over', async () => {
    const before = await names();
    await session.run('delete rc old --cascade=orphan');
    expect(await names()).toEqual(before);
    await session.feed(JSON.stringify({ ...OLD, spec: { ...OLD.spec, replicas: 1 } }), 'create -f -');
    await session.until('get rc old --no-headers', /^old +1 +1 +1 /);
    expect(await names()).toEqual(before);
    await session.run('delete rc old');
    await session.until('get pods -l app=old -o name', /^$/);
  });
});
