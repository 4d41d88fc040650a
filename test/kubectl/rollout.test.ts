// The life of a Deployment and its Service: rollout, history, undo, pause, restart, scale, expose, wait.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

describe.skipIf(kubectl === undefined)('kubectl rolls out', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession();
    await session.run('create deployment web --image=nginx:1 --replicas=3 --port=80');
  });

  afterAll(async () => {
    await session?.end();
  });

  const rolledOut = () => session.run('rollout status deployment/web --timeout=30s');
  const images = () => session.run('get deployment web', '-o', 'jsonpath={.spec.template.spec.containers[*].image}');
  const revision = () =>
    session.run('get deployment web', '-o', 'jsonpath={.metadata.annotations.deployment\\.kubernetes\\.io/revision}');

  it('rollout status waits until all is there', async () => {
    expect(await rolledOut()).toMatch(/deployment "web" successfully rolled out\n$/);
    expect((await session.rows('get deployment web'))[0]?.slice(0, 4)).toEqual(['web', '3/3', '3', '3']);
    const pods = await session.rows('get pods -l app=web -o wide');
    expect(pods.map(([, ready, status]) => `${ready} ${status}`)).toEqual([
      '1/1 Running',
      '1/1 Running',
      '1/1 Running',
    ]);
    expect(new Set(pods.map((row) => row[6])).size).toBe(3);
  });

  it('set image: a rolling update that never has too few', async () => {
    const watch = session.follow('get deployment web -w', '-o', 'jsonpath={.status.availableReplicas}{"\\n"}');
    try {
      expect(await session.run('set image deployment/web nginx=nginx:2')).toBe('deployment.apps/web image updated\n');
      expect(await rolledOut()).toMatch(/Waiting for deployment "web" rollout to finish: [^]*successfully rolled out/);
      expect(watch.lines.length).toBeGreaterThan(2);
      expect(watch.lines.map(Number).filter((available) => available < 3)).toEqual([]);
    } finally {
      await watch.stop();
    }
    const sets = await session.rows('get replicasets -l app=web --sort-by=.metadata.creationTimestamp');
    expect(sets.map(([, desired, current, ready]) => [desired, current, ready])).toEqual(
      expect.arrayContaining([
        ['0', '0', '0'],
        ['3', '3', '3'],
      ]),
    );
    await session.until(
      'get pods -l app=web -o jsonpath={.items[*].spec.containers[0].image}',
      /^nginx:2 nginx:2 nginx:2$/,
    );
  });

  it('rollout history and undo', async () => {
    await session.run('annotate deployment/web kubernetes.io/change-cause=second');
    await session.until('rollout history deployment/web', /^1 +<none>\n2 +second$/m);
    expect(await session.run('rollout history deployment/web --revision=1')).toMatch(
      /deployment\.apps\/web with revision #1\nPod Template:[^]*Image:\tnginx:1\n/,
    );
    expect(await session.run('rollout undo deployment/web')).toBe('deployment.apps/web rolled back\n');
    await rolledOut();
    expect(await images()).toBe('nginx:1');
    expect(await revision()).toBe('3');
    expect(await session.run('rollout history deployment/web')).toMatch(/^2 +second\n3 +<none>$/m);
    await session.run('rollout undo deployment/web --to-revision=2');
    await rolledOut();
    expect(await images()).toBe('nginx:2');
    expect(await session.fail('rollout undo deployment/web --to-revision=99')).toMatch(
      /unable to find specified revision 99/,
    );
  });

  it('rollout pause and resume', async () => {
    const before = await revision();
    expect(await session.run('rollout pause deployment/web')).toBe('deployment.apps/web paused\n');
    expect(await session.fail('rollout pause deployment/web')).toMatch(/is already paused/);
    await session.run('set image deployment/web nginx=nginx:3');
    await session.until(
      'get deployment web -o jsonpath={.status.conditions[?(@.type=="Progressing")].reason}',
      /DeploymentPaused/,
    );
    expect(await session.run('get pods -l app=web', '-o', 'jsonpath={.items[*].spec.containers[0].image}')).not.toMatch(
      /nginx:3/,
    );
    expect(await revision()).toBe(before);
    expect(await session.run('rollout resume deployment/web')).toBe('deployment.apps/web resumed\n');
    await rolledOut();
    await session.until(
      'get pods -l app=web -o jsonpath={.items[*].spec.containers[0].image}',
      /^nginx:3 nginx:3 nginx:3$/,
    );
  });

  it('rollout restart: new pods of the same image', async () => {
    const names = async () => (await session.run('get pods -l app=web -o name')).split('\n').filter(Boolean);
    const before = await names();
    expect(await session.run('rollout restart deployment/web')).toBe('deployment.apps/web restarted\n');
    await rolledOut();
    await session.until('get pods -l app=web -o name', (text) => text.split('\n').filter(Boolean).length === 3);
    expect((await names()).filter((name) => before.includes(name))).toEqual([]);
    expect(await images()).toBe('nginx:3');
  });

  it('a rollout that cannot finish says so', async () => {
    await session.run('create deployment stuck --image=nginx --replicas=1');
    await session.run(
      'patch deployment stuck -p',
      '{"spec":{"progressDeadlineSeconds":1,"template":{"spec":{"nodeSelector":{"disk":"none"}}}}}',
    );
    const { code, stdout, stderr } = await session.result(['rollout', 'status', 'deployment/stuck', '--timeout=15s']);
    expect(code, stdout).toBe(1);
    expect(stderr).toBe('error: deployment "stuck" exceeded its progress deadline\n');
    expect(await session.run('events --types=Warning')).toMatch(
      /FailedScheduling +Pod\/stuck-\S+ +0\/3 nodes are available: 3 node\(s\) didn't match Pod's node affinity\/selector\./,
    );
    await session.run('delete deployment stuck');
  });

  it('scale', async () => {
    expect(await session.run('scale deployment/web --replicas=5')).toBe('deployment.apps/web scaled\n');
    await rolledOut();
    expect((await session.rows('get pods -l app=web')).length).toBe(5);
    expect(await session.fail('scale deployment/web --current-replicas=3 --replicas=1')).toMatch(
      /expected replicas to be 3, was 5/i,
    );
    await session.run('scale deployment/web --replicas=2');
    await session.until('get pods -l app=web -o name', (text) => text.split('\n').filter(Boolean).length === 2);
  });

  it('expose, and describe the service', async () => {
    expect(await session.run('expose deployment web --port=8080 --target-port=80')).toBe('service/web exposed\n');
    const [row = []] = await session.rows('get service web');
    expect(row).toEqual([
      'web',
      'ClusterIP',
      expect.stringMatching(/^10\.96\./),
      '<none>',
      '8080/TCP',
      expect.any(String),
    ]);
    const text = await session.until(
      'describe service web',
      /^Endpoints: +10\.244\.\d+\.\d+:80,10\.244\.\d+\.\d+:80$/m,
    );
    expect(text).toMatch(/^Selector: +app=web$/m);
    expect(text).toMatch(/^Port: +<unset> +8080\/TCP\nTargetPort: +80\/TCP$/m);
    expect(await session.run('get endpointslices -l kubernetes.io/service-name=web')).toMatch(
      /web-\S+ +IPv4 +80 +10\.244\.\d+\.\d+,10\.244\./,
    );
  });

  it('describe deployment', async () => {
    const text = await session.run('describe deployment web');
    expect(text).toMatch(/^Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable$/m);
    expect(text).toMatch(/^StrategyType: +RollingUpdate$/m);
    expect(text).toMatch(/^RollingUpdateStrategy: +25% max unavailable, 25% max surge$/m);
    expect(text).toMatch(/^ {2}Available +True +MinimumReplicasAvailable$/m);
    expect(text).toMatch(/^NewReplicaSet: +web-\S+ \(2\/2 replicas created\)$/m);
    expect(text).toMatch(/ScalingReplicaSet .* deployment-controller +Scaled up replica set web-\S+ from 0 to 3/);
  });

  it('wait: for conditions, fields and deletion', async () => {
    expect(await session.run('wait deployment/web --for=condition=Available --timeout=10s')).toBe(
      'deployment.apps/web condition met\n',
    );
    expect(await session.run('wait pod -l app=web', '--for=jsonpath={.status.phase}=Running', '--timeout=10s')).toMatch(
      /condition met\n/,
    );
    expect(await session.fail('wait deployment/web --for=condition=Sunny --timeout=1s')).toMatch(
      /timed out waiting for the condition on deployments\/web/,
    );
    const gone = session.run('wait --for=delete service/web --timeout=20s');
    await session.run('delete service web');
    await gone;
  });
});
