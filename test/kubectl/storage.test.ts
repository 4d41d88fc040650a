// The life of claims and volumes: a claim that waits for its pod, what describe tells, growth, deletion; volumes made by hand.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const claim = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

const pod = (name: string, volume: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'nginx:1' }], volumes: [{ name: 'data', ...volume }] },
});

const list = (...items: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

describe.skipIf(kubectl === undefined)('kubectl and storage', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 2 });
  });

  afterAll(async () => {
    await session?.end();
  });

  it('a new cluster has a default class', async () => {
    expect(await session.rows('get storageclass')).toEqual([
      ['standard', '(default)', 'csi.kubewisp.dev', 'Delete', 'WaitForFirstConsumer', 'true', expect.any(String)],
    ]);
  });

  it('a claim waits for its first pod, and is bound with it', async () => {
    await session.feed(JSON.stringify(claim('data')), 'apply -f -');
    await session.until('describe pvc data', /WaitForFirstConsumer .* waiting for first consumer to be created before/);
    expect(await session.run('get pvc data --no-headers')).toMatch(/^data +Pending +standard +<unset>/);
    await session.feed(JSON.stringify(pod('web', { persistentVolumeClaim: { claimName: 'data' } })), 'apply -f -');
    await session.run('wait pvc/data --for=jsonpath={.status.phase}=Bound --timeout=20s');
    await session.run('wait pod/web --for=condition=Ready --timeout=20s');
    expect(await session.run('get pvc data --no-headers')).toMatch(
      /^data +Bound +pvc-\S+ +1Gi +RWO +standard +<unset>/,
    );
    expect(await session.run('get pv --no-headers')).toMatch(
      /^pvc-\S+ +1Gi +RWO +Delete +Bound +default\/data +standard/,
    );
    const text = await session.run('describe pvc data');
    expect(text).toMatch(/^Used By: +web$/m);
    expect(text).toMatch(/Normal +ProvisioningSucceeded .* csi\.kubewisp\.dev +Successfully provisioned volume pvc-/);
    expect(await session.run('describe pod web')).toMatch(/SuccessfulAttachVolume .* attachdetach-controller +Attach/);
    expect(await session.run('get volumeattachment --no-headers')).toMatch(
      /^csi-\w{64} +csi\.kubewisp\.dev +pvc-\S+ .* true /,
    );
    expect(await session.run('describe pv')).toMatch(/Driver: +csi\.kubewisp\.dev/);
  });

  it('a claim grows', async () => {
    const patch = JSON.stringify({ spec: { resources: { requests: { storage: '3Gi' } } } });
    await session.run('patch pvc data -p', patch);
    await session.run('wait pvc/data --for=jsonpath={.status.capacity.storage}=3Gi --timeout=20s');
    expect(await session.run('get pv --no-headers')).toMatch(/^pvc-\S+ +3Gi /);
    expect(await session.run('describe pvc data')).toMatch(/VolumeResizeSuccessful .* Resize volume succeeded/);
    const less = JSON.stringify({ spec: { resources: { requests: { storage: '1Gi' } } } });
    expect(await session.fail('patch pvc data -p', less)).toContain('field can not be less than status.capacity');
  });

  it('a claim in use stays until its pod is gone; then all of it goes', async () => {
    await session.run('delete pvc data --wait=false');
    expect(await session.run('get pvc data --no-headers')).toMatch(/^data +Terminating /);
    await session.run('delete pod web');
    await session.until('get pvc,pv,volumeattachment -o name', /^$/);
  });

  it('an ephemeral volume is its pod’s', async () => {
    const { metadata: _, ...volumeClaimTemplate } = { ...claim(''), apiVersion: undefined, kind: undefined };
    await session.feed(JSON.stringify(pod('batch', { ephemeral: { volumeClaimTemplate } })), 'apply -f -');
    await session.run('wait pod/batch --for=condition=Ready --timeout=20s');
    expect(await session.run('get pvc --no-headers')).toMatch(/^batch-data +Bound /);
    await session.run('delete pod batch');
    await session.until('get pvc,pv -o name', /^$/);
  });

  it('volumes made by hand: the smallest that is large enough; kept when its claim is gone', async () => {
    const volume = (name: string, storage: string) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'hand',
        hostPath: { path: '/x' },
      },
    });
    await session.feed(list(volume('large', '9Gi'), volume('small', '2Gi')), 'apply -f -');
    await session.until('get pv --no-headers', /large .* Available[^]*small .* Available/);
    await session.feed(list(claim('mine', { storageClassName: 'hand' })), 'apply -f -');
    await session.run('wait pvc/mine --for=jsonpath={.spec.volumeName}=small --timeout=20s');
    await session.run('delete pvc mine');
    await session.until('get pv small --no-headers', /^small +2Gi +RWO +Retain +Released +default\/mine +hand/);
    await session.run('delete pv large small');
  });

  it('a claim that nothing suits says so', async () => {
    await session.feed(list(claim('none', { storageClassName: '' })), 'apply -f -');
    await session.until(
      'describe pvc none',
      /Normal +FailedBinding .* persistentvolume-controller +no persistent volumes available for this claim and no storage class is set/,
    );
    await session.feed(list(pod('stuck', { persistentVolumeClaim: { claimName: 'none' } })), 'apply -f -');
    await session.until('describe pod stuck', /FailedScheduling .* pod has unbound immediate PersistentVolumeClaims/);
    await session.run('delete pod/stuck pvc/none');
  });
});
