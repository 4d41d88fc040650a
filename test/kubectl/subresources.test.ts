// kubectl and what lies behind an object: who am I and may I, tokens, evictions, ephemeral containers, resizes, and
// the streams that nothing answers yet.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const POD = {
  containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '100m' }, limits: { cpu: '200m' } } }],
};

describe.skipIf(kubectl === undefined)('kubectl and subresources', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1 });
    await session.run('run web --image=nginx', '--overrides', JSON.stringify({ spec: POD }));
    await session.run('wait --for=condition=Ready pod/web --timeout=20s');
  });

  afterAll(async () => {
    await session?.end();
  });

  it('auth: who asks, as whom, and whether they may', async () => {
    expect(await session.run('auth whoami')).toMatch(/^Username +kubernetes-admin$/m);
    expect(await session.run('auth whoami --as=alice --as-group=dev')).toMatch(
      /^Groups +\[dev system:authenticated\]$/m,
    );
    expect(await session.run('auth can-i delete pods')).toBe('yes\n');
    expect(await session.run('auth can-i --list')).toMatch(/^\*\.\* +\[\] +\[\] +\[\*\]$/m);
  });

  it('create token: it is good, for the time and the audience that were asked for', async () => {
    const token = (await session.run('create token default --duration=10m')).trim();
    expect(await session.run('auth whoami', '--token', token)).toMatch(
      /^Username +kubernetes-admin|system:serviceaccount/m,
    );
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    expect(claims).toMatchObject({ sub: 'system:serviceaccount:default:default' });
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(600);
    const bound = 'create token default --bound-object-kind=Pod --bound-object-name=';
    expect(await session.fail(`${bound}none`)).toMatch(/pods "none" not found/);
    expect((await session.run(`${bound}web --audience=vault`)).split('.')).toHaveLength(3);
    expect(await session.fail('create token default --duration=1m')).toMatch(/less than 10 minutes/);
  });

  it('debug adds an ephemeral container', async () => {
    await session.run('debug web --image=busybox --target=main --container=dbg -- sleep 1');
    const names = ['get pod web', '-o', 'jsonpath={.spec.ephemeralContainers[*].name}'] as const;
    expect(await session.run(...names)).toBe('dbg');
  });

  it('patch --subresource resize changes what a pod asks for, within its class', async () => {
    const requests = (cpu: string) =>
      JSON.stringify({ spec: { containers: [{ name: 'main', resources: { requests: { cpu } } }] } });
    expect(await session.run('patch pod web --subresource=resize', '-p', requests('150m'))).toBe('pod/web patched\n');
    const cpu = ['get pod web', '-o', 'jsonpath={.spec.containers[0].resources.requests.cpu}'] as const;
    expect(await session.run(...cpu)).toBe('150m');
    expect(await session.fail('patch pod web --subresource=resize', '-p', requests('1'))).toMatch(
      /must be less than or equal to cpu limit of 200m/,
    );
  });

  it('logs, exec, attach and port-forward say that the node cannot be reached', async () => {
    expect(await session.fail('logs web')).toMatch(/containerLogs\/default\/web\/main.*connection refused/);
    expect(await session.fail('logs web -c none')).toMatch(/container none is not valid for pod web/);
    expect(await session.fail('exec web -- ls')).toMatch(/error dialing backend: dial tcp/);
    expect(await session.fail('attach web')).toMatch(/error dialing backend: dial tcp/);
    expect(await session.fail('port-forward web :80')).toMatch(/error dialing backend: dial tcp/);
  });

  it('drain evicts, and the pod is told why', async () => {
    const verbose = await session.result(['drain', 'node-1', '--force', '--timeout=40s', '-v=6'], { timeout: 50_000 });
    expect(verbose.stderr).toMatch(/POST \S+\/pods\/web\/eviction/);
    expect(verbose.stdout).toMatch(/pod\/web evicted\nnode\/node-1 drained\n$/);
  });
});
