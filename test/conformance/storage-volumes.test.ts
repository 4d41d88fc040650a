// After kubernetes test/e2e/storage/persistent_volumes.go: what the API promises of volumes and claims.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Draft } from '../../src/api/object.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../src/api/types/core-v1.ts';
import type { Collection } from './support/collection.ts';
import { labelled, MERGE } from './support/collection.ts';
import type { World } from './support/world.ts';
import { eventually, startWorld } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const volume = (storageClassName: string): Draft<PersistentVolume> => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { generateName: 'pv-', labels: { 'e2e-pv-pool': storageClassName } },
  spec: {
    storageClassName,
    persistentVolumeReclaimPolicy: 'Retain',
    capacity: { storage: '2Gi' },
    accessModes: ['ReadWriteOnce'],
    volumeMode: 'Filesystem',
    csi: { driver: 'e2e-driver', volumeHandle: 'e2e' },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['e2e-node'] }] },
        ],
      },
    },
  },
});

const claim = (storageClassName: string): Draft<PersistentVolumeClaim> => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { generateName: 'pvc-', labels: { 'e2e-pv-pool': storageClassName } },
  spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
});

async function expectGone(collection: Collection, selector: string): Promise<void> {
  await eventually(
    `${selector}: all are gone`,
    async () => (await collection.list(labelled(selector))).items,
    (items) => items.length === 0,
  );
}

it('[sig-storage] PersistentVolumes CSI Conformance should apply changes to a pv/pvc status', async () => {
  const namespace = await world.namespace('pv');
  const volumes = world.of<PersistentVolume>('persistentvolumes');
  const claims = world.of<PersistentVolumeClaim>('persistentvolumeclaims', namespace);
  const pv = (await volumes.create(volume(namespace))).metadata.name;
  const pvc = (await claims.create(claim(namespace))).metadata.name;
  expect((await volumes.list(labelled(`e2e-pv-pool=${namespace}`))).items).toHaveLength(1);
  expect((await claims.list()).items).toHaveLength(1);

  expect((await claims.get(pvc, 'status')).kind).toBe('PersistentVolumeClaim');
  const condition = { type: 'StatusPatched', status: 'True', reason: 'E2E patchedStatus', message: 'Set from a test' };
  const patched = await claims.patch(pvc, { status: { conditions: [condition] } }, { type: MERGE, part: 'status' });
  expect(patched.status?.conditions).toMatchObject([condition]);
  const next = { ...condition, type: 'StatusUpdate', reason: 'E2E updateStatus' };
  const updated = await claims.change(
    pvc,
    ({ status = {} }) => (status.conditions = [...(status.conditions ?? []), next]),
    'status',
  );
  expect(updated.status?.conditions).toMatchObject([condition, next]);

  expect((await volumes.get(pv, 'status')).kind).toBe('PersistentVolume');
  const message = { message: 'StatusPatched', reason: 'E2E patchStatus' };
  const patchedVolume = await volumes.patch(pv, { status: message }, { type: MERGE, part: 'status' });
  expect(patchedVolume.status).toMatchObject(message);
  const other = { message: 'StatusUpdated', reason: 'E2E updateStatus' };
  const updatedVolume = await volumes.change(
    pv,
    (object) => (object.status = { ...object.status, ...other }),
    'status',
  );
  expect(updatedVolume.status).toMatchObject(other);

  await claims.delete(pvc);
  await expectGone(claims, `e2e-pv-pool=${namespace}`);
  await volumes.delete(pv);
  await expectGone(volumes, `e2e-pv-pool=${namespace}`);
});

it('[sig-storage] PersistentVolumes CSI Conformance should run through the lifecycle of a PV and a PVC', async () => {
  const namespace = await world.namespace('pv');
  const volumes = world.of<PersistentVolume>('persistentvolumes');
  const claims = world.of<PersistentVolumeClaim>('persistentvolumeclaims', namespace);
  const pool = `e2e-pv-pool=${namespace}`;
  const pv = (await volumes.create(volume(namespace))).metadata.name;
  const pvc = (await claims.create(claim(namespace))).metadata.name;
  const everywhere = world.of<PersistentVolumeClaim>('persistentvolumeclaims');
  expect((await volumes.list(labelled(pool))).items).toHaveLength(1);
  expect((await everywhere.list(labelled(pool))).items).toHaveLength(1);

  const label = (name: string, value: string) => ({ metadata: { labels: { [name]: value } } });
  expect((await volumes.patch(pv, label(pv, 'patched'))).metadata.labels?.[pv]).toBe('patched');
  expect((await claims.patch(pvc, label(pvc, 'patched'))).metadata.labels?.[pvc]).toBe('patched');
  const read = await volumes.get(pv);
  expect(read.metadata.labels?.[pv]).toBe('patched');
  expect(read.spec?.persistentVolumeReclaimPolicy).toBe('Retain');
  expect((await claims.get(pvc)).metadata.labels?.[pvc]).toBe('patched');

  await claims.delete(pvc);
  await expectGone(claims, `${pvc}=patched`);
  await volumes.delete(pv);
  await expectGone(volumes, `${pv}=patched`);

  const pv2 = (await volumes.create(volume(namespace))).metadata.name;
  const pvc2 = (await claims.create(claim(namespace))).metadata.name;
  const mark = ({ metadata }: PersistentVolume | PersistentVolumeClaim): void => {
    metadata.labels = { ...metadata.labels, [metadata.name]: 'updated' };
  };
  expect((await volumes.change(pv2, mark)).metadata.labels?.[pv2]).toBe('updated');
  expect((await claims.change(pvc2, mark)).metadata.labels?.[pvc2]).toBe('updated');
  expect((await claims.list(labelled(`${pvc2}=updated`))).items).toHaveLength(1);
  await claims.deleteCollection(labelled(`${pvc2}=updated`));
  await expectGone(claims, `${pvc2}=updated`);
  await volumes.deleteCollection(labelled(`${pv2}=updated`));
  await expectGone(volumes, `${pv2}=updated`);
});
