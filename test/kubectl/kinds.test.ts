// Every kind that has objects goes a round with the real kubectl: create, get in every form, explain, edit, label, annotate,
// describe, apply, delete. What it prints is compared with golden/; `vitest -u` writes that anew: read what it changed.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Kind } from '../../src/api/kind.ts';
import { apiVersionOf } from '../../src/api/kind.ts';
import { KINDS } from '../../src/api/scheme.ts';
import { sharedText } from '../../src/schema/testing/oracle.ts';
import { oldestAndNewest } from '../support/kubectl.ts';
import type { Kubectl, KubectlResult } from '../support/kubectl.ts';
import type { Session } from './session.ts';
import { kubectl, startSession } from './session.ts';
import { columnsOf, entry, normaliseExplanation, normaliseTable, normaliseText } from './transcript.ts';

const FOLDER = fileURLToPath(new URL('kinds/', import.meta.url));
/** Adds one annotation to each object, in whatever depth the editor's file has it. */
const EDITOR = `sed -i 's/^\\( *\\)annotations:$/&\\n\\1  example.com\\/edited: "yes"/'`;
/** What a kind's objects become by themselves; without it a round starts when they are there. */
const SETTLED: Readonly<Record<string, readonly string[]>> = {
  'daemon-set': ['wait', 'daemonset/collector', '--for=jsonpath={.status.observedGeneration}=1', '--timeout=30s'],
  deployment: ['wait', 'deployment/shop', '--for=condition=Available', '--timeout=30s'],
  job: ['wait', 'job/import', '--for=condition=Suspended', '--timeout=30s'],
  node: [
    'wait',
    'node/machine-9',
    '--for=jsonpath={.metadata.annotations.node\\.alpha\\.kubernetes\\.io/ttl}=0',
    '--timeout=30s',
  ],
  'persistent-volume': ['wait', 'pv', 'disk-7', 'disk-8', '--for=jsonpath={.status.phase}=Available', '--timeout=30s'],
  pod: ['wait', 'pod/shop', '--for=condition=Ready', '--timeout=30s'],
  'pod-disruption-budget': ['wait', 'pdb', '--all', '--for=jsonpath={.status.observedGeneration}=1', '--timeout=30s'],
  'resource-quota': ['wait', 'resourcequota', '--all', '--for=jsonpath={.status.hard}', '--timeout=30s'],
  service: ['wait', 'service/shop-outside', '--for=jsonpath={.status.loadBalancer.ingress}', '--timeout=30s'],
  'service-cidr': ['wait', 'servicecidr/spare', '--for=condition=Ready', '--timeout=30s'],
  'replication-controller': [
    'wait',
    'replicationcontroller/old-shop',
    '--for=jsonpath={.status.observedGeneration}=1',
    '--timeout=30s',
  ],
  'replica-set': ['wait', 'replicaset/shop', '--for=jsonpath={.status.availableReplicas}=1', '--timeout=30s'],
};
/** What 1.36 answers, as the recorded tables show, is not what columns.md holds, which is of 1.34. */
const NEWER = ['CSIStorageCapacity', 'ServiceAccount'];
/** They change what kinds, nodes or addresses of Services there are: that would disturb the other rounds. */
const ALONE = ['api-service', 'custom-resource-definition', 'node', 'service-cidr'];
/** Older ones print some kinds in another way. */
const MIN_MINOR = 36;

interface Round {
  readonly name: string;
  readonly kind: Kind;
  readonly manifest: string;
}

const newest = goldenKubectl();
const rounds = readdirSync(FOLDER).map((file): Round => {
  const manifest = readFileSync(join(FOLDER, file), 'utf8');
  const { apiVersion, kind: name } = parseAllDocuments(manifest)[0]?.toJS() as { apiVersion: string; kind: string };
  const kind = KINDS.find((each) => each.kind === name && apiVersionOf(each) === apiVersion);
  if (kind === undefined) throw new Error(`${file}: no kind ${apiVersion} ${name}`);
  return { name: file.replace('.yaml', ''), kind, manifest };
});
const columns = recordedColumns();

