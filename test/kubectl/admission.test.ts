// kubectl and what admission says: limits, quotas, priorities, claims in use.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const manifest = (...items: object[]): string => JSON.stringify({ kind: 'List', apiVersion: 'v1', items });
const core = (kind: string, name: string, spec: object, namespace: string) => ({
  kind,
  apiVersion: 'v1',
  metadata: { name, namespace },
  spec,
});

describe.skipIf(kubectl === undefined)('kubectl and admission', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1 });
  });

  afterAll(async () => {
    await session?.end();
  });

  it('a LimitRange gives containers their requests and limits, and refuses what is beyond', async () => {
    await session.run('create namespace limited');
    const limits = [
      { type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } },
    ];
    await session.feed(manifest(core('LimitRange', 'l', { limits }, 'limited')), 'create -f -');
    await session.until('get serviceaccount default -n limited', /default/);
    await session.run('run small --image=nginx -n limited');
    expect(await session.run('get pod small -n limited -o', 'jsonpath={.spec.containers[0].resources}')).toBe(
      '{"limits":{"cpu":"500m"},"requests":{"cpu":"100m"}}',
    );
    expect(await session.run('describe namespace limited')).toMatch(/^ Container +cpu +- +1 +100m +500m +-$/m);
    const containers = [{ name: 'c', image: 'nginx', resources: { limits: { cpu: '2' } } }];
    const { stderr } = await session.result(['create', '-f', '-'], {
      input: manifest(core('Pod', 'big', { containers }, 'limited')),
    });
    expect(stderr).toContain('pods "big" is forbidden: maximum cpu usage per Container is 1, but limit is 2');
  });

  it('a quota counts what is made and what goes', async () => {
    await session.run('create namespace counted');
    await session.run('create quota q --hard=pods=1,configmaps=3,count/deployments.apps=1 -n counted');
    const used = 'get quota q -n counted -o';
    const text = (): Promise<string> => session.run(used, 'jsonpath={.status.used}');
    await session.until('get configmap -n counted', /kube-root-ca/);
    await session.until('get quota q -n counted', /configmaps: 1\/3/);
    await session.run('create deployment web --image=nginx -n counted');
    expect(await session.fail('create deployment two --image=nginx -n counted')).toBe(
      'error: failed to create deployment: deployments.apps "two" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1\n',
    );
    await session.until('get quota q -n counted', /pods: 1\/1/);
    expect(await session.fail('run other --image=nginx -n counted')).toBe(
      'Error from server (Forbidden): pods "other" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1\n',
    );
    await session.run('scale deployment web --replicas=2 -n counted');
    await session.until('describe replicaset -n counted', /exceeded quota: q/);
    expect(await session.run('describe quota q -n counted')).toMatch(/^pods +1 +1$/m);

    await session.run('delete deployment web -n counted');
    await session.until('get quota q -n counted', /pods: 0\/1/);
    expect(JSON.parse(await text())).toEqual({ configmaps: '1', 'count/deployments.apps': '0', pods: '0' });
  });

  it('priority classes give pods their priority; those of the system stay', async () => {
    expect(await session.run('get priorityclass -o name')).toBe(
      'priorityclass.scheduling.k8s.io/system-cluster-critical\npriorityclass.scheduling.k8s.io/system-node-critical\n',
    );
    expect(await session.fail('delete priorityclass system-node-critical')).toBe(
      'Error from server (Forbidden): priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted\n',
    );
    await session.run('create priorityclass high --value=1000 --preemption-policy=Never');
    const overrides = JSON.stringify({ spec: { priorityClassName: 'high' } });
    await session.run('run urgent --image=nginx', `--overrides=${overrides}`);
    expect(await session.run('get pod urgent -o', 'jsonpath={.spec.priority} {.spec.preemptionPolicy}')).toBe(
      '1000 Never',
    );
    const none = JSON.stringify({ spec: { priorityClassName: 'none' } });
    expect(await session.fail('run lost --image=nginx', `--overrides=${none}`)).toBe(
      'Error from server (Forbidden): pods "lost" is forbidden: no PriorityClass with name none was found\n',
    );
  });

  it('a claim in use stays until its pod is gone', async () => {
    const claim = core(
      'PersistentVolumeClaim',
      'data',
      { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      'default',
    );
    await session.feed(manifest(claim), 'create -f -');
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
    const node = (await session.run('get nodes -o name')).trim().replace('node/', '');
    const overrides = JSON.stringify({ spec: { volumes, nodeName: node } });
    await session.run('run user --image=nginx', `--overrides=${overrides}`);
    await session.run('delete pvc data --wait=false');
    expect(await session.run('get pvc data')).toContain('Terminating');
    expect(await session.run('describe pvc data')).toMatch(/^Finalizers: +\[kubernetes.io\/pvc-protection\]$/m);
    await session.run('delete pod user --force --grace-period=0');
    await session.run('wait --for=delete pvc/data --timeout=20s');
  });

  it('a namespace enforces a security standard, and tells which pods violate it', async () => {
    await session.run('create namespace secured');
    await session.until('get serviceaccount default -n secured', /default/);
    const overrides = JSON.stringify({ spec: { hostNetwork: true } });
    await session.run('run open --image=nginx -n secured', `--overrides=${overrides}`);
    const labelled = await session.result(
      'label namespace secured pod-security.kubernetes.io/enforce=baseline pod-security.kubernetes.io/warn=restricted'.split(
        ' ',
      ),
    );
    expect(labelled.stderr).toBe(
      'Warning: existing pods in namespace "secured" violate the new PodSecurity enforce level "baseline:latest"\nWarning: open: host namespaces\n',
    );
    expect(await session.fail('run again --image=nginx -n secured', `--overrides=${overrides}`)).toBe(
      'Error from server (Forbidden): pods "again" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)\n',
    );
    const deployed = await session.result('create deployment web --image=nginx -n secured'.split(' '));
    expect(deployed.stderr).toContain(
      'Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "nginx" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities',
    );
  });
});
