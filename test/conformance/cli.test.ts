// After kubernetes test/e2e/kubectl/kubectl.go, with the real kubectl.

import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/api/types/apps-v1.ts';
import type { Pod } from '../../src/api/types/core-v1.ts';
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
