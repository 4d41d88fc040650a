// What is asked of every kubectl, run by the oldest and by the newest that this machine has: the mechanisms that all kinds
// share. Each command's output is the same with both unless a test says otherwise.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oldestAndNewest } from '../support/kubectl.ts';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

const configMap = (name: string, data: Record<string, string>, labels: Record<string, string> = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data });

const deployment = (name: string, image: string, more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  ${more}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: "${image}"}]}
`;

const programs = kubectl === undefined ? [] : oldestAndNewest(kubectl);

describe.each(programs)('kubectl $version', (program) => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({}, program);
  });

  afterAll(async () => {
    await session?.end();
  });

  interface Managed {
    metadata: { managedFields: Array<{ manager: string; operation: string; subresource?: string }> };
  }
  const managers = async (object: string): Promise<string[]> => {
    const { metadata } = await session.json<Managed>(`get ${object} --show-managed-fields`);
    return metadata.managedFields.map(({ manager, operation }) => `${manager} ${operation}`);
  };

  it('apply --server-side: a conflict is shown, and forced', async () => {
    expect(await session.feed(configMap('ssa', { a: '1' }), 'apply --server-side -f -')).toBe(
      'configmap/ssa serverside-applied\n',
    );
    await session.run('patch configmap ssa --field-manager=someone -p', '{"data":{"a":"2"}}');
    const refused = await session.result(['apply', '--server-side', '-f', '-'], {
      input: configMap('ssa', { a: '3' }),
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^error: Apply failed with 1 conflict: conflict with "someone" using v1: \.data\.a\n/,
    );
    expect(await session.feed(configMap('ssa', { a: '3' }), 'apply --server-side --force-conflicts -f -')).toBe(
      'configmap/ssa serverside-applied\n',
    );
    expect(await session.run('get configmap ssa -o', 'jsonpath={.data.a}')).toBe('3');
    expect(await managers('configmap ssa')).toEqual(['kubectl Apply']);
  });

  it('apply, then apply --server-side: the fields move to the new manager', async () => {
    await session.feed(configMap('moved', { a: '1', b: '1' }), 'apply -f -');
    expect(await managers('configmap moved')).toEqual(['kubectl-client-side-apply Update']);
    await session.feed(configMap('moved', { a: '2' }), 'apply --server-side -f -');
    expect(await session.run('get configmap moved -o', 'jsonpath={.data}')).toBe('{"a":"2"}');
    expect(await managers('configmap moved')).toContain('kubectl Apply');
  });

  it('apply and diff', async () => {
    await session.feed(deployment('differs', 'app:1'), 'apply -f -');
    expect(await session.feed(deployment('differs', 'app:1'), 'apply -f -')).toBe(
      'deployment.apps/differs unchanged\n',
    );
    for (const how of ['', ' --server-side']) {
      const shown = await session.result(['diff', ...how.trim().split(' ').filter(Boolean), '-f', '-'], {
        input: deployment('differs', 'app:2'),
        // So that no colours or pagers of this machine come in.
        environment: { KUBECTL_EXTERNAL_DIFF: 'diff -u' },
      });
      expect(shown.code, shown.stderr).toBe(1);
      expect(shown.stdout).toMatch(/^-\s+- image: app:1\n\+\s+- image: app:2$/m);
    }
    expect(await session.feed(deployment('differs', 'app:2'), 'apply -f -')).toBe(
      'deployment.apps/differs configured\n',
    );
  });

  it('edit, of the object and of its status', async () => {
    await session.feed(deployment('edited', 'app:1', 'paused: true'), 'apply -f -');
    const edit = (command: string, subresource: string) =>
      session.result(
        ['edit', 'deployment', 'edited', ...(subresource === '' ? [] : [`--subresource=${subresource}`])],
        {
          environment: { KUBE_EDITOR: command },
        },
      );
    expect((await edit('sed -i s/app:1/app:2/', '')).stdout).toBe('deployment.apps/edited edited\n');
    expect(await session.run('get deployment edited -o', 'jsonpath={..image}')).toBe('app:2');
    const status = await edit("sed -i 's/^status:.*/status:\\n  collisionCount: 7/'", 'status');
    expect(status.stdout, status.stderr).toMatch(/edited\n$/);
    expect(
      await session.run('get deployment edited --subresource=status -o', 'jsonpath={.status.collisionCount}'),
    ).toBe('7');
  });

  it('replace, and its conflict', async () => {
    await session.feed(configMap('replaced', { a: '1' }), 'create -f -');
    const old = await session.run('get configmap replaced -o json');
    expect(await session.feed(configMap('replaced', { b: '1' }), 'replace -f -')).toBe('configmap/replaced replaced\n');
    const conflict = await session.result(['replace', '-f', '-'], { input: old });
    expect(conflict.stderr).toMatch(/the object has been modified; please apply your changes to the latest version/);
    expect(await session.feed(configMap('replaced', { c: '1' }), 'replace --force -f -')).toMatch(
      /configmap\/replaced replaced\n$/,
    );
  });

  it('patch: strategic, merge, JSON, and of subresources', async () => {
    await session.feed(deployment('patched', 'app:1', 'paused: true'), 'apply -f -');
    const patch = (type: string, body: string, ...more: string[]) =>
      session.run(`patch deployment patched --type=${type} -p`, body, ...more);
    const image = () => session.run('get deployment patched -o', 'jsonpath={..image}');
    await patch('strategic', '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}');
    expect((await image()).split(' ').sort()).toEqual(['app:1', 'side:1']);
    await patch('merge', '{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"app:2"}]}}}}');
    expect(await image()).toBe('app:2');
    await patch('json', '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"app:3"}]');
    expect(await image()).toBe('app:3');
    expect(await patch('merge', '{"spec":{"replicas":1}}')).toBe('deployment.apps/patched patched (no change)\n');
    await patch('merge', '{"spec":{"replicas":3}}', '--subresource=scale');
    expect(await session.run('get deployment patched -o', 'jsonpath={.spec.replicas}')).toBe('3');
    await patch('merge', '{"status":{"collisionCount":3}}', '--subresource=status');
    expect(await session.run('get deployment patched -o', 'jsonpath={.status.collisionCount}')).toBe('3');
  });

  it('get in chunks, by selectors, as it was asked', async () => {
    const items = Array.from({ length: 12 }, (_, n) => configMap(`c${n}`, {}, { set: 'chunks', odd: String(n % 2) }));
    await session.feed(`{"apiVersion":"v1","kind":"List","items":[${items.join(',')}]}`, 'create -f -');
    const whole = await session.run('get configmaps -l set=chunks -o name');
    expect(whole.split('\n')).toHaveLength(13);
    expect(await session.run('get configmaps -l set=chunks -o name --chunk-size=5')).toBe(whole);
    const traced = await session.result(['get', 'configmaps', '-l', 'set=chunks', '--chunk-size=5', '-v=6']);
    expect(traced.stderr.match(/limit=5/g)).toHaveLength(3);
    expect((await session.rows('get configmaps -l set=chunks,odd=1')).length).toBe(6);
    expect((await session.rows('get configmaps --field-selector=metadata.name=c3')).map(([name]) => name)).toEqual([
      'c3',
    ]);
  });

  it('get -w --output-watch-events', async () => {
    await session.feed(configMap('before', {}, { watched: 'yes' }), 'apply -f -');
    const watching = session.follow('get configmaps -l watched=yes -w --output-watch-events');
    const only = session.follow('get configmaps -l watched=yes --watch-only -o name');
    const of = (lines: readonly string[], name: RegExp) => lines.filter((line) => name.test(line));
    try {
      // Both watch once they have told of what was there, or of a change to it.
      let changes = 0;
      const change = () => session.run(`annotate configmap before --overwrite change=${changes++}`);
      await expect.poll(async () => (await change(), only.lines.length), { timeout: 10_000 }).toBeGreaterThan(0);
      await expect.poll(() => watching.lines.length, { timeout: 10_000 }).toBeGreaterThan(1);
      await session.feed(configMap('w', { a: '1' }, { watched: 'yes' }), 'apply -f -');
      await session.run('patch configmap w -p', '{"data":{"b":"2"}}');
      await session.run('label configmap w watched=no --overwrite');
      const seen = () => of(watching.lines, /^\w+ +w /).map((line) => line.split(/\s+/).slice(0, 3).join(' '));
      await expect.poll(seen, { timeout: 10_000 }).toEqual(['ADDED w 1', 'MODIFIED w 2', 'DELETED w 2']);
      expect(watching.lines[0]).toMatch(/^EVENT +NAME +DATA +AGE$/);
      await expect
        .poll(() => of(only.lines, /^configmap\/w$/), { timeout: 10_000 })
        .toEqual(Array(3).fill('configmap/w'));
    } finally {
      await watching.stop();
      await only.stop();
    }
  });

  it('delete in all its forms', async () => {
    const make = async (...names: string[]): Promise<void> => {
      for (const name of names) await session.feed(configMap(name, {}, { gone: 'soon' }), 'apply -f -');
    };
    await make('d1', 'd2', 'd3', 'd4');
    expect(await session.run('delete configmap d1')).toMatch(/^configmap "d1" deleted/);
    expect(await session.run('delete configmap d1 --ignore-not-found')).toBe('');
    expect(await session.fail('delete configmap d1')).toBe('Error from server (NotFound): configmaps "d1" not found\n');
    expect(await session.feed(configMap('d2', {}), 'delete -f -')).toMatch(/^configmap "d2" deleted/);
    expect(await session.run('delete configmap d3 --dry-run=server')).toMatch(
      /^configmap "d3" deleted.*\(server dry run\)/,
    );
    expect(await session.run('get configmap d3 -o name')).toBe('configmap/d3\n');
    expect(await session.run('delete configmaps -l gone=soon --wait=false')).toMatch(/"d3" deleted[^]*"d4" deleted/);

    const pod = (name: string): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: { terminationGracePeriodSeconds: 600, containers: [{ name: 'main', image: 'app:1' }] },
      });
    await session.feed(pod('forced'), 'apply -f -');
    expect(await session.run('delete pod forced --grace-period=0 --force')).toMatch(/^pod "forced" force deleted/);
    await session.feed(pod('now'), 'apply -f -');
    expect(await session.run('delete pod now --now')).toMatch(/^pod "now" deleted/);

    for (const cascade of ['background', 'orphan', 'foreground']) {
      await session.feed(deployment(cascade, 'app:1'), 'apply -f -');
      await session.until(`get replicasets -l app=${cascade} -o name`, /replicaset/);
      await session.run(`delete deployment ${cascade} --cascade=${cascade}`);
      if (cascade === 'orphan') {
        expect(
          await session.run('get replicasets -l app=orphan -o', 'jsonpath={.items[*].metadata.ownerReferences}'),
        ).toBe('');
        await session.run('delete replicasets -l app=orphan');
      } else await session.until(`get replicasets -l app=${cascade} -o name`, (output) => output === '');
    }
    await make('a1', 'a2');
    expect(await session.run('delete configmaps --all')).toMatch(/"a1" deleted[^]*"a2" deleted/);
  });

  it('--dry-run=server changes nothing', async () => {
    const dry = (input: string, line: string) => session.feed(input, `${line} --dry-run=server -f -`);
    expect(await dry(configMap('dry', {}), 'create')).toBe('configmap/dry created (server dry run)\n');
    expect(await dry(configMap('dry', {}), 'apply')).toBe('configmap/dry created (server dry run)\n');
    expect(await dry(configMap('dry', {}), 'apply --server-side')).toBe(
      'configmap/dry serverside-applied (server dry run)\n',
    );
    expect(await session.fail('get configmap dry')).toMatch(/NotFound/);
    await session.feed(configMap('dry', { a: '1' }), 'create -f -');
    const before = await session.run('get configmap dry -o json');
    await dry(configMap('dry', { a: '2' }), 'replace');
    await session.run('patch configmap dry --dry-run=server -p', '{"data":{"a":"3"}}');
    await session.run('delete configmap dry --dry-run=server');
    expect(await session.run('get configmap dry -o json')).toBe(before);
  });

  it('--validate=strict, warn, ignore', async () => {
    const wrong = (name: string): string =>
      `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"},"data":{"a":"1"},"bogus":1,"data":{"a":"2"}}`;
    const create = (how: string) => session.result(['create', `--validate=${how}`, '-f', '-'], { input: wrong(how) });
    const strict = await create('strict');
    expect(strict.code).toBe(1);
    expect(strict.stderr).toMatch(/strict decoding error: .*unknown field "bogus"/);
    const warn = await create('warn');
    expect([warn.code, warn.stdout]).toEqual([0, 'configmap/warn created\n']);
    expect(warn.stderr).toMatch(/^Warning: unknown field "bogus"$/m);
    const ignore = await create('ignore');
    expect([ignore.code, ignore.stdout, ignore.stderr]).toEqual([0, 'configmap/ignore created\n', '']);
  });

  it('says what it does with --v=9, also from a file', async () => {
    const file = join(session.directory, 'verbose.json');
    writeFileSync(file, configMap('verbose', {}));
    const { code, stderr } = await session.result(['create', '-f', file, '--v=9']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/curl -v -XPOST/);
    expect(stderr).toMatch(/Response Body/i);
  });
});