function goldenKubectl(): Kubectl | undefined {
  const found = kubectl === undefined ? undefined : oldestAndNewest(kubectl).at(-1);
  if (found === undefined || Number(found.version.split('.')[1]) >= MIN_MINOR) return found;
  console.warn(`rounds skipped: the newest kubectl here is ${found.version}, the golden files are of 1.${MIN_MINOR}`);
  return undefined;
}

/** By kind, in capitals: the columns of `get` and of `get -o wide`. */
function recordedColumns(): Map<string, { narrow: string[]; wide: string[] }> | undefined {
  const text = sharedText('reference/columns.md');
  if (text === undefined) return undefined;
  const rows = [...text.matchAll(/^\| (\w+)[^|]*\| ([^|]+) \| ([^|]+) \|$/gm)];
  return new Map(
    rows.map(([, kind = '', narrow = '', wide = '']) => [kind, { narrow: namesOf(narrow), wide: namesOf(wide) }]),
  );
}

function namesOf(cell: string): string[] {
  const list = cell.replace(/\. Definition order.*/, '').replaceAll(/ [({][^)}]*[)}]/g, '');
  return list === '-' ? [] : list.split(',').map((name) => name.trim().toUpperCase());
}

describe.skipIf(newest === undefined)('rounds', () => {
  let session: Session;

  beforeAll(async () => {
    session = await startSession({ nodes: 1 }, newest);
    const items = rounds.map(({ name }) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `round-${name}` },
    }));
    await session.feed(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'create -f -');
  });

  afterAll(async () => {
    await session?.end();
  });

  const go = async ({
    name,
    kind,
    manifest,
  }: Round): Promise<{ transcript: string; narrow: string[]; wide: string[] }> => {
    const file = join(FOLDER, `${name}.yaml`);
    const namespace = kind.namespaced ? ['-n', `round-${name}`] : [];
    let transcript = '';
    const ask = (args: readonly string[]): Promise<KubectlResult> =>
      session.result([...args, ...namespace], { environment: { KUBE_EDITOR: EDITOR, TZ: 'UTC' } });
    const step = async (
      line: string,
      normalise: (text: string, manifest: string) => string = normaliseText,
    ): Promise<string> => {
      const args = line.split(' ').map((word) => (word === 'FILE' ? file : word));
      const result = await ask(args);
      transcript += entry(line, result, (text) => normalise(text, manifest));
      return result.stdout;
    };
    await step('create --save-config -f FILE');
    const settled = SETTLED[name];
    if (settled !== undefined) expect((await ask(settled)).stderr).toBe('');
    const narrow = columnsOf(await step('get -f FILE', normaliseTable));
    const wide = columnsOf(await step('get -f FILE -o wide', normaliseTable));
    await step('edit -f FILE');
    await step('label -f FILE example.com/labelled=yes');
    await step('annotate -f FILE example.com/annotated=yes');
    await step('get -f FILE -o name');
    await step('get -f FILE -o yaml');
    await step('describe -f FILE --show-events=true');
    await step('apply -f FILE');
    await step(`explain ${kind.resource} --api-version=${apiVersionOf(kind)}`, normaliseExplanation);
    await step('delete -f FILE');
    return { transcript, narrow, wide };
  };

  const check = async (round: Round, { expect }: TestContext): Promise<void> => {
    const { transcript, narrow, wide } = await go(round);
    await expect(transcript).toMatchFileSnapshot(`golden/${round.name}.txt`);
    const recorded = columns?.get(round.kind.kind);
    if (recorded === undefined || NEWER.includes(round.kind.kind)) return;
    expect(narrow).toEqual(recorded.narrow);
    expect(wide.filter((name) => !narrow.includes(name))).toEqual(recorded.wide);
  };

  it('there is one for every kind that has objects', () => {
    const withObjects = KINDS.filter(({ verbs = ['update'] }) => verbs.includes('update'));
    expect(rounds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(withObjects));
  });

  describe.concurrent('together', () => {
    it.for(rounds.filter(({ name }) => !ALONE.includes(name)))('$name', check);
  });

  describe('one after the other', () => {
    it.for(rounds.filter(({ name }) => ALONE.includes(name)))('$name', check);
  });
});
