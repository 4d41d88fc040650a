// What there is, as kubectl tells it: the same as of a real Kubernetes of this version.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oracleRecords, sharedText } from '../../src/schema/testing/oracle.ts';
import { oldestAndNewest } from '../support/kubectl.ts';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

interface Group {
  readonly name: string;
  readonly preferredVersion: { readonly groupVersion: string };
}

interface Recorded {
  readonly argv: readonly string[];
  readonly stdout: string;
}

const newest = kubectl === undefined ? undefined : oldestAndNewest(kubectl).at(-1);
const text = sharedText('oracle/api/discovery.json');
const discovery = text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
const recorded = (oracleRecords<Recorded>('oracle/behaviour/kubectl.jsonl') ?? []).filter(({ argv }) =>
  ['api-resources', 'api-versions'].includes(argv[1] ?? ''),
);

interface Row {
  readonly version: string;
  readonly resource: Resource;
}

/** Every resource in its group's preferred version, in the order of `api-resources`. */
function rows(documents: Record<string, unknown>): Row[] {
  const { groups } = documents['/apis'] as { groups: readonly Group[] };
  const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion).sort()];
  return versions.flatMap((version) => {
    const { resources } = documents[version === 'v1' ? '/api/v1' : `/apis/${version}`] as { resources: Resource[] };
    return resources
      .filter(({ name, verbs }) => !name.includes('/') && verbs.length > 0)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((resource) => ({ version, resource }));
  });
}

/** The cells of a wide row, those that are empty left out. */
function wideCells({ version, resource }: Row): string[] {
  const { name, shortNames = [], namespaced, kind, verbs, categories = [] } = resource;
  return [
    name,
    shortNames.join(','),
    version,
    String(namespaced),
    kind,
    [...verbs].sort().join(','),
    [...categories].sort().join(','),
  ].filter((cell) => cell !== '');
}

const fullName = ({ version, resource }: Row): string =>
  version.includes('/') ? `${resource.name}.${version.split('/')[0]}` : resource.name;

describe.skipIf(newest === undefined)('kubectl api-resources', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1, addOns: false }, newest);
  });

  afterAll(async () => {
    await session?.end();
  });

  describe.skipIf(discovery === undefined)('against the discovery documents', () => {
    const expected = rows(discovery ?? { '/apis': { groups: [] }, '/api/v1': { resources: [] } });

    it('-o wide: every resource, its names, verbs and categories', async () => {
      expect(await session.rows('api-resources -o wide')).toEqual(expected.map(wideCells));
    });

    it('--namespaced, --verbs, --api-group, --categories', async () => {
      const names = async (flags: string): Promise<string[]> =>
        (await session.run(`api-resources -o name ${flags}`)).trimEnd().split('\n');
      const those = (wanted: (row: Row) => boolean): string[] => expected.filter(wanted).map(fullName);
      expect(await names('--namespaced=false --verbs=list')).toEqual(
        those(({ resource }) => !resource.namespaced && resource.verbs.includes('list')),
      );
      expect(await names('--api-group=storage.k8s.io')).toEqual(
        those(({ version }) => version.startsWith('storage.k8s.io/')),
      );
      expect(await names('--api-group=')).toEqual(those(({ version }) => version === 'v1'));
      expect(await names('--categories=all')).toEqual(
        those(({ resource }) => resource.categories?.includes('all') ?? false),
      );
    });

    it('get --raw: the documents themselves', async () => {
      const raw = async (path: string): Promise<unknown> => JSON.parse(await session.run(`get --raw ${path}`));
      expect(await raw('/apis')).toEqual(discovery?.['/apis']);
      for (const path of ['/apis/apps', '/apis/autoscaling']) expect(await raw(path)).toEqual(discovery?.[path]);
    });
  });

  describe('as recorded', () => {
    it.for(recorded)('$argv', async ({ argv, stdout }) => {
      expect(await session.run('', ...argv.slice(1))).toBe(stdout);
    });
  });

  it('get all: the kinds of that category, in the order of the groups', async () => {
    await session.run('create deployment shop --image=example.com/web:1');
    await session.run('rollout status deployment/shop --timeout=30s');
    await session.run('create cronjob report --image=example.com/report:1', '--schedule=0 0 1 1 *');
    await session.run('autoscale deployment shop --max=3');
    await session.run('create configmap settings --from-literal=a=b');
    const names = (await session.run('get all -o name')).trimEnd().split('\n');
    expect(names.map((name) => name.replace(/-[\w-]+$/, ''))).toEqual([
      'pod/shop',
      'service/kubernetes',
      'deployment.apps/shop',
      'replicaset.apps/shop',
      'horizontalpodautoscaler.autoscaling/shop',
      'cronjob.batch/report',
    ]);
    const blocks = (await session.run('get all')).split('\n\n');
    expect(blocks.map((block) => block.split(/\s+/)[0])).toEqual(Array(6).fill('NAME'));
  });
});
