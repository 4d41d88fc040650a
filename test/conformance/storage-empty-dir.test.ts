// After kubernetes test/e2e/storage/empty_dir_wrapper.go: pods run with several volumes that are laid over an empty one.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConfigMap, Pod, ReplicationController, Secret, Volume } from '../../src/api/types/core-v1.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 1 });
});

afterAll(() => world?.end());

it('[sig-storage] EmptyDir wrapper volumes should not conflict', async () => {
  const namespace = await world.namespace('emptydir-wrapper');
  const secrets = world.of<Secret>('secrets', namespace);
  const maps = world.of<ConfigMap>('configmaps', namespace);
  const pods = world.of<Pod>('pods', namespace);
  await secrets.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { 'data-1': 'dmFsdWUtMQo=' },
  });
  await maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { 'data-1': 'value-1' } });
  await pods.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod-secrets' },
    spec: {
      volumes: [
        { name: 'secret-volume', secret: { secretName: 's' } },
        { name: 'configmap-volume', configMap: { name: 'm' } },
      ],
      containers: [
        {
          name: 'secret-test',
          image: 'agnhost',
          volumeMounts: [
            { name: 'secret-volume', mountPath: '/etc/secret-volume', readOnly: true },
            { name: 'configmap-volume', mountPath: '/etc/configmap-volume' },
          ],
        },
      ],
    },
  });
  await eventually(
    'the pod runs',
    () => pods.get('pod-secrets'),
    ({ status }) => status?.phase === 'Running',
  );
});

it('[sig-storage] EmptyDir wrapper volumes should not cause race condition when used for configmaps [Serial]', async () => {
  const namespace = await world.namespace('emptydir-wrapper');
  const maps = world.of<ConfigMap>('configmaps', namespace);
  const names = Array.from({ length: 50 }, (_, n) => `racey-configmap-${n}`);
  await Promise.all(
    names.map((name) =>
      maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { 'data-1': 'value-1' } }),
    ),
  );
  const volumes: Volume[] = names.map((name) => ({
    name,
    configMap: { name, items: [{ key: 'data-1', path: 'data-1' }] },
  }));
  const volumeMounts = names.map((name) => ({ name, mountPath: `/etc/${name}` }));
  const labels = { name: 'wrapped-volume-race' };
  const controllers = world.of<ReplicationController>('replicationcontrollers', namespace);
  await controllers.create({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'wrapped-volume-race' },
    spec: {
      replicas: 5,
      selector: labels,
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'test-container', image: 'pause', volumeMounts }], volumes, dnsPolicy: 'Default' },
      },
    },
  });
  const pods = world.of<Pod>('pods', namespace);
  const { items } = await eventually(
    'five pods run',
    () => pods.list(),
    (list) => list.items.filter(({ status }) => status?.phase === 'Running').length === 5,
  );
  expect(items).toHaveLength(5);
});
