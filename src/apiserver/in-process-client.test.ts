import { describe, expect, test } from 'vitest';
import type { Client, EventInput, ScaleTarget } from '../api/client.ts';
import type { KubeObject } from '../api/object.ts';
import type { JsonObject } from '../lib/json.ts';
import { clone } from '../lib/json.ts';
import { MAPS, PODS, podBody, Rig } from './testing/rig.ts';

function clientOf(rig: Rig, cause = 0): Client {
  return rig.server.clientFor({ name: 'test-controller', eventSource: 'test' }, cause);
}

function map(rig: Rig, name: string): KubeObject {
  rig.configMap(name);
  const found = clientOf(rig).get('configmaps', 'default', name);
  if (found === undefined) throw new Error('not there');
  return found;
}

describe('the client port', () => {
  test('writes say who wrote, and because of what', () => {
    const rig = new Rig();
    const made = clientOf(rig, 3).create('configmaps', {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a', namespace: 'default' },
    });
    expect(made.ok).toBe(true);
    expect(rig.log.event(rig.log.head)).toMatchObject({
      actor: 'system:serviceaccount:kube-system:test-controller',
      agent: 'test',
      cause: 3,
      verb: 'create',
    });
  });

  test('the whole pipeline runs: defaults, admission, validation', () => {
    const rig = new Rig();
    const client = clientOf(rig);
    const refused = client.create('pods', { ...podBody('p'), metadata: { name: 'p', namespace: 'default' } } as never);
    expect(refused).toMatchObject({ ok: false, status: { code: 403 } });
    const wrong = client.create('configmaps', {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'A', namespace: 'default' },
    });
    expect(wrong).toMatchObject({ ok: false, status: { code: 422 } });
  });

  test('objects come out shared and go in as copies', () => {
    const rig = new Rig();
    const client = clientOf(rig);
    map(rig, 'a');
    const one = client.get('configmaps', 'default', 'a');
    expect(client.get('configmaps', 'default', 'a')).toBe(one);
    const draft = clone(one) as NonNullable<typeof one>;
    draft.data = { x: '1' };
    expect(client.update('configmaps', draft).ok).toBe(true);
    draft.data['x'] = '2';
    expect(client.get('configmaps', 'default', 'a')?.data).toEqual({ x: '1' });
    expect(one?.data).toBeUndefined();
  });

  test('an update of an old state conflicts; one that changes nothing writes nothing, whatever zeroes it spells out', () => {
    const rig = new Rig();
    const client = clientOf(rig);
    const old = map(rig, 'a');
    const head = rig.log.head;
    expect(client.update('configmaps', { ...clone(old), data: {}, binaryData: {} }).ok).toBe(true);
    expect(rig.log.head).toBe(head);
    expect(client.update('configmaps', { ...clone(old), data: { x: '1' } }).ok).toBe(true);
    expect(client.update('configmaps', { ...clone(old), data: { x: '2' } })).toMatchObject({
      ok: false,
      status: { reason: 'Conflict' },
    });
  });

  test('lists by namespace, labels and index terms', () => {
    const rig = new Rig();
    const client = clientOf(rig);
    rig.serviceAccount();
    rig.send('POST', PODS, { body: podBody('bound', { nodeName: 'n1' }) });
    rig.send('POST', PODS, { body: podBody('free') });
    expect(client.list('pods', { term: 'node:n1' }).map(({ metadata }) => metadata.name)).toEqual(['bound']);
    expect(client.list('pods', { term: 'node:n1', namespace: 'kube-system' })).toEqual([]);
    const owner = map(rig, 'owner');
    const { uid } = owner.metadata;
    rig.configMap('kept', {
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }] },
    });
    expect(client.byTerm(`owner:${uid}`).map(({ metadata }) => metadata.name)).toEqual(['kept']);
  });

  test('deletes with preconditions, binds, and tells what is gone', () => {
    const rig = new Rig();
    const client = clientOf(rig);
    const { uid } = map(rig, 'a').metadata;
    expect(client.delete('configmaps', 'default', 'a', { preconditions: { uid: 'other' } }).ok).toBe(false);
    expect(client.delete('configmaps', 'default', 'a', { preconditions: { uid } })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(rig.get(`${MAPS}/a`).status).toBe(404);
    rig.serviceAccount();
    rig.send('POST', PODS, { body: podBody('p') });
    const pod = client.get('pods', 'default', 'p');
    expect(client.bind('default', 'p', pod?.metadata.uid ?? '', 'n1').ok).toBe(true);
    expect(client.get('pods', 'default', 'p')?.spec?.nodeName).toBe('n1');
    expect(client.bind('default', 'p', pod?.metadata.uid ?? '', 'n2')).toMatchObject({
      ok: false,
      status: { code: 409 },
    });
  });
});

