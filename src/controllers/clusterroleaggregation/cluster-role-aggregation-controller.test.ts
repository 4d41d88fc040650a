// After kubernetes pkg/controller/clusterroleaggregation/clusterroleaggregation_controller_test.go (TestSyncClusterRole).

import { expect, it } from 'vitest';
import type { ClusterRole, PolicyRule } from '../../api/types/rbac-v1.ts';
import type { Draft } from '../../api/object.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { clusterRoleAggregationController } from './cluster-role-aggregation-controller.ts';

const ROLES = 'clusterroles.rbac.authorization.k8s.io';
const CONTROLLERS = 'kube-controller-manager';
const OWNS_RULES = { 'f:rules': {} };

function rule(verb: string): PolicyRule {
  return { verbs: [verb], apiGroups: ['apps'], resources: ['things'] };
}

function role(name: string, labels: Record<string, string>, ...rules: PolicyRule[]): Draft<ClusterRole> {
  return { kind: 'ClusterRole', apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name, labels }, rules };
}

/** Its rules are the controller's, which the fake cluster does not keep account of. */
function gathering(name: string, labels: Record<string, string>, ...selected: Array<Record<string, string>>) {
  const clusterRoleSelectors = selected.map((matchLabels) => ({ matchLabels }));
  const draft = { ...role(name, labels), aggregationRule: { clusterRoleSelectors } };
  return { ...draft, metadata: { ...draft.metadata, managedFields: [{ manager: CONTROLLERS, fieldsV1: OWNS_RULES }] } };
}

function verbs(cluster: FakeCluster, name: string): string[] {
  return (cluster.client.get(ROLES, '', name)?.rules ?? []).flatMap((item) => item.verbs);
}

function clusterWith(...roles: Array<Draft<ClusterRole>>): FakeCluster {
  const cluster = new FakeCluster({ controllers: [clusterRoleAggregationController] });
  for (const item of roles) must(cluster.client.create(ROLES, item));
  expect(cluster.settle()).toBeUndefined();
  return cluster;
}

it('remove dead rules: what nothing gives is taken away', () => {
  const old = { ...gathering('combined', {}, { foo: 'bar' }), rules: [rule('get')] };
  expect(verbs(clusterWith(role('other', { foo: 'baz' }, rule('get')), old), 'combined')).toEqual([]);
});

it('where nothing is gathered, the rules of others are kept', () => {
  const { metadata, ...draft } = gathering('combined', {}, { foo: 'bar' });
  const managedFields = [{ manager: 'kubectl', fieldsV1: OWNS_RULES }];
  const theirs = { ...draft, metadata: { ...metadata, managedFields }, rules: [rule('get')] };
  expect(verbs(clusterWith(theirs), 'combined')).toEqual(['get']);
});

it('strip rules, add new rules, merge all: by selector, then by name, each once', () => {
  const cluster = clusterWith(
    gathering('combined', {}, { foo: 'bar' }, { zed: 'x' }),
    role('b', { foo: 'bar' }, rule('create'), rule('get')),
    role('a', { foo: 'bar' }, rule('list'), rule('get')),
    role('c', { zed: 'x' }, rule('watch'), rule('get')),
  );
  expect(verbs(cluster, 'combined')).toEqual(['list', 'get', 'create', 'watch']);
});

it('diff but no change: what is right is not written', () => {
  const cluster = clusterWith(gathering('combined', {}, { foo: 'bar' }), role('a', { foo: 'bar' }, rule('get')));
  const before = cluster.client.get(ROLES, '', 'combined')?.metadata.resourceVersion;
  must(cluster.client.create(ROLES, role('z', { foo: 'baz' }, rule('delete'))));
  cluster.settle();
  expect(cluster.client.get(ROLES, '', 'combined')?.metadata.resourceVersion).toBe(before);
});

it('a role does not gather itself; those that gather are gathered in turn', () => {
  const cluster = clusterWith(
    gathering('upper', {}, { into: 'upper' }),
    gathering('lower', { into: 'upper', self: 'yes' }, { into: 'lower' }, { self: 'yes' }),
    role('leaf', { into: 'lower' }, rule('get')),
  );
  expect(verbs(cluster, 'lower')).toEqual(['get']);
  expect(verbs(cluster, 'upper')).toEqual(['get']);
  cluster.client.delete(ROLES, '', 'leaf');
  cluster.settle();
  expect(verbs(cluster, 'upper')).toEqual([]);
});
