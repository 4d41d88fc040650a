import { describe, expect, it } from 'vitest';
import type { Why, WhyStep } from '../../api/why.ts';
import { WHY_PATH } from '../../api/why.ts';
import { PODS, podBody, Rig } from '../testing/rig.ts';

const CONTROLLER = { name: 'replicaset-controller', eventSource: 'replicaset-controller' };
const SCHEDULER = { name: 'default-scheduler', eventSource: 'default-scheduler' };
const SETS = '/apis/apps/v1/namespaces/default/replicasets';
const VIEWER = { 'impersonate-user': 'viewer' };

function steps(links: readonly unknown[]): string[] {
  return (links as WhyStep[]).map(({ resource, name, what, actor }) => `${resource}/${name} ${what} by ${actor}`);
}

function setBody(name: string) {
  const template = { metadata: { labels: { app: name } }, spec: podBody('x')['spec'] };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template },
  };
}

/** A ReplicaSet of a user's, its pod, and the pod's binding, each because of the one before. */
function played() {
  const rig = new Rig();
  rig.serviceAccount();
  rig.send('POST', '/api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } } });
  rig.send('POST', SETS, { body: setBody('web'), headers: { 'user-agent': 'kubectl/v1.36.1 (linux/amd64)' } });
  const set = rig.log.head;
  const { metadata, spec } = podBody('web-1') as unknown as { metadata: { name: string }; spec: { containers: [] } };
  const pod = { kind: 'Pod', apiVersion: 'v1', metadata: { ...metadata, namespace: 'default' }, spec };
  const made = rig.server.clientFor(CONTROLLER, set).create('pods', pod);
  if (!made.ok) throw new Error(made.status.message);
  const { uid, resourceVersion } = made.value.metadata;
  const bound = rig.server.clientFor(SCHEDULER, Number(resourceVersion)).bind('default', 'web-1', uid, 'node-1');
  if (!bound.ok) throw new Error(bound.status.message);
  return rig;
}

function asked(rig: Rig, object: string, headers: Record<string, string> = {}) {
  return rig.send('GET', `${WHY_PATH}?object=${object}&namespace=default`, { headers });
}

function allow(rig: Rig, resources: readonly string[]): void {
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const rules = [{ apiGroups: ['', 'apps'], resources, verbs: ['get'] }];
  rig.send('POST', `${rbac}/roles`, { body: { apiVersion, kind: 'Role', metadata: { name: 'view' }, rules } as never });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'view' };
  const subjects = [{ kind: 'User', name: 'viewer', apiGroup: 'rbac.authorization.k8s.io' }];
  const body = { apiVersion, kind: 'RoleBinding', metadata: { name: 'view' }, roleRef, subjects };
  rig.send('POST', `${rbac}/rolebindings`, { body });
}

describe('why', () => {
  it('walks from an object back to the request that began it', () => {
    const { status, body } = asked(played(), 'pod/web-1');
    expect(status).toBe(200);
    const { events, object, compacted } = body as unknown as Why;
    expect(object).toMatchObject({ kind: 'Pod', resource: 'pod', namespace: 'default', name: 'web-1' });
    expect(compacted).toBe(false);
    const component = 'system:serviceaccount:kube-system';
    expect(steps(events)).toEqual([
      `pod/web-1 created by ${component}:replicaset-controller`,
      `pod/web-1 bound to node-1 by ${component}:default-scheduler`,
    ]);
    expect(events.map(({ because }) => steps(because))).toEqual([
      ['replicaset.apps/web created by admin'],
      [`pod/web-1 created by ${component}:replicaset-controller`, 'replicaset.apps/web created by admin'],
    ]);
    expect(events[0]?.because[0]).toMatchObject({ agent: 'kubectl/v1.36.1 (linux/amd64)', cause: 0 });
  });

  it.each(['po/web-1', 'pods/web-1', 'Pod/web-1'])('takes a kind as kubectl does: %s', (object) => {
    expect(asked(played(), object).status).toBe(200);
  });

  it.each(['rs/web', 'replicaset/web', 'replicasets.apps/web'])('takes a kind of a group: %s', (object) => {
    expect(asked(played(), object).status).toBe(200);
  });

  it('says what a change changed', () => {
    const rig = played();
    const patch = { 'content-type': 'application/merge-patch+json' };
    rig.send('PATCH', `${SETS}/web`, { body: { spec: { replicas: 2 } }, headers: patch });
    rig.send('PATCH', `${SETS}/web`, { body: { metadata: { labels: { a: 'b' } } }, headers: patch });
    const { events } = asked(rig, 'rs/web').body as unknown as Why;
    expect(events.map(({ what }) => what)).toEqual(['created', 'changed spec.replicas', 'changed metadata.labels']);
  });

  it('tells of what is gone', () => {
    const rig = played();
    rig.send('DELETE', `${PODS}/web-1?gracePeriodSeconds=0`);
    const { events } = asked(rig, 'pod/web-1').body as unknown as Why;
    expect(events.map(({ what }) => what)).toEqual(['created', 'bound to node-1', 'marked for deletion', 'deleted']);
  });

  it('says where compaction has taken the beginning', () => {
    const rig = played();
    rig.log.compact(rig.log.head);
    const { events, compacted } = asked(rig, 'pod/web-1').body as unknown as Why;
    expect(compacted).toBe(true);
    expect(events.map(({ what }) => what)).toEqual(['changed']);
    expect(events[0]?.because).toEqual([{ rev: events[0]?.cause, gap: 'compacted' }]);
  });

  it('leaves out the middle of a long life', () => {
    const rig = played();
    for (let replicas = 2; replicas < 42; replicas++) {
      const headers = { 'content-type': 'application/merge-patch+json' };
      rig.send('PATCH', `${SETS}/web`, { body: { spec: { replicas } }, headers });
    }
    const { events, omitted } = asked(rig, 'rs/web').body as unknown as Why;
    expect([events.length, omitted, events[0]?.what]).toEqual([21, 20, 'created']);
  });

  it('answers who may not get the object as a GET of it does, whether it is there or not', () => {
    const rig = played();
    for (const name of ['web-1', 'nobody']) {
      const get = rig.get(`${PODS}/${name}`, VIEWER);
      const told = asked(rig, `pod/${name}`, VIEWER);
      expect([told.status, told.body]).toEqual([403, get.body]);
    }
  });

  it('hides what the asker may not get on the way', () => {
    const rig = played();
    allow(rig, ['pods']);
    const { events } = asked(rig, 'pod/web-1', VIEWER).body as unknown as Why;
    const [created, bound] = events;
    expect(created?.because).toEqual([{ rev: created?.cause, gap: 'hidden' }]);
    expect(bound?.because).toMatchObject([{ resource: 'pod' }, { gap: 'hidden' }]);
  });

  it('knows the fault in a bad question', () => {
    const rig = played();
    expect(asked(rig, 'web-1')).toMatchObject({ status: 400, body: { reason: 'BadRequest' } });
    expect(asked(rig, 'thing/web-1')).toMatchObject({
      status: 404,
      body: { message: `the server doesn't have a resource type "thing"` },
    });
    expect(asked(rig, 'pod/none')).toMatchObject({ status: 404, body: { message: 'pods "none" not found' } });
    expect(rig.send('POST', `${WHY_PATH}?object=pod/web-1`).status).toBe(405);
  });
});
