// Recorded runs of a real control plane about claims and volumes: what is left at the end, and what was told.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { persistentVolumeClaim } from '../api/core/v1/persistent-volume-claim.ts';
import { persistentVolume } from '../api/core/v1/persistent-volume.ts';
import { pod } from '../api/core/v1/pod.ts';
import type { StrategyContext } from '../api/kind.ts';
import type { ResourceName } from '../api/resources.ts';
import { storageClass } from '../api/storage/v1/storage-class.ts';
import { persistentVolumeBinder } from '../controllers/persistentvolume/persistent-volume-binder.ts';
import { pvProtectionController } from '../controllers/storageprotection/pv-protection-controller.ts';
import { pvcProtectionController } from '../controllers/storageprotection/pvc-protection-controller.ts';
import { FakeCluster } from '../controllers/testing/fake-cluster.ts';
import { fakeKubelet } from '../controllers/testing/fake-kubelet.ts';
import { aNode, must } from '../controllers/testing/objects.ts';
import { formatTime } from '../lib/clock.ts';
import { clone, isObject } from '../lib/json.ts';
import { Scheduler } from './scheduler.ts';

interface Recorded {
  readonly id: string;
  readonly title: string;
  readonly manifests: readonly KubeObject[];
  readonly actions: readonly string[];
  readonly final: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly events: ReadonlyArray<{ reason: string; message: string; involvedObject: { kind: string; name: string } }>;
}

const FILE = new URL('../../../shared/oracle/behaviour/controllers.jsonl', import.meta.url);
const NAMESPACE = 'oracle-beh-ns';
const IDS = [
  'pv-static',
  'pvc-wffc',
  'pvc-unbound',
  'pvc-protection',
  'pv-protection',
  'pvc-lost',
  'pv-prebound',
  'pv-reclaim',
];
const KINDS = [persistentVolume, persistentVolumeClaim, pod, storageClass] as const;
const FINALIZERS: Readonly<Record<string, string>> = {
  PersistentVolume: 'kubernetes.io/pv-protection',
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
};

function load(): Recorded[] {
  if (!existsSync(FILE)) {
    if (process.env['CI'] === 'true') throw new Error('the recorded scenarios must be there under CI');
    console.warn('skipped: no recorded scenarios beside the repository');
    return [];
  }
  const lines = readFileSync(FILE, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Recorded).filter(({ id }) => IDS.includes(id));
}

