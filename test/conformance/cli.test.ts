// After kubernetes test/e2e/kubectl/kubectl.go, with the real kubectl.

import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/api/types/apps-v1.ts';
import type { Endpoints, Pod, Service } from '../../src/api/types/core-v1.ts';
import type { Following, Session } from '../kubectl/session.ts';
import { kubectl, startSession } from '../kubectl/session.ts';

describe.skipIf(kubectl === undefined)('kubectl', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession();
  });

  afterAll(() => session?.end());

  it('[sig-cli] Kubectl client Kubectl api-versions should check if v1 is in available api versions', async () => {
    expect((await session.run('api-versions')).split('\n')).toContain('v1');
  });

  it('[sig-cli] Kubectl client Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info', async () => {
    const printed = await session.run('cluster-info');
    expect(printed).toContain('Kubernetes control plane');
    expect(printed).toContain(`is running at`);
    expect(printed).toContain(session.server.url);
  });

  it('[sig-cli] Kubectl client Kubectl diff should check if kubectl diff finds a difference for Deployments', async () => {
    const deployment = (image: string, replicas: number) =>
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'httpd-deployment' },
        spec: {
          replicas,
          selector: { matchLabels: { app: 'httpd' } },
          template: {
            metadata: { labels: { app: 'httpd' } },
            spec: { containers: [{ name: 'httpd', image, ports: [{ containerPort: 80 }] }] },
          },
        },
      });
    await session.feed(deployment('httpd:2.4', 2), 'create -f -');
    const { code, stdout, stderr } = await session.result(['diff', '-f', '-'], {
      input: deployment('busybox:1.37', 1),
    });
    expect(code, stderr).toBe(1);
    expect(stdout).toMatch(/^-\s+- image: httpd:2\.4$/m);
    expect(stdout).toMatch(/^\+\s+- image: busybox:1\.37$/m);
    expect(stdout).toMatch(/^-\s+replicas: 2$/m);
    expect(stdout).toMatch(/^\+\s+replicas: 1$/m);
    const live = await session.json<Deployment>('get deployment httpd-deployment');
    expect(live.spec?.template.spec?.containers[0]?.image).toBe('httpd:2.4');
    await session.run('delete deployment httpd-deployment');
  });

  it('[sig-cli] Kubectl client Kubectl run pod should create a pod from an image when restart is Never', async () => {
    await session.run('run e2e-test-httpd-pod --restart=Never --pod-running-timeout=2m0s --image=httpd:2.4');
    const { spec } = await session.json<Pod>('get pod e2e-test-httpd-pod');
    expect(spec?.containers.map(({ image }) => image)).toEqual(['httpd:2.4']);
    expect(spec?.restartPolicy).toBe('Never');
    await session.run('delete pod e2e-test-httpd-pod --now');
  });

  it('[sig-cli] Kubectl client Kubectl server-side dry-run should check if kubectl can dry-run update Pods', async () => {
    const name = 'e2e-test-httpd-pod';
    await session.run(`run ${name} --image=httpd:2.4 --pod-running-timeout=2m0s --labels=run=${name}`);
    const image = async () => (await session.json<Pod>(`get pod ${name}`)).spec?.containers[0]?.image;
    expect(await image()).toBe('httpd:2.4');
    const patch = JSON.stringify({ spec: { containers: [{ name, image: 'busybox:1.37' }] } });
    expect(await session.run(`patch pod ${name} --dry-run=server -p`, patch)).toContain(`pod/${name} patched`);
    expect(await image()).toBe('httpd:2.4');
    await session.run(`delete pod ${name} --now`);
  });

  it('[sig-cli] Kubectl client Kubectl version should check is all data is printed', async () => {
    const printed = await session.run('version');
    expect(printed).toMatch(/^Client Version: v\d/m);
    expect(printed).toMatch(/^Server Version: v1\.36/m);
  });

  describe('of a replication controller', () => {
    const controller = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name: 'agnhost-primary', labels: { app: 'agnhost', role: 'primary' } },
      spec: {
        replicas: 1,
        selector: { app: 'agnhost', role: 'primary' },
        template: {
          metadata: { labels: { app: 'agnhost', role: 'primary' } },
          spec: {
            containers: [
              { name: 'agnhost-primary', image: 'agnhost:2', ports: [{ name: 'agnhost-server', containerPort: 6379 }] },
            ],
          },
        },
      },
    });

    beforeAll(async () => {
      await session.feed(controller, 'create -f -');
      await session.run('wait --for=jsonpath={.status.readyReplicas}=1 rc/agnhost-primary --timeout=30s');
    });

    afterAll(async () => {
      await session.run('delete rc agnhost-primary');
    });

    const pod = async (): Promise<Pod> => {
      const { items } = await session.json<{ items: Pod[] }>('get pods -l app=agnhost');
      const [only] = items;
      if (only === undefined) throw new Error('there is no pod');
      return only;
    };

    it('[sig-cli] Kubectl client Kubectl describe should check if kubectl describe prints relevant information for rc and pods', async () => {
      const { metadata, spec } = await pod();
      const ofPod = await session.run(`describe pod ${metadata.name}`);
      for (const line of [
        /^Name:\s+agnhost-primary-/m,
        /^Namespace:\s+default$/m,
        /^Node:\s+/m,
        /^Labels:\s+app=agnhost$/m,
        /role=primary/,
        /^Status:\s+Running$/m,
        /^IP:\s+\d/m,
        /^Controlled By:\s+ReplicationController\/agnhost-primary$/m,
        /Image:\s+agnhost:2$/m,
        /State:\s+Running$/m,
        /QoS Class:\s+BestEffort$/m,
      ]) {
        expect(ofPod).toMatch(line);
      }
      const ofController = await session.run('describe rc agnhost-primary');
      for (const line of [
        /^Name:\s+agnhost-primary$/m,
        /^Selector:\s+app=agnhost,role=primary$/m,
        /^Replicas:\s+1 current \/ 1 desired$/m,
        /^Pods Status:\s+1 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed$/m,
        /Port:\s+6379\/TCP/,
        /SuccessfulCreate/,
      ]) {
        expect(ofController).toMatch(line);
      }
      await session.run('expose rc agnhost-primary --name=described --port=6379');
      const ofService = await session.run('describe service described');
      for (const line of [
        /^Name:\s+described$/m,
        /^Selector:\s+app=agnhost,role=primary$/m,
        /^Type:\s+ClusterIP$/m,
        /^Session Affinity:\s+None$/m,
      ]) {
        expect(ofService).toMatch(line);
      }
      expect(await session.run(`describe node ${spec?.nodeName}`)).toMatch(
        /^Conditions:$[^]*^Allocatable:$[^]*agnhost-primary/m,
      );
      expect(await session.run('describe namespace default')).toMatch(/^Status:\s+Active$/m);
      await session.run('delete service described');
    });

    it('[sig-cli] Kubectl client Kubectl expose should create services for rc', async () => {
      await session.run('expose rc agnhost-primary --name=rm2 --port=1234 --target-port=6379');
      await session.run('expose service rm2 --name=rm3 --port=2345 --target-port=6379');
      const { status } = await pod();
      for (const [name, port] of [
        ['rm2', 1234],
        ['rm3', 2345],
      ] as const) {
        expect((await session.json<Service>(`get service ${name}`)).spec?.ports).toMatchObject([
          { port, targetPort: 6379 },
        ]);
        await session.run(
          `wait --for=jsonpath={.subsets[0].addresses[0].ip}=${status?.podIP} endpoints/${name} --timeout=10s`,
        );
        expect((await session.json<Endpoints>(`get endpoints ${name}`)).subsets?.[0]?.ports).toMatchObject([
          { port: 6379 },
        ]);
        await session.run(`delete service ${name}`);
      }
    });

    it('[sig-cli] Kubectl client Kubectl label should update the label on a resource', async () => {
      const { name } = (await pod()).metadata;
      await session.run(`label pods ${name} testing-label=testing-label-value`);
      expect((await session.rows(`get pod ${name} -L testing-label`))[0]?.at(-1)).toBe('testing-label-value');
      await session.run(`label pods ${name} testing-label-`);
      expect((await pod()).metadata.labels?.['testing-label']).toBeUndefined();
    });

    it('[sig-cli] Kubectl client Kubectl patch should add annotations for pods in rc', async () => {
      const { name } = (await pod()).metadata;
      await session.run(`patch pod ${name} -p`, JSON.stringify({ metadata: { annotations: { x: 'y' } } }));
      expect((await pod()).metadata.annotations).toMatchObject({ x: 'y' });
    });
  });

  it("[sig-cli] Kubectl client Kubectl replace should update a single-container pod's image", async () => {
    const name = 'e2e-test-httpd-pod';
    await session.run(`run ${name} --image=httpd:2.4 --pod-running-timeout=2m0s --labels=run=${name}`);
    await session.run(`wait --for=condition=Ready pod/${name} --timeout=30s`);
    const text = await session.run(`get pod ${name} -o json`);
    await session.feed(text.replaceAll('"image": "httpd:2.4"', '"image": "busybox:1.37"'), 'replace -f -');
    expect((await session.json<Pod>(`get pod ${name}`)).spec?.containers[0]?.image).toBe('busybox:1.37');
    await session.run(`delete pod ${name} --now`);
  });

  it('[sig-cli] Kubectl client Proxy server should support --unix-socket=/path', async () => {
    const socketPath = join(session.directory, 'proxy.sock');
    const proxy = session.follow(`proxy --unix-socket=${socketPath}`);
    try {
      await served(proxy);
      expect(await versionsFrom({ socketPath })).toEqual(['v1']);
    } finally {
      await proxy.stop();
    }
  });

  it('[sig-cli] Kubectl client Proxy server should support proxy with --port 0', async () => {
    const proxy = session.follow('proxy -p 0 --disable-filter');
    try {
      const port = /^Starting to serve on .*:(\d+)$/.exec(await served(proxy))?.[1];
      expect(Number(port)).toBeGreaterThan(0);
      expect(await versionsFrom({ host: '127.0.0.1', port: Number(port) })).toEqual(['v1']);
    } finally {
      await proxy.stop();
    }
  });
});

/** The line that a proxy prints when it serves. */
async function served(proxy: Following): Promise<string> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const line = proxy.lines.find((each) => each.startsWith('Starting to serve on'));
    if (line !== undefined) return line;
    if (Date.now() > deadline) throw new Error('the proxy does not serve');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The versions that `/api/` names, asked through a proxy. */
function versionsFrom(
  where: { readonly socketPath: string } | { readonly host: string; readonly port: number },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...where, path: '/api/' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => resolve((JSON.parse(text) as { versions?: unknown }).versions));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
