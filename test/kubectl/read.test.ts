// kubectl looks: get in every form, watches, selectors, describe, discovery.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const PODS = `
apiVersion: v1
kind: Pod
metadata: {name: alpha, namespace: default, labels: {app: shop, tier: front}}
spec: {nodeSelector: {kubernetes.io/hostname: node-1}, containers: [{name: main, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: beta, namespace: default, labels: {app: shop, tier: back}}
spec: {nodeSelector: {kubernetes.io/hostname: node-2}, containers: [{name: main, image: "redis:7"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: gamma, namespace: other, labels: {app: tool}}
spec: {containers: [{name: main, image: busybox, command: [sleep, "1000"]}]}
`;

describe.skipIf(kubectl === undefined)('kubectl looks', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession();
    await session.run('create namespace other');
    await session.until('get serviceaccount default -n other -o name', /default/);
    await session.feed(PODS, 'create -f -');
    await session.run('wait --for=condition=Ready pod --all -A --timeout=20s');
  });

  afterAll(async () => {
    await session?.end();
  });

  it('get: a table', async () => {
    const [header = '', first = '', ...rest] = (await session.run('get pods')).split('\n');
    expect(header.split(/\s+/)).toEqual(['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE']);
    expect(first).toMatch(/^alpha +1\/1 +Running +0 +\d+s$/);
    expect(rest[0]).toMatch(/^beta +1\/1 +Running/);
    expect(await session.run('get pod/alpha service/kubernetes')).toMatch(
      /pod\/alpha[^]*service\/kubernetes +ClusterIP +10\.96\.0\.1/,
    );
    expect(await session.rows('get nodes')).toEqual(
      ['node-1', 'node-2', 'node-3'].map((name) => [
        name,
        'Ready',
        '<none>',
        expect.any(String),
        expect.stringMatching(/^v1\.36\./),
      ]),
    );
  });

  it('get -o wide', async () => {
    const [header = '', row = ''] = (await session.run('get pod alpha -o wide')).split('\n');
    expect(header).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES$/);
    expect(row).toMatch(/^alpha +1\/1 +Running +0 +\d+s +10\.244\.\d+\.\d+ +node-1 +<none> +<none>$/);
    expect(await session.run('get nodes -o wide')).toMatch(/INTERNAL-IP.*OS-IMAGE.*CONTAINER-RUNTIME/);
  });

  it('get -o yaml and json', async () => {
    const yaml = parse(await session.run('get pod beta -o yaml')) as Record<string, never>;
    expect(yaml).toMatchObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'beta', namespace: 'default', labels: { app: 'shop', tier: 'back' } },
      spec: {
        nodeName: 'node-2',
        restartPolicy: 'Always',
        containers: [{ name: 'main', image: 'redis:7', imagePullPolicy: 'IfNotPresent' }],
      },
      status: { phase: 'Running', qosClass: 'BestEffort' },
    });
    expect(await session.json('get pod beta')).toEqual(yaml);
    const list = await session.json<{ kind: string; items: { kind: string; metadata: { name: string } }[] }>(
      'get pods',
    );
    expect(list.kind).toBe('List');
    expect(list.items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Pod alpha', 'Pod beta']);
  });

  it('get -o jsonpath, custom-columns, go-template, name', async () => {
    expect(
      await session.run('get pods', '-o', 'jsonpath={range .items[*]}{.metadata.name}={.spec.nodeName}{"\\n"}{end}'),
    ).toBe('alpha=node-1\nbeta=node-2\n');
    const columns = await session.run('get pods -o custom-columns=WHO:.metadata.name,IMAGE:.spec.containers[*].image');
    expect(columns.split('\n').map((row) => row.trim().split(/\s+/))).toEqual([
      ['WHO', 'IMAGE'],
      ['alpha', 'nginx:1.27'],
      ['beta', 'redis:7'],
      [''],
    ]);
    expect(await session.run('get pod alpha', '-o', 'go-template={{.status.phase}}')).toBe('Running');
    expect(await session.run('get nodes -o name')).toBe('node/node-1\nnode/node-2\nnode/node-3\n');
  });

  it('get -A, -l, --field-selector, --sort-by, --show-labels, --chunk-size', async () => {
    expect((await session.rows('get pods -A')).map(([namespace, name]) => `${namespace}/${name}`)).toEqual([
      'default/alpha',
      'default/beta',
      'other/gamma',
    ]);
    const names = async (line: string) => (await session.rows(line)).map(([name]) => name);
    expect(await names('get pods -l app=shop,tier!=back')).toEqual(['alpha']);
    expect(await names('get pods -l tier')).toEqual(['alpha', 'beta']);
    expect(await session.run('get pods', '-l', 'tier in (back, side)', '-o', 'name')).toBe('pod/beta\n');
    expect(await names('get pods --field-selector spec.nodeName=node-2')).toEqual(['beta']);
    expect(
      await session.run('get pods -A --field-selector metadata.namespace!=default,status.phase=Running -o name'),
    ).toBe('pod/gamma\n');
    expect(await session.fail('get pods --field-selector spec.color=red')).toMatch(
      /field label not supported: spec\.color/,
    );
    expect(await names('get pods --sort-by=.spec.containers[0].image')).toEqual(['alpha', 'beta']);
    expect(await session.run('get pod alpha --show-labels')).toMatch(/app=shop,tier=front/);
    expect(await session.run('get pods -L tier')).toMatch(/TIER\nalpha .* front\nbeta .* back\n/);
    expect((await session.rows('get pods -A --chunk-size=1')).length).toBe(3);
  });

  it('get: what is not there', async () => {
    expect(await session.fail('get pod nobody')).toBe('Error from server (NotFound): pods "nobody" not found\n');
    expect(await session.fail('get gadgets')).toMatch(/the server doesn't have a resource type "gadgets"/);
    expect((await session.result(['get', 'pods', '-n', 'empty'])).stderr).toMatch(
      /No resources found in empty namespace/,
    );
    expect(await session.run('get pod nobody --ignore-not-found')).toBe('');
  });

  it('get -w: sees a pod come, run and go', async () => {
    // Once it has printed what is there, it misses nothing that comes.
    await session.run('run there --image=nginx --labels=app=watched');
    const watch = session.follow('get pods -w --no-headers -l app=watched');
    try {
      await expect.poll(() => watch.lines.length, { timeout: 10_000 }).toBeGreaterThan(0);
      await session.run('run watched --image=nginx --labels=app=watched');
      await session.until('get pod watched -o jsonpath={.status.phase}', /Running/);
      await session.run('delete pod watched');
      const seen = () =>
        watch.lines
          .filter((line) => line.startsWith('watched '))
          .map((line) => line.split(/\s+/).slice(0, 3).join(' '));
      await expect
        .poll(seen, { timeout: 10_000 })
        .toEqual(expect.arrayContaining(['watched 0/1 Pending', 'watched 1/1 Running', 'watched 1/1 Terminating']));
      expect(seen()[0]).toBe('watched 0/1 Pending');
      const running = seen().indexOf('watched 1/1 Running');
      expect(seen().indexOf('watched 1/1 Terminating')).toBeGreaterThan(running);
    } finally {
      await watch.stop();
      await session.run('delete pod there --now');
    }
    const events = await session.result([
      'get',
      'pods',
      '--watch-only',
      '--output-watch-events',
      '--request-timeout=1s',
    ]);
    expect(events.stderr).not.toMatch(/error/i);
  });

  it('describe pod', async () => {
    const text = await session.run('describe pod alpha');
    expect(text).toMatch(/^Name: +alpha\nNamespace: +default\n/);
    expect(text).toMatch(/^Node: +node-1\/10\.0\.0\.1$/m);
    expect(text).toMatch(/^Status: +Running$/m);
    expect(text).toMatch(/^IP: +10\.244\./m);
    expect(text).toMatch(/^ {4}Image: +nginx:1\.27$/m);
    expect(text).toMatch(/^ {4}State: +Running$/m);
    expect(text).toMatch(/^ {2}Ready +True *$/m);
    expect(text).toMatch(/^Tolerations: +node\.kubernetes\.io\/not-ready:NoExecute op=Exists for 300s$/m);
    const events = text.slice(text.indexOf('Events:'));
    for (const reason of ['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started'])
      expect(events).toContain(` ${reason} `);
    expect(events).toMatch(/default-scheduler +Successfully assigned default\/alpha to node-1/);
  });

  it('describe node', async () => {
    const text = await session.run('describe node node-1');
    expect(text).toMatch(/^Name: +node-1$/m);
    expect(text).toMatch(/^Taints: +<none>$/m);
    expect(text).toMatch(/^Unschedulable: +false$/m);
    expect(text).toMatch(/^Lease:\n {2}HolderIdentity: +node-1$/m);
    expect(text).toMatch(/^ {2}Ready +True .* KubeletReady +kubelet is posting ready status$/m);
    expect(text).toMatch(/^ {2}default +alpha +0 \(0%\)/m);
    expect(text).toMatch(/^PodCIDR: +10\.244\.\d+\.0\/24$/m);
    expect(text).toMatch(/NodeReady .* Node node-1 status is now: NodeReady/);
  });

  it('events', async () => {
    expect(await session.run('events --for pod/alpha')).toMatch(
      /Normal +Scheduled +Pod\/alpha +Successfully assigned default\/alpha to node-1/,
    );
    expect(await session.run('get events --field-selector involvedObject.name=beta,reason=Started -o name')).toMatch(
      /^event\/beta\.\S+\n$/,
    );
    expect(await session.run('get events.events.k8s.io --field-selector regarding.name=beta,reason=Started')).toMatch(
      /Normal +Started +pod\/beta/,
    );
  });

  it('api-resources, api-versions, version, cluster-info, explain', async () => {
    const resources = await session.run('api-resources');
    expect(resources).toMatch(/^pods +po +v1 +true +Pod$/m);
    expect(resources).toMatch(/^nodes +no +v1 +false +Node$/m);
    expect(resources).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
    expect(await session.run('api-resources --api-group=apps --namespaced -o name --verbs=list')).toContain(
      'replicasets.apps\n',
    );
    expect((await session.run('api-versions')).split('\n')).toEqual(
      expect.arrayContaining(['apps/v1', 'coordination.k8s.io/v1', 'v1']),
    );
    expect(await session.run('version')).toMatch(/^Server Version: v1\.36\./m);
    expect(await session.run('cluster-info')).toContain(session.server.url);
    const explained = await session.run('explain deployment.spec.strategy --recursive');
    expect(explained).toMatch(/^GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n/);
    expect(explained).toMatch(/^ {2}rollingUpdate\t<RollingUpdateDeployment>\n {4}maxSurge\t<IntOrString>$/m);
    expect(await session.fail('explain pod.spec.nothing')).toMatch(/field "nothing" does not exist/);
  });

  it('get --raw and --v=9', async () => {
    expect(await session.run('get --raw /readyz')).toBe('ok');
    expect(await session.run('get --raw /readyz?verbose')).toMatch(/^\[\+\]\S+ ok\n/);
    expect(JSON.parse(await session.run('get --raw /api/v1/namespaces/default'))).toMatchObject({ kind: 'Namespace' });
    const { stderr } = await session.result(['get', 'pod', 'alpha', '--v=9']);
    expect(stderr).toContain(`${session.server.url}/api/v1/namespaces/default/pods/alpha`);
    expect(stderr).toMatch(/200 OK/);
    expect(stderr).toMatch(/application\/json;as=Table;v=v1;g=meta\.k8s\.io/);
    expect(stderr).not.toContain(session.server.token);
  });

  it('config: the context, another cluster, a wrong token', async () => {
    expect(await session.run('config current-context')).toBe('kubewisp-default\n');
    expect(await session.run('config get-contexts -o name')).toBe('kubewisp-default\n');
    expect(await session.run('config view --minify', '-o', 'jsonpath={.clusters[0].cluster.server}')).toBe(
      session.server.url,
    );
    expect(readFileSync(session.server.kubeconfig, 'utf8')).not.toMatch(/insecure-skip-tls-verify/);
    const other = await session.server.createCluster({ name: 'second', nodes: 1 });
    const merged = `${session.server.kubeconfig}:${other.kubeconfig}`;
    const shell = { environment: { KUBECONFIG: merged } };
    expect((await session.result(['config', 'get-contexts', '-o', 'name'], shell)).stdout).toBe(
      'kubewisp-default\nkubewisp-second\n',
    );
    expect((await session.result(['--context=kubewisp-second', 'get', 'nodes', '-o', 'name'], shell)).stdout).toBe(
      'node/node-1\n',
    );
    expect((await session.result(['--context=kubewisp-second', 'get', 'pods', '-A', '-o', 'name'], shell)).stdout).toBe(
      '',
    );
    expect(await session.fail(`--token=wrong get pods --kubeconfig=${session.server.kubeconfig}`)).toMatch(
      /Unauthorized|logged in/,
    );
  });
});
