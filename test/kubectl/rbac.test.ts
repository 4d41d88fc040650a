// kubectl and who may do what: roles and bindings made, asked about, lived by, and reconciled from a file.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const AS_ALICE = ['--as=alice', '--as-group=dev'] as const;
const AS_ACCOUNT = '--as=system:serviceaccount:default:robot';

const MANIFEST = JSON.stringify({
  kind: 'List',
  apiVersion: 'v1',
  items: [
    {
      kind: 'ClusterRole',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: { name: 'driver-reader', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      rules: [{ verbs: ['get'], apiGroups: ['storage.k8s.io'], resources: ['csidrivers'] }],
    },
    {
      kind: 'ClusterRoleBinding',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: { name: 'driver-readers' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'driver-reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'dev' }],
    },
  ],
});

describe.skipIf(kubectl === undefined)('kubectl and access control', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1 });
    await session.run('create configmap one');
    await session.run('create serviceaccount robot');
  });

  afterAll(async () => {
    await session?.end();
  });

  const asAlice = (line: string): Promise<string> => session.run(line, ...AS_ALICE);
  const refusedAlice = (line: string): Promise<string> => session.fail(line, ...AS_ALICE);

  async function may(line: string, ...who: string[]): Promise<string> {
    return (await session.result(['auth', 'can-i', ...line.split(' '), ...who])).stdout.trim();
  }

  it('whoever has no role is refused, and can find out', async () => {
    expect(await refusedAlice('get configmap one')).toBe(
      'Error from server (Forbidden): configmaps "one" is forbidden: User "alice" cannot get resource "configmaps" in API group "" in the namespace "default"\n',
    );
    expect(await may('get configmaps', ...AS_ALICE)).toBe('no');
    expect(await may('get /version', ...AS_ALICE)).toBe('yes');
    expect(await may('* *')).toBe('yes');
    expect(await asAlice('auth whoami')).toMatch(/^Groups +\[dev system:authenticated\]$/m);
    expect(await asAlice('auth can-i --list')).toMatch(/^selfsubjectaccessreviews.authorization.k8s.io /m);
    expect(await asAlice('auth can-i --list')).not.toContain('configmaps');
  });

  it('create role and rolebinding: in a namespace, of some resources and names', async () => {
    await session.run('create role maps --verb=get --resource=configmaps --resource-name=one');
    await session.run('create rolebinding maps --role=maps --group=dev');
    expect(await asAlice('get configmap one -o name')).toBe('configmap/one\n');
    expect(await refusedAlice('get configmap two')).toContain('configmaps "two" is forbidden');
    expect(await refusedAlice('get configmaps')).toContain('cannot list resource "configmaps"');
    expect(await refusedAlice('get configmap one -n kube-system')).toContain('in the namespace "kube-system"');
    expect(await asAlice('auth can-i --list')).toMatch(/^configmaps +\[\] +\[one\] +\[get\]$/m);
    await session.run('delete rolebinding maps');
    expect(await may('get configmaps/one', ...AS_ALICE)).toBe('no');
  });

  it('a service account edits its namespace by the role of every cluster, and no other', async () => {
    await session.run('create rolebinding robots --clusterrole=edit --serviceaccount=default:robot');
    await session.run(`create configmap made ${AS_ACCOUNT}`);
    expect(await may('update deployments.apps --subresource=scale', AS_ACCOUNT)).toBe('yes');
    expect(await may('update deployments.apps --subresource=status', AS_ACCOUNT)).toBe('no');
    expect(await may('get pods --subresource=log', AS_ACCOUNT)).toBe('yes');
    expect(await may('create rolebindings', AS_ACCOUNT)).toBe('no');
    expect(await may('get configmaps -n kube-system', AS_ACCOUNT)).toBe('no');
    expect(await session.fail(`get nodes ${AS_ACCOUNT}`)).toContain('at the cluster scope');
  });

  it('create clusterrole and clusterrolebinding: everywhere', async () => {
    await session.run('create clusterrole lister --verb=list,watch --resource=pods,nodes');
    await session.run('create clusterrolebinding listers --clusterrole=lister --user=alice');
    expect(await asAlice('get nodes -o name')).toBe('node/node-1\n');
    expect(await asAlice('get pods -A')).toBe('');
    expect(await may('get nodes', ...AS_ALICE)).toBe('no');
    const yaml = ['get clusterrole lister', '-o', 'jsonpath={.rules[*].resources}'] as const;
    expect(await session.run(...yaml)).toBe('["pods","nodes"]');
  });

  it('nobody gives what they do not have', async () => {
    await session.run('create rolebinding admins --clusterrole=admin --user=alice');
    await asAlice('create role local --verb=get --resource=pods');
    expect(await refusedAlice('create rolebinding root --clusterrole=cluster-admin --user=alice')).toMatch(
      /rolebindings.rbac.authorization.k8s.io "root" is forbidden: user "alice" \(groups=\["dev" "system:authenticated"\]\) is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\["\*"\], Resources:\["\*"\], Verbs:\["\*"\]\}/,
    );
    expect(await refusedAlice('create role wide --verb=* --resource=pods')).toContain('Verbs:["*"]');
  });

  it('auth reconcile makes what is missing, and gives back what was taken; roles that gather follow', async () => {
    const reconciled = await session.feed(MANIFEST, 'auth reconcile -f -');
    expect(reconciled).toContain('clusterrole.rbac.authorization.k8s.io/driver-reader reconciled');
    expect(await may('get csidrivers', ...AS_ALICE)).toBe('yes');
    await session.until('describe clusterrole view', /^ +csidrivers\.storage\.k8s\.io +\[\] +\[\] +\[get\]$/m);
    await session.run('patch clusterrole driver-reader --type=json', '-p', '[{"op":"remove","path":"/rules/0"}]');
    expect(await may('get csidrivers', ...AS_ALICE)).toBe('no');
    expect(await session.feed(MANIFEST, 'auth reconcile -f -')).toContain('driver-reader reconciled');
    expect(await may('get csidrivers', ...AS_ALICE)).toBe('yes');
    await session.run('delete clusterrole driver-reader');
    await session.until('describe clusterrole view', (text) => !text.includes('csidrivers'));
  });

  it('describe clusterrolebinding cluster-admin, as every cluster has it', async () => {
    expect(await session.run('describe clusterrolebinding cluster-admin')).toBe(
      [
        'Name:         cluster-admin',
        'Labels:       kubernetes.io/bootstrapping=rbac-defaults',
        'Annotations:  rbac.authorization.kubernetes.io/autoupdate: true',
        'Role:',
        '  Kind:  ClusterRole',
        '  Name:  cluster-admin',
        'Subjects:',
        '  Kind   Name            Namespace',
        '  ----   ----            ---------',
        '  Group  system:masters  ',
        '',
      ].join('\n'),
    );
  });
});