function resourceOf(kindName: string): ResourceName {
  const kind = KINDS.find((each) => each.kind === kindName);
  if (kind === undefined) throw new Error(`no kind ${kindName}`);
  return (kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`) as ResourceName;
}

function namespaceOf(kind: string): string {
  return kind === 'Pod' || kind === 'PersistentVolumeClaim' ? NAMESPACE : '';
}

function play({ manifests, actions }: Recorded): FakeCluster {
  const cluster = new FakeCluster({
    controllers: [
      persistentVolumeBinder,
      pvcProtectionController,
      pvProtectionController,
      fakeKubelet({ node: () => undefined }),
    ],
    components: () => [new Scheduler()],
    prepare(object) {
      const kind = KINDS.find((each) => each.kind === object.kind);
      kind?.setDefaults?.(object);
      kind?.prepareForCreate?.(object, { now: cluster.now } as StrategyContext);
      const finalizer = FINALIZERS[object.kind];
      if (finalizer !== undefined) object.metadata.finalizers = [finalizer];
    },
  });
  const { client } = cluster;
  for (let n = 0; n < 5; n++) {
    const node = must(client.create('nodes', aNode(`ob-k-${n}`)));
    must(client.updateStatus('nodes', { ...node, status: { allocatable: { cpu: '64', pods: '110' } } }));
  }
  let next = 0;
  for (const action of actions) {
    const [verb = '', subject = '', ...rest] = action.split(' ');
    const [kind = '', name = ''] = subject.split('/');
    if (verb === 'create') {
      const object = clone(manifests[next++] as KubeObject);
      if (namespaceOf(kind) !== '') object.metadata.namespace = NAMESPACE;
      must(client.create(resourceOf(kind), object as never));
    } else if (verb === 'delete') must(client.delete(resourceOf(kind), namespaceOf(kind), name));
    else if (verb === 'patch' && rest.join(' ').endsWith('{"metadata": {"finalizers": null}}')) {
      const object = clone(client.get(resourceOf(kind), namespaceOf(kind), name) as KubeObject);
      delete object.metadata.finalizers;
      must(client.update(resourceOf(kind), object as never));
    } else throw new Error(`unknown action: ${action}`);
    // The recorder let its next object come a little later, but did not wait for the pod to start.
    cluster.settle();
    cluster.advance(2000);
  }
  cluster.advance(15_000);
  return cluster;
}

/** `spec.volumeName`, as the recorder names fields; of pods nothing but their phase counts here. */
function flat(object: KubeObject): Record<string, unknown> {
  const { kind, metadata, spec, status } = object as KubeObject & { spec?: object; status?: object };
  const fields: Record<string, unknown> = { kind, name: metadata.name };
  if (kind === 'Pod') return { ...fields, 'status.phase': (status as { phase?: string }).phase };
  const { annotations, finalizers } = metadata;
  for (const [part, value] of Object.entries({ metadata: { annotations, finalizers }, spec, status })) {
    for (const [key, item] of Object.entries(value ?? {})) if (item !== undefined) fields[`${part}.${key}`] = item;
  }
  return fields;
}

function ofPod(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (fields['kind'] !== 'Pod') return fields;
  return { kind: 'Pod', name: fields['name'], 'status.phase': fields['status.phase'] };
}

/** With placeholders for what differs from run to run. */
function neutral(value: unknown, key = ''): unknown {
  if (key === 'uid') return '<uid>';
  if (key === 'resourceVersion') return '<rv>';
  if (key.endsWith('lastPhaseTransitionTime')) return '<time>';
  if (Array.isArray(value)) return value.map((item) => neutral(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, neutral(item, name)]));
}

const byName = (a: Record<string, unknown>, b: Record<string, unknown>): number =>
  `${String(a['kind'])}/${String(a['name'])}` < `${String(b['kind'])}/${String(b['name'])}` ? -1 : 1;

const recordings = load();

describe.skipIf(recordings.length === 0)('recorded scenarios', () => {
  it('are all there', () => {
    expect(recordings.map(({ id }) => id).toSorted()).toEqual(IDS.toSorted());
  });

  it.each(recordings.map((item) => [item.id, item.title, item] as const))('%s: %s', (id, _, recorded) => {
    const cluster = play(recorded);
    const left = (['persistentvolumeclaims', 'persistentvolumes', 'pods'] as const).flatMap((resource) =>
      cluster.client.list(resource).map((object) => flat(object)),
    );
    const expected = recorded.final.filter(({ kind }) => kind !== 'StorageClass').map(ofPod);
    expect(left.map((item) => neutral(item) as Record<string, unknown>).toSorted(byName)).toEqual(
      expected.map((item) => neutral(item) as Record<string, unknown>).toSorted(byName),
    );
    const told = new Set(cluster.events.map(({ regarding, reason, message }) => `${regarding} ${reason} ${message}`));
    for (const { involvedObject, reason, message } of recorded.events) {
      // Which node it is is chance; that a claim was not bound yet when its pod was looked at, too.
      if (reason === 'Scheduled' || (reason === 'FailedScheduling' && id === 'pvc-protection')) continue;
      expect(told).toContain(`${involvedObject.kind}/${involvedObject.name} ${reason} ${message}`);
    }
    expect(cluster.logs.filter(({ level }) => level === 'error')).toEqual([]);
    expect(formatTime(cluster.settle() ?? cluster.now)).toBe(formatTime(cluster.now));
  });
});
