// After kubernetes pkg/controller/resourceclaim/controller_test.go.

import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import type { Pod, PodResourceClaim } from '../../api/types/core-v1.ts';
import type { ResourceClaim, ResourceClaimStatus } from '../../api/types/resource-v1.ts';
import { clone } from '../../lib/json.ts';
import { garbageCollector } from '../garbagecollector/garbage-collector.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { resourceClaimController } from './resource-claim-controller.ts';

const CLAIMS = 'resourceclaims.resource.k8s.io';
const TEMPLATES = 'resourceclaimtemplates.resource.k8s.io';
const FINALIZER = 'resource.kubernetes.io/delete-protection';
const SPEC = { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } };
const FROM_TEMPLATE = { name: 'acc', resourceClaimTemplateName: 'tmpl' };
const BY_NAME = { name: 'acc', resourceClaimName: 'mine' };

function cluster(): FakeCluster {
  return new FakeCluster({ controllers: [resourceClaimController] });
}

function template({ client }: FakeCluster): void {
  const spec = { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec: SPEC };
  const metadata = { name: 'tmpl', namespace: 'ns' };
  const body = { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaimTemplate', metadata, spec };
  must(client.create(TEMPLATES, body));
}

function pod(made: FakeCluster, claim: PodResourceClaim, node?: string): Pod {
  const metadata = { name: 'web', namespace: 'ns' };
  const spec = {
    containers: [{ name: 'c' }],
    resourceClaims: [claim],
    ...(node === undefined ? {} : { nodeName: node }),
  };
  const created = must(made.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec }));
  made.settle();
  return created;
}

function claim(made: FakeCluster, status: ResourceClaimStatus, members: object = {}): KubeObject {
  const metadata = { name: 'mine', namespace: 'ns', ...members };
  const body = { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata, spec: SPEC, status };
  const created = must(made.client.create(CLAIMS, body));
  made.settle();
  return created;
}

const claims = ({ client }: FakeCluster): ResourceClaim[] => client.list(CLAIMS);
const theClaim = (made: FakeCluster): ResourceClaim | undefined => claims(made)[0];
const statuses = ({ client }: FakeCluster) => client.get('pods', 'ns', 'web')?.status?.resourceClaimStatuses;
const forPod = ({ metadata }: Pod) => ({ resource: 'pods', name: metadata.name, uid: metadata.uid });

function change(made: FakeCluster, status: Pod['status']): void {
  const next = clone(made.client.get('pods', 'ns', 'web') as Pod);
  next.status = { ...next.status, ...status };
  must(made.client.updateStatus('pods', next));
  made.settle();
}

describe('claims of pods', () => {
  it('create', () => {
    const made = cluster();
    template(made);
    const { uid } = pod(made, FROM_TEMPLATE).metadata;
    const [created] = claims(made);
    expect(created?.metadata.name).toMatch(/^web-acc-[a-z0-9]{5}$/);
    expect(created?.metadata).toMatchObject({
      labels: { a: 'b' },
      annotations: { c: 'd', 'resource.kubernetes.io/pod-claim-name': 'acc' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Pod', name: 'web', uid, controller: true, blockOwnerDeletion: true },
      ],
    });
    expect(created?.spec).toEqual(SPEC);
    expect(statuses(made)).toEqual([{ name: 'acc', resourceClaimName: created?.metadata.name }]);
    expect(claims(made)).toHaveLength(1);
  });

  it('create with truncation', () => {
    const made = cluster();
    template(made);
    const long = 'x'.repeat(63);
    const spec = { containers: [{ name: 'c' }], resourceClaims: [{ ...FROM_TEMPLATE, name: 'y'.repeat(63) }] };
    const metadata = { name: long, namespace: 'ns' };
    must(made.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec }));
    made.settle();
    expect(theClaim(made)?.metadata.name).toMatch(/^x{28}-y{28}[a-z0-9]{5}$/);
  });

  it('nop: a claim that a user made is used as it is', () => {
    const made = cluster();
    claim(made, {});
    pod(made, BY_NAME);
    expect(claims(made)).toHaveLength(1);
    expect(statuses(made)).toBeUndefined();
  });

  it('recreate: a claim that is gone is made again', () => {
    const made = cluster();
    template(made);
    pod(made, FROM_TEMPLATE);
    const before = theClaim(made)?.metadata.name ?? '';
    must(made.client.delete(CLAIMS, 'ns', before));
    made.settle();
    expect(claims(made)).toHaveLength(1);
    expect(theClaim(made)?.metadata.name).not.toBe(before);
    expect(statuses(made)).toEqual([{ name: 'acc', resourceClaimName: theClaim(made)?.metadata.name }]);
  });

  it('missing-template: the pod is told, and gets its claim when there is one', () => {
    const made = cluster();
    pod(made, FROM_TEMPLATE);
    expect(made.events.map(({ reason, message, source }) => [source, reason, message])).toEqual([
      [
        'resource_claim',
        'FailedResourceClaimCreation',
        'PodResourceClaim acc: resource claim template "tmpl": resourceclaimtemplate.resource.k8s.io "tmpl" not found',
      ],
    ]);
    template(made);
    made.settle();
    expect(claims(made)).toHaveLength(1);
  });

  it('find-existing-claim-by-label: one that was made before a crash is taken', () => {
    const made = cluster();
    template(made);
    const { uid } = pod(made, { name: 'acc', resourceClaimName: 'none' }).metadata;
    const reference = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid, controller: true };
    const annotations = { 'resource.kubernetes.io/pod-claim-name': 'acc' };
    claim(made, {}, { annotations, ownerReferences: [reference] });
    const next = clone(made.client.get('pods', 'ns', 'web') as Pod);
    next.spec = { containers: [], resourceClaims: [FROM_TEMPLATE] };
    must(made.client.update('pods', next));
    made.settle();
    expect(statuses(made)).toEqual([{ name: 'acc', resourceClaimName: 'mine' }]);
  });

  it('wrong-claim-owner: another is made', () => {
    const made = cluster();
    template(made);
    claim(made, {});
    pod(made, FROM_TEMPLATE);
    change(made, { resourceClaimStatuses: [{ name: 'acc', resourceClaimName: 'mine' }] });
    expect(statuses(made)?.[0]?.resourceClaimName).toMatch(/^web-acc-/);
  });

  it('a terminating pod gets none', () => {
    const made = cluster();
    template(made);
    const metadata = { name: 'web', namespace: 'ns', finalizers: ['example.com/x'] };
    const spec = { containers: [{ name: 'c' }], resourceClaims: [FROM_TEMPLATE], nodeName: 'n' };
    must(made.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec }));
    must(made.client.delete('pods', 'ns', 'web'));
    made.settle();
    expect(claims(made)).toEqual([]);
  });
});

