// After kubernetes test/e2e/storage/{csi_inline,csi_node,csistoragecapacity,storageclass,volume_attachment,volumeattributesclass}.go
// and test/e2e/common/storage/{configmap_volume,secrets_volume}.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft, KubeObject } from '../../src/api/object.ts';
import type { ConfigMap, Pod, Secret } from '../../src/api/types/core-v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../../src/api/types/storage-v1.ts';
import { MERGE, refusal } from './support/collection.ts';
import { expectLifecycle } from './support/lifecycle.ts';
import { expectOperations, three } from './support/operations.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

const API = 'storage.k8s.io/v1';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const driver = (name: string): Draft<CSIDriver> => ({
  apiVersion: API,
  kind: 'CSIDriver',
  metadata: { name },
  spec: { volumeLifecycleModes: ['Ephemeral'] },
});

it('[sig-storage] CSIInlineVolumes should run through the lifecycle of a CSIDriver', async () => {
  await expectLifecycle<CSIDriver>(world, { resource: 'csidrivers.storage.k8s.io', draft: driver });
});

it('[sig-storage] CSIInlineVolumes should support CSIVolumeSource in Pod API', async () => {
  const drivers = world.of<CSIDriver>('csidrivers.storage.k8s.io');
  const pods = world.of<Pod>('pods', await world.namespace('csiinlinevolumes'));
  await drivers.create({ ...driver('inline-driver'), metadata: { name: 'inline-driver', labels: { test: 'inline' } } });
  await pods.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod-csi-inline-volumes' },
    spec: {
      containers: [
        { name: 'pod-csi', image: 'pause', volumeMounts: [{ name: 'pod-csi-inline', mountPath: '/mnt/test' }] },
      ],
      volumes: [{ name: 'pod-csi-inline', csi: { driver: 'inline-driver', volumeAttributes: { test: 'x' } } }],
    },
  });
  const { spec } = await pods.get('pod-csi-inline-volumes');
  expect(spec?.volumes?.[0]).toMatchObject({ csi: { driver: 'inline-driver' } });
  await pods.delete('pod-csi-inline-volumes');
  expect((await refusal(pods.get('pod-csi-inline-volumes'))).reason).toBe('NotFound');
  await drivers.delete('inline-driver');
  expect((await refusal(drivers.get('inline-driver'))).reason).toBe('NotFound');
});

it('[sig-storage] CSINodes CSI Conformance should run through the lifecycle of a csinode', async () => {
  await expectLifecycle<CSINode>(world, {
    resource: 'csinodes.storage.k8s.io',
    draft: (name) => ({ apiVersion: API, kind: 'CSINode', metadata: { name }, spec: { drivers: [] } }),
  });
});

it('[sig-storage] CSIStorageCapacity should support CSIStorageCapacities API operations', async () => {
  const namespace = await world.namespace('csistoragecapacity');
  await expectOperations<CSIStorageCapacity>(world, {
    resource: 'csistoragecapacities.storage.k8s.io',
    namespace,
    drafts: three({
      apiVersion: API,
      kind: 'CSIStorageCapacity',
      metadata: { generateName: 'e2e-example-csisc-', labels: { test: namespace } },
      storageClassName: 'csisc-storage-class',
    }),
  });
});

/** What may be changed of an object until it is immutable, and what may be still. */
async function expectImmutable<T extends ConfigMap | Secret>(resource: string, draft: Draft<T>): Promise<void> {
  const collection = world.of<T>(resource, await world.namespace('immutable'));
  const { name } = (await collection.create(draft)).metadata;
  const reason = async (how: (object: T) => void) => (await refusal(collection.change(name, how))).reason;

  await collection.change(name, (object) => (object.data = { ...object.data, 'data-4': 'dmFsdWUtNA==' }));
  await collection.change(name, (object) => (object.immutable = true));
  expect(await reason((object) => (object.data = { ...object.data, 'data-5': 'dmFsdWUtNQ==' }))).toBe('Invalid');
  expect(await reason((object) => (object.immutable = false))).toBe('Invalid');
  expect(await reason((object) => delete object.immutable)).toBe('Invalid');
  const labelled = await collection.change(name, ({ metadata }) => (metadata.labels = { label1: 'value1' }));
  expect(labelled.metadata.labels).toEqual({ label1: 'value1' });
  expect(labelled.data).toHaveProperty('data-4');
  await collection.delete(name);
}

it('[sig-storage] ConfigMap should be immutable if `immutable` field is set', async () => {
  const data = { 'data-1': 'value-1', 'data-2': 'value-2', 'data-3': 'value-3' };
  await expectImmutable<ConfigMap>('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'immutable' },
    data,
  });
});

it('[sig-storage] Secrets should be immutable if `immutable` field is set', async () => {
  const data = { 'data-1': 'dmFsdWUtMQ==', 'data-2': 'dmFsdWUtMg==', 'data-3': 'dmFsdWUtMw==' };
  await expectImmutable<Secret>('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'immutable' }, data });
});

it('[sig-storage] StorageClasses CSI Conformance should run through the lifecycle of a StorageClass', async () => {
  await expectLifecycle<StorageClass>(world, {
    resource: 'storageclasses.storage.k8s.io',
    draft: (name) => ({
      apiVersion: API,
      kind: 'StorageClass',
      metadata: { name },
      provisioner: 'e2e-fake-provisioner',
    }),
  });
});

const attachment = (name: string): Draft<VolumeAttachment> => ({
  apiVersion: API,
  kind: 'VolumeAttachment',
  metadata: { name },
  spec: { attacher: 'e2e-attacher', nodeName: 'e2e-node', source: { persistentVolumeName: 'e2e-volume' } },
});

it('[sig-storage] VolumeAttachment Conformance should apply changes to a volumeattachment status', async () => {
  const attachments = world.of<VolumeAttachment>('volumeattachments.storage.k8s.io');
  const { metadata } = await attachments.create(attachment('with-status'));
  const { name, uid } = metadata;
  const attached = await attachments.patch(
    name,
    { metadata: { labels: { patched: 'yes' } }, status: { attached: true } },
    { type: MERGE, part: 'status' },
  );
  expect(attached.status).toMatchObject({ attached: true });
  expect(attached.metadata.labels).toMatchObject({ patched: 'yes' });
  expect(await attachments.get(name, 'status')).toMatchObject({ metadata: { uid }, status: { attached: true } });
  const detached = await attachments.change(name, (object) => (object.status = { attached: false }), 'status');
  expect(detached.status).toEqual({ attached: false });
  await attachments.delete(name);
  expect((await refusal(attachments.get(name))).reason).toBe('NotFound');
});

it('[sig-storage] VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment', async () => {
  await expectLifecycle<VolumeAttachment>(world, { resource: 'volumeattachments.storage.k8s.io', draft: attachment });
});

it('[sig-storage] VolumeAttributesClass [FeatureGate:VolumeAttributesClass] should run through the lifecycle of a VolumeAttributesClass', async () => {
  await expectLifecycle<VolumeAttributesClass & KubeObject>(world, {
    resource: 'volumeattributesclasses.storage.k8s.io',
    draft: (name) => ({
      apiVersion: API,
      kind: 'VolumeAttributesClass',
      metadata: { name },
      driverName: 'e2e-fake-csi-driver',
      parameters: { a: 'b' },
    }),
  });
});
