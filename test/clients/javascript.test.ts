// The official JavaScript client, as its documentation shows it: lists, informers, patches.

import type { V1ConfigMap, V1Deployment } from '@kubernetes/client-node';
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';

const namespace = 'default';

describe('@kubernetes/client-node', () => {
  let server: TestServer;
  let config: KubeConfig;
  let core: CoreV1Api;
  let apps: AppsV1Api;

  beforeAll(async () => {
    server = await startServer();
    config = new KubeConfig();
    config.loadFromFile(server.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
    apps = config.makeApiClient(AppsV1Api);
  });

  afterAll(async () => {
    await server?.stop();
  });

  const configMap = (name: string, data: Record<string, string> = {}): V1ConfigMap => ({ metadata: { name }, data });

  it('trusts the authority of the kubeconfig, and tells the version', async () => {
    expect(config.getCurrentCluster()?.skipTLSVerify).toBe(false);
    expect((await config.makeApiClient(VersionApi).getCode()).gitVersion).toMatch(/^v1\.36\./);
  });

  it('creates, reads, replaces, deletes', async () => {
    const created = await core.createNamespacedConfigMap({ namespace, body: configMap('crud', { a: '1' }) });
    expect(created.metadata?.creationTimestamp).toBeInstanceOf(Date);
    const replaced = await core.replaceNamespacedConfigMap({
      namespace,
      name: 'crud',
      body: { ...created, data: { a: '2' } },
    });
    expect(replaced.data).toEqual({ a: '2' });
    await expect(core.replaceNamespacedConfigMap({ namespace, name: 'crud', body: created })).rejects.toMatchObject({
      code: 409,
    });
    await core.deleteNamespacedConfigMap({ namespace, name: 'crud' });
    const gone = core.readNamespacedConfigMap({ namespace, name: 'crud' });
    await expect(gone).rejects.toBeInstanceOf(ApiException);
    await expect(gone).rejects.toMatchObject({ code: 404 });
  });

  it('lists: all, by label, in pages', async () => {
    for (let index = 0; index < 5; index++) {
      const labels = { list: 'yes', parity: index % 2 === 0 ? 'even' : 'odd' };
      await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: `list-${index}`, labels } } });
    }
    const names = (items: readonly V1ConfigMap[]) => items.map(({ metadata }) => metadata?.name);
    const odd = await core.listNamespacedConfigMap({ namespace, labelSelector: 'list=yes,parity=odd' });
    expect(names(odd.items)).toEqual(['list-1', 'list-3']);

    const pages: (string | undefined)[][] = [];
    let next: string | undefined;
    do {
      const page = await core.listNamespacedConfigMap({
        namespace,
        labelSelector: 'list=yes',
        limit: 2,
        ...(next === undefined ? {} : { _continue: next }),
      });
      pages.push(names(page.items));
      next = page.metadata?._continue;
    } while (next !== undefined && next !== '');
    expect(pages).toEqual([['list-0', 'list-1'], ['list-2', 'list-3'], ['list-4']]);

    const nodes = await core.listNode();
    expect(nodes.items.map(({ metadata }) => metadata?.name)).toEqual(['node-1', 'node-2', 'node-3']);
  });

  it('watches, until the timeout it asked for', async () => {
    const { metadata } = await core.listNamespacedConfigMap({ namespace });
    const seen: string[] = [];
    const ended = new Promise<unknown>((resolve) => {
      void new Watch(config).watch(
        `/api/v1/namespaces/${namespace}/configmaps`,
        { resourceVersion: metadata?.resourceVersion, timeoutSeconds: 2 },
        (type: string, object: V1ConfigMap) => seen.push(`${type} ${object.metadata?.name}`),
        resolve,
      );
    });
    await core.createNamespacedConfigMap({ namespace, body: configMap('watched') });
    await core.deleteNamespacedConfigMap({ namespace, name: 'watched' });
    expect(await ended).toBeNull();
    expect(seen).toEqual(['ADDED watched', 'DELETED watched']);
  });

  it('keeps an informer up to date, over a restart of the server, too', async () => {
    const labelSelector = 'informed=yes';
    const seen: string[] = [];
    const body = (name: string, value: string): V1ConfigMap => ({
      metadata: { name, labels: { informed: 'yes' } },
      data: { value },
    });
    await core.createNamespacedConfigMap({ namespace, body: body('before', '1') });
    const informer = makeInformer<V1ConfigMap>(
      config,
      `/api/v1/namespaces/${namespace}/configmaps`,
      () => core.listNamespacedConfigMap({ namespace, labelSelector }),
      labelSelector,
    );
    for (const verb of ['add', 'update', 'delete'] as const) {
      informer.on(verb, (object) => seen.push(`${verb} ${object.metadata?.name} ${object.data?.['value']}`));
    }
    let stopped = false;
    let failures = 0;
    informer.on('error', () => {
      failures += 1;
      if (!stopped) setTimeout(() => void informer.start(), 100);
    });
    await informer.start();
    try {
      await core.createNamespacedConfigMap({ namespace, body: body('live', '1') });
      await core.replaceNamespacedConfigMap({ namespace, name: 'live', body: body('live', '2') });
      await core.deleteNamespacedConfigMap({ namespace, name: 'before' });
      await expect
        .poll(() => seen, { timeout: 5_000 })
        .toEqual(['add before 1', 'add live 1', 'update live 2', 'delete before 1']);

      seen.length = 0;
      await server.kill9();
      await server.restart();
      await core.replaceNamespacedConfigMap({ namespace, name: 'live', body: body('live', '3') });
      await core.createNamespacedConfigMap({ namespace, body: body('later', '1') });
      await expect.poll(() => seen, { timeout: 15_000 }).toEqual(['update live 3', 'add later 1']);
      expect(failures).toBeGreaterThan(0);
      expect(informer.get('live', namespace)?.data).toEqual({ value: '3' });
      expect(
        informer
          .list(namespace)
          .map(({ metadata }) => metadata?.name)
          .sort(),
      ).toEqual(['later', 'live']);
    } finally {
      stopped = true;
      await informer.stop();
    }
  });

  it('patches: JSON, merge, strategic', async () => {
    const body: V1Deployment = {
      metadata: { name: 'patched' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'patched' } },
        template: {
          metadata: { labels: { app: 'patched' } },
          spec: {
            containers: [
              { name: 'a', image: 'a:1' },
              { name: 'b', image: 'b:1' },
            ],
          },
        },
      },
    };
    await apps.createNamespacedDeployment({ namespace, body });
    const patch = (strategy: PatchStrategy, change: object): Promise<V1Deployment> =>
      apps.patchNamespacedDeployment(
        { namespace, name: 'patched', body: change },
        setHeaderOptions('Content-Type', strategy),
      );
    const images = (deployment: V1Deployment) =>
      deployment.spec?.template.spec?.containers.map(({ name, image }) => `${name}=${image}`);

    const json = await patch(PatchStrategy.JsonPatch, [
      { op: 'test', path: '/spec/replicas', value: 0 },
      { op: 'replace', path: '/spec/template/spec/containers/1/image', value: 'b:2' },
    ]);
    expect(images(json)).toEqual(['a=a:1', 'b=b:2']);

    const merge = await patch(PatchStrategy.MergePatch, {
      metadata: { labels: { merged: 'yes' } },
      spec: { template: { spec: { containers: [{ name: 'c', image: 'c:1' }] } } },
    });
    expect(merge.metadata?.labels).toEqual({ merged: 'yes' });
    expect(images(merge)).toEqual(['c=c:1']);

    const strategic = await patch(PatchStrategy.StrategicMergePatch, {
      metadata: { labels: { merged: null } },
      spec: { template: { spec: { containers: [{ name: 'd', image: 'd:1' }] } } },
    });
    expect(strategic.metadata?.labels).toBeUndefined();
    expect(images(strategic)).toEqual(['d=d:1', 'c=c:1']);
    expect(strategic.metadata?.generation).toBe(4);

    await expect(
      patch(PatchStrategy.JsonPatch, [{ op: 'test', path: '/spec/replicas', value: 7 }]),
    ).rejects.toMatchObject({ code: 422 });
  });

  it('finds kinds through discovery', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const created = await objects.create({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'found', namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'found' } },
        template: { metadata: { labels: { app: 'found' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
      },
    } as never);
    expect(created).toMatchObject({ kind: 'ReplicaSet', metadata: { name: 'found' } });
    await objects.delete({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'found', namespace } });
  });
});