describe('reservations', () => {
  const allocation = { devices: {} };

  it('stay-reserved-seen', () => {
    const made = cluster();
    const reservedFor = [forPod(pod(made, BY_NAME))];
    claim(made, { allocation, reservedFor });
    expect(theClaim(made)?.status?.reservedFor).toEqual(reservedFor);
  });

  it('clear-reserved-structured: what nobody uses is free again', () => {
    const made = cluster();
    const metadata = { finalizers: [FINALIZER] };
    claim(made, { allocation, reservedFor: [{ resource: 'pods', name: 'web', uid: 'gone' }] }, metadata);
    expect(theClaim(made)?.status).toEqual({});
    expect(theClaim(made)?.metadata.finalizers).toBeUndefined();
  });

  it('dont-clear-reserved-structured: another still uses it', () => {
    const made = cluster();
    const other = { resource: 'pods', name: 'other', uid: 'gone' };
    const mine = forPod(pod(made, BY_NAME));
    claim(made, { allocation, reservedFor: [other, mine] }, { finalizers: [FINALIZER] });
    expect(theClaim(made)?.status).toEqual({ allocation, reservedFor: [mine] });
    expect(theClaim(made)?.metadata.finalizers).toEqual([FINALIZER]);
  });

  it('clear-reserved-when-done', () => {
    const made = cluster();
    const mine = forPod(pod(made, BY_NAME, 'n'));
    claim(made, { allocation, reservedFor: [mine] }, { finalizers: [FINALIZER] });
    change(made, { phase: 'Succeeded' });
    expect(theClaim(made)?.status).toEqual({});
  });

  it('structured-deleted-allocated: one that is deleted is let go', () => {
    const made = cluster();
    claim(made, { allocation }, { finalizers: [FINALIZER] });
    must(made.client.delete(CLAIMS, 'ns', 'mine'));
    made.settle();
    expect(claims(made)).toEqual([]);
  });

  it('trigger-allocation of a pod that came to its node by itself: add-reserved', () => {
    const made = cluster();
    claim(made, { allocation });
    const mine = forPod(pod(made, BY_NAME, 'n'));
    expect(theClaim(made)?.status?.reservedFor).toEqual([mine]);
  });

  it('remove-reserved of a pod that was replaced', () => {
    const made = cluster();
    pod(made, BY_NAME);
    claim(made, { allocation, reservedFor: [{ resource: 'pods', name: 'web', uid: 'old' }] });
    expect(theClaim(made)?.status).toEqual({ allocation });
  });
});

describe('the end', () => {
  it('delete-claim-when-done', () => {
    const made = cluster();
    template(made);
    pod(made, FROM_TEMPLATE, 'n');
    expect(claims(made)).toHaveLength(1);
    change(made, { phase: 'Failed' });
    expect(claims(made)).toEqual([]);
  });

  it('a pod that is deleted takes its claim with it', () => {
    const made = new FakeCluster({ controllers: [resourceClaimController, garbageCollector] });
    template(made);
    pod(made, FROM_TEMPLATE);
    must(made.client.delete('pods', 'ns', 'web', { gracePeriodSeconds: 0 }));
    made.advance(60_000);
    expect(claims(made)).toEqual([]);
    expect(made.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('lets pods without claims be', () => {
    const made = cluster();
    const metadata = { name: 'plain', namespace: 'ns' };
    must(made.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } }));
    made.settle();
    expect(made.reconciles).toEqual([]);
  });
});
