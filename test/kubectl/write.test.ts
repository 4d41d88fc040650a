// kubectl changes objects: create, apply, diff, edit, patch, label, annotate, replace, delete.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const deployment = (name: string, image: string, replicas: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
      - {name: main, image: "${image}", env: [{name: MODE, value: plain}]}
`;

const configMap = (name: string, data: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

const slowPod = (name: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, finalizers: [example.com/hold]}
spec: {containers: [{name: main, image: nginx}]}
`;

describe.skipIf(kubectl === undefined)('kubectl changes', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession();
  });

  afterAll(async () => {
    await session?.end();
  });

  it('create: from a file and by generators', async () => {
    expect(await session.feed(deployment('made', 'nginx:1', 0), 'create -f -')).toBe('deployment.apps/made created\n');
    expect(await session.fail('create configmap -n nowhere made')).toMatch(/namespaces "nowhere" not found/);
    const again = await session.result(['create', '-f', '-'], { input: deployment('made', 'nginx:1', 0) });
    expect(again.stderr).toBe(
      'Error from server (AlreadyExists): error when creating "STDIN": deployments.apps "made" already exists\n',
    );
    expect(await session.run('create configmap settings --from-literal=a=1 --from-literal=b=2')).toBe(
      'configmap/settings created\n',
    );
    expect(await session.run('create secret generic hush --from-literal=key=value')).toBe('secret/hush created\n');
    expect(await session.run('get secret hush', '-o', 'jsonpath={.data.key}')).toBe('dmFsdWU=');
    expect(await session.run('create namespace made')).toBe('namespace/made created\n');
    expect(await session.run('create serviceaccount made')).toBe('serviceaccount/made created\n');
    expect(await session.run('create service clusterip made --tcp=80:8080')).toBe('service/made created\n');
    expect(await session.run('run once --image=busybox --restart=Never --dry-run=client -o name')).toBe('pod/once\n');
    expect(await session.run('create deployment dry --image=nginx --dry-run=server')).toBe(
      'deployment.apps/dry created (server dry run)\n',
    );
    expect(await session.fail('get deployment dry')).toMatch(/not found/);
  });

  it('create: refuses what is wrong, and says what', async () => {
    const typo = deployment('typo', 'nginx', 0).replace('replicas', 'replica');
    const strict = await session.result(['create', '-f', '-'], { input: typo });
    expect(strict.code).toBe(1);
    expect(strict.stderr).toMatch(/strict decoding error: unknown field "spec\.replica"/);
    const warned = await session.result(['create', '--validate=warn', '-f', '-'], { input: typo });
    expect(warned.stderr).toBe('Warning: unknown field "spec.replica"\n');
    expect(warned.stdout).toBe('deployment.apps/typo created\n');
    const invalid = await session.result(['create', '-f', '-'], { input: deployment('Bad_Name', 'nginx', -1) });
    expect(invalid.stderr).toMatch(
      /^The Deployment "Bad_Name" is invalid: \n\* metadata\.name: Invalid value: "Bad_Name": /,
    );
    expect(invalid.stderr).toMatch(/^\* spec\.replicas: Invalid value: -1: must be greater than or equal to 0$/m);
  });

  it('apply: created, unchanged, configured; diff before it', async () => {
    const file = join(session.directory, 'applied.yaml');
    writeFileSync(file, deployment('applied', 'nginx:1', 0));
    const missing = await session.result(['diff', '-f', file]);
    expect(missing.code).toBe(1);
    expect(missing.stdout).toMatch(/^\+kind: Deployment$/m);
    expect(await session.run(`apply -f ${file}`)).toBe('deployment.apps/applied created\n');
    expect(await session.run(`apply -f ${file}`)).toBe('deployment.apps/applied unchanged\n');
    expect((await session.result(['diff', '-f', file])).code).toBe(0);

    writeFileSync(file, deployment('applied', 'nginx:2', 0).replace(', env: [{name: MODE, value: plain}]', ''));
    const { code, stdout } = await session.result(['diff', '-f', file]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^- +image: nginx:1\n\+ +- image: nginx:2$/m);
    expect(stdout).toMatch(/^- +- env:\n- +- name: MODE\n- +value: plain$/m);
    expect(await session.run(`apply -f ${file}`)).toBe('deployment.apps/applied configured\n');
    const applied = await session.json<{
      metadata: { generation: number };
      spec: { template: { spec: { containers: object[] } } };
    }>('get deployment applied');
    expect(applied.metadata.generation).toBe(2);
    expect(applied.spec.template.spec.containers).toEqual([expect.not.objectContaining({ env: expect.anything() })]);
    expect(await session.run('apply view-last-applied deployment/applied')).toMatch(/image: nginx:2/);
  });

  it('apply: keeps what others set, prunes what it set itself', async () => {
    const settings = (data: object) => configMap('shared', data);
    await session.feed(settings({ mine: '1', old: '1' }), 'apply -f -');
    await session.run('patch configmap shared --type=merge -p', '{"data":{"theirs":"1"}}');
    expect(await session.feed(settings({ mine: '2' }), 'apply -f -')).toBe('configmap/shared configured\n');
    expect(JSON.parse(await session.run('get configmap shared', '-o', 'jsonpath={.data}'))).toEqual({
      mine: '2',
      theirs: '1',
    });
  });

  it('edit', async () => {
    const editor = join(session.directory, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/image: nginx:1/image: nginx:9/" "$1"\n', { mode: 0o755 });
    const edited = await session.result(['edit', 'deployment', 'made'], { environment: { KUBE_EDITOR: editor } });
    expect(edited).toMatchObject({ code: 0, stdout: 'deployment.apps/made edited\n' });
    expect(await session.run('get deployment made', '-o', 'jsonpath={..image}')).toBe('nginx:9');
    const same = await session.result(['edit', 'deployment', 'made'], { environment: { KUBE_EDITOR: editor } });
    expect(same.stderr).toContain('Edit cancelled, no changes made.');
  });

  it('patch: strategic, merge, JSON, subresource', async () => {
    const image = () => session.run('get deployment made', '-o', 'jsonpath={..image}');
    expect(
      await session.run(
        'patch deployment made -p',
        '{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"nginx:3"}]}}}}',
      ),
    ).toBe('deployment.apps/made patched\n');
    expect(await image()).toBe('nginx:3');
    expect(await session.run('patch deployment made -p', '{"spec":{"paused":false}}')).toBe(
      'deployment.apps/made patched (no change)\n',
    );
    await session.run(
      'patch deployment made --type=json -p',
      '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"nginx:4"}]',
    );
    expect(await image()).toBe('nginx:4');
    await session.run('patch deployment made --subresource=scale --type=merge -p', '{"spec":{"replicas":0}}');
    expect(
      await session.fail('patch deployment made --type=merge -p', '{"spec":{"selector":{"matchLabels":{"app":"x"}}}}'),
    ).toMatch(/field is immutable/);
  });

  it('label and annotate', async () => {
    expect(await session.run('label configmap settings tier=back')).toBe('configmap/settings labeled\n');
    expect(await session.fail('label configmap settings tier=front')).toMatch(
      /'tier' already has a value \(back\), and --overwrite is false/,
    );
    expect(await session.run('label configmap settings tier=front --overwrite')).toBe('configmap/settings labeled\n');
    expect(await session.run('get configmap -l tier=front -o name')).toBe('configmap/settings\n');
    expect(await session.run('label configmap settings tier-')).toBe('configmap/settings unlabeled\n');
    expect(await session.fail('label configmap settings', 'bad key=x')).toMatch(
      /invalid label|name part must consist of/,
    );
    expect(await session.run('annotate configmap settings note=hello')).toMatch(/^configmap\/settings annotated/);
    expect(await session.run('get configmap settings', '-o', 'jsonpath={.metadata.annotations.note}')).toBe('hello');
  });

  it('replace, and its conflict', async () => {
    const text = await session.run('get configmap settings -o json');
    await session.run('patch configmap settings -p', '{"data":{"c":"3"}}');
    const stale = await session.result(['replace', '-f', '-'], { input: text });
    expect(stale.stderr).toMatch(
      /^Error from server \(Conflict\): .*the object has been modified; please apply your changes to the latest version/,
    );
    expect(await session.feed(configMap('settings', { d: '4' }), 'replace -f -')).toBe('configmap/settings replaced\n');
    expect(await session.run('get configmap settings', '-o', 'jsonpath={.data}')).toBe('{"d":"4"}');
  });

  it('delete: in the background, orphaning, in the foreground', async () => {
    const left = async (name: string) =>
      (await session.run(`get replicasets,pods -l app=${name} -o name`)).split('\n').filter(Boolean);
    for (const name of ['back', 'orphan', 'fore']) await session.feed(deployment(name, 'nginx', 2), 'create -f -');
    await session.run('wait --for=condition=Available deployment back orphan fore --timeout=20s');
    expect(await left('back')).toHaveLength(3);

    expect(await session.run('delete deployment back')).toMatch(/^deployment\.apps "back" deleted/);
    await session.until('get replicasets,pods -l app=back -o name', (text) => text === '');

    await session.run('delete deployment orphan --cascade=orphan');
    expect(await left('orphan')).toHaveLength(3);
    const owners = await session.run(
      'get replicaset -l app=orphan',
      '-o',
      'jsonpath={.items[*].metadata.ownerReferences}',
    );
    expect(owners).toBe('');

    const finish = session.run('delete deployment fore --cascade=foreground --timeout=20s');
    expect(await finish).toMatch(/deleted/);
    // In the foreground: what the owner held went before it.
    expect(await left('fore')).toEqual([]);
  });

  it('delete: by force, with a finalizer, by label, all of a file', async () => {
    await session.feed(slowPod('held'), 'create -f -');
    await session.run('wait --for=condition=Ready pod/held --timeout=20s');
    await session.run('delete pod held --wait=false');
    expect(await session.run('get pod held', '-o', 'jsonpath={.metadata.deletionTimestamp}')).not.toBe('');
    await session.run('patch pod held --type=merge -p', '{"metadata":{"finalizers":null}}');
    await session.run('wait --for=delete pod/held --timeout=20s');

    await session.run('run forced --image=nginx');
    await session.run('wait --for=condition=Ready pod/forced --timeout=20s');
    const forced = await session.result(['delete', 'pod', 'forced', '--grace-period=0', '--force']);
    expect(forced.stdout).toMatch(/^pod "forced" force deleted/);
    expect(forced.stderr).toMatch(/Immediate deletion does not wait/);
    expect(await session.fail('get pod forced')).toMatch(/not found/);

    for (const name of ['one', 'two']) await session.run(`create configmap ${name}`);
    await session.run('label configmap one two batch=yes');
    expect(await session.run('delete configmap -l batch=yes')).toMatch(
      /^configmap "one" deleted.*\nconfigmap "two" deleted/,
    );
    expect(await session.feed(deployment('typo', 'nginx', 0), 'delete -f -')).toMatch(
      /^deployment\.apps "typo" deleted/,
    );
    expect(await session.fail('delete configmap one')).toMatch(/configmaps "one" not found/);
  });

  it('delete namespace: takes all that is in it', async () => {
    await session.until('get serviceaccount default -n made -o name', /default/);
    await session.run('create configmap inside -n made');
    await session.run('create deployment inside -n made --image=nginx');
    await session.run('wait --for=condition=Available deployment/inside -n made --timeout=20s');
    expect(await session.run('delete namespace made --timeout=30s')).toMatch(/^namespace "made" deleted/);
    expect(await session.fail('get namespace made')).toMatch(/namespaces "made" not found/);
    expect(await session.run('get all -n made -o name')).toBe('');
    expect(await session.fail('delete namespace default')).toMatch(
      /namespaces "default" is forbidden: this namespace may not be deleted/,
    );
  });
});