describe('events', () => {
  test('a repeat raises the count; another message, object or source is an Event of its own', () => {
    const rig = new Rig();
    const client = clientOf(rig);
    const input: EventInput = { regarding: map(rig, 'a'), type: 'Normal', reason: 'R', message: 'm' };
    client.event(input);
    rig.clock.at += 5000;
    client.event(input);
    const events = client.list('events', { namespace: 'default' });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      count: 2,
      firstTimestamp: '2026-01-02T03:04:05Z',
      lastTimestamp: '2026-01-02T03:04:10Z',
      involvedObject: { kind: 'ConfigMap', name: 'a', apiVersion: 'v1' },
      source: { component: 'test' },
      reportingComponent: 'test',
    });
    client.event({ ...input, message: 'n' });
    client.event({ ...input, regarding: map(rig, 'b') });
    rig.server.clientFor({ name: 'other', eventSource: 'other' }, 0).event(input);
    expect(client.list('events', { namespace: 'default' })).toHaveLength(4);
  });

  test('the newer form has a series', () => {
    const rig = new Rig();
    const client = clientOf(rig);
    const input: EventInput = { regarding: map(rig, 'a'), type: 'Warning', reason: 'R', message: 'm', action: 'Act' };
    client.event(input);
    client.event(input);
    const [event] = client.list('events', { namespace: 'default' });
    expect(event).toMatchObject({ action: 'Act', eventTime: '2026-01-02T03:04:05.000000Z', series: { count: 2 } });
    expect(event?.count).toBeUndefined();
  });

  test('of a cluster-scoped object they go to default; one that is refused is let go', () => {
    const rig = new Rig();
    const client = clientOf(rig);
    rig.send('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } });
    const node = client.get('nodes', '', 'n') as KubeObject;
    client.event({ regarding: node, type: 'Normal', reason: 'R', message: 'm' });
    expect(client.list('events', { namespace: 'default' })).toHaveLength(1);
    const lost = { ...node, metadata: { ...node.metadata, namespace: 'nowhere' } };
    client.event({ regarding: lost, type: 'Normal', reason: 'R', message: 'm' });
    expect(client.list('events')).toHaveLength(1);
  });
});

describe('scale', () => {
  const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

  function definition(subresources: JsonObject): JsonObject {
    const properties = {
      spec: { type: 'object', properties: { size: { type: 'integer' } } },
      status: { type: 'object', properties: { size: { type: 'integer' }, selector: { type: 'string' } } },
    };
    const version = {
      name: 'v1',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: 'object', properties } },
    };
    return {
      kind: 'CustomResourceDefinition',
      apiVersion: 'apiextensions.k8s.io/v1',
      metadata: { name: 'farms.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'farms', singular: 'farm', kind: 'Farm', listKind: 'FarmList' },
        versions: [{ ...version, subresources }],
      },
    };
  }

  function withFarm(subresources: JsonObject): Client {
    const rig = new Rig();
    rig.send('POST', DEFINITIONS, { body: definition(subresources) });
    const established = { conditions: [{ type: 'Established', status: 'True' }] };
    const names = { plural: 'farms', singular: 'farm', kind: 'Farm', listKind: 'FarmList' };
    rig.send('PATCH', `${DEFINITIONS}/farms.example.com/status`, {
      body: { status: { ...established, acceptedNames: names, storedVersions: ['v1'] } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    const body = { kind: 'Farm', apiVersion: 'example.com/v1', metadata: { name: 'a' }, spec: { size: 2 } };
    expect(rig.send('POST', '/apis/example.com/v1/namespaces/default/farms', { body }).status).toBe(201);
    return clientOf(rig);
  }

  const FARM = { apiVersion: 'example.com/v2', kind: 'Farm', name: 'a' };

  test('of a custom resource, whatever version the target names', () => {
    const paths = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };
    const client = withFarm({ status: {}, scale: { ...paths, labelSelectorPath: '.status.selector' } });
    const scale = client.scale('default', FARM);
    expect(scale).toMatchObject({ ok: true, value: { kind: 'Scale', spec: { replicas: 2 } } });
    if (!scale.ok) return;
    expect(client.updateScale('default', FARM, { ...scale.value, spec: { replicas: 5 } }).ok).toBe(true);
    expect(client.scale('default', FARM)).toMatchObject({ value: { spec: { replicas: 5 } } });
    const stale = client.updateScale('default', FARM, { ...scale.value, spec: { replicas: 6 } });
    expect(stale).toMatchObject({ ok: false, status: { reason: 'Conflict' } });
  });

  test('says why there is none', () => {
    const client = withFarm({ status: {} });
    const message = (target: ScaleTarget): string => {
      const found = client.scale('default', target);
      return found.ok ? '' : (found.status.message ?? '');
    };
    expect(message(FARM)).toBe('the server could not find the requested resource');
    expect(message({ kind: 'Foo', apiVersion: 'x/v1', name: 'a' })).toBe('no matches for kind "Foo" in group "x"');
    expect(message({ kind: 'Deployment', apiVersion: 'apps/v1', name: 'a' })).toBe('deployments.apps "a" not found');
    expect(message({ kind: 'ReplicationController', name: 'a' })).toBe('replicationcontrollers "a" not found');
  });
});
