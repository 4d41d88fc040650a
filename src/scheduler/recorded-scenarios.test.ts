// Recorded runs of a real scheduler on six nodes. Ties are broken at random there: a recorded node must be one that this
// scheduler may choose, too. Texts must be the same.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { persistentVolumeClaim } from '../api/core/v1/persistent-volume-claim.ts';
import { persistentVolume } from '../api/core/v1/persistent-volume.ts';
import type { StrategyContext } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import type { ResourceName } from '../api/resources.ts';
import { storageClass } from '../api/storage/v1/storage-class.ts';
import type { Node, Pod } from '../api/types/core-v1.ts';
import { persistentVolumeBinder } from '../controllers/persistentvolume/persistent-volume-binder.ts';
import type { Component } from '../controllers/runtime/component.ts';
import { FakeCluster } from '../controllers/testing/fake-cluster.ts';
import { must } from '../controllers/testing/objects.ts';
import { clone } from '../lib/json.ts';
import { seededRandom } from '../lib/random.ts';
import { Scheduler } from './scheduler.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly value?: number;
  readonly preemptionPolicy?: string;
  readonly overhead?: { readonly podFixed: Record<string, string> };
  readonly scheduling?: { nodeSelector?: Record<string, string>; tolerations?: (Pod['spec'] & object)['tolerations'] };
}

interface Recorded {
  readonly id: string;
  readonly title: string;
  readonly plugin: string;
  readonly manifests: { readonly setup: readonly Manifest[]; readonly test: readonly Manifest[] };
  readonly actions: readonly string[];
  readonly result: Readonly<
    Record<
      string,
      { nodeName: string | null; podScheduled: { status: string; reason?: string; message?: string } | null }
    >
  >;
  readonly nodes_seen: ReadonlyArray<Readonly<Record<string, string | null>>>;
  readonly events: ReadonlyArray<{ readonly reason: string; readonly message: string }>;
}

const FOLDER = new URL('../../../shared/oracle/behaviour/', import.meta.url);
const NAMESPACE = 'oracle-beh-ns';
/** Of these, those that end without a victim need no preemption. */
const WITHOUT_VICTIMS: ReadonlySet<string> = new Set(['pre-never', 'pre-no-help', 'pre-same']);
const STORAGE: Readonly<Record<string, ResourceName>> = {
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  StorageClass: 'storageclasses.storage.k8s.io',
};
/** There the pod was looked at before its claim was bound, here never. */
const RACED: ReadonlySet<string> = new Set(['vol-zone-bound', 'vol-rwop']);
const UNBOUND = 'pod has unbound immediate PersistentVolumeClaims';
/** Actions on a pod that waits already. */
const LATER = /^(uncordon|label|delete|patch) /;
const CORDONED = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
/** How many times each scenario runs, each time breaking ties another way. */
const NODES = 6;

/** What a scenario needs that is not built; undefined: nothing. */
function missing({ id, plugin, manifests }: Recorded): string | undefined {
  if (plugin === 'DefaultPreemption') return WITHOUT_VICTIMS.has(id) ? undefined : 'preemption';
  const text = JSON.stringify(manifests);
  if (text.includes('podAffinity') || text.includes('podAntiAffinity')) return 'InterPodAffinity';
  return text.includes('topologySpreadConstraints') ? 'PodTopologySpread' : undefined;
}

/** Defaults, and the state in which volumes begin. */
function prepare(object: KubeObject): void {
  const kind = [persistentVolume, persistentVolumeClaim, storageClass].find((each) => each.kind === object.kind);
  kind?.setDefaults?.(object);
  kind?.prepareForCreate?.(object, { now: 0 } as StrategyContext);
}

function load(): { nodes: Node[]; scenarios: Recorded[] } {
  if (!existsSync(FOLDER)) {
    if (process.env['CI'] === 'true') throw new Error('the recorded scenarios must be there under CI');
    console.warn('skipped: no recorded scenarios beside the repository');
    return { nodes: [], scenarios: [] };
  }
  const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8').trim();
  return {
    nodes: JSON.parse(read('scheduler-nodes.json')) as Node[],
    scenarios: read('scheduler.jsonl')
      .split('\n')
      .map((line) => JSON.parse(line) as Recorded),
  };
}

const { nodes, scenarios } = load();
const skipped = new Map<string, number>();
for (const scenario of scenarios) {
  const what = missing(scenario);
  if (what !== undefined) skipped.set(what, (skipped.get(what) ?? 0) + 1);
}
if (skipped.size > 0) {
  console.warn(
    `recorded scheduler scenarios skipped: ${[...skipped].map(([what, n]) => `${n} need ${what}`).join(', ')}`,
  );
}

class Run {
  readonly cluster: FakeCluster;
  readonly #setup: readonly Manifest[];

  constructor({ manifests }: Recorded, pick: number) {
    const random = { ...seededRandom(1), next: () => pick / NODES };
    this.cluster = new FakeCluster({
      controllers: [persistentVolumeBinder],
      components: () => [steered(new Scheduler(), random.next)],
      prepare,
    });
    this.#setup = manifests.setup;
    for (const node of nodes) must(this.cluster.client.create('nodes', clone(node)));
    this.#make(manifests.setup);
  }

  play({ manifests, actions }: Recorded): void {
    for (const action of actions) if (!LATER.test(action)) this.#act(action);
    this.#make(manifests.test);
    // The recorder waited until nothing moved, longer than any backoff.
    this.cluster.advance(15_000);
    for (const action of actions) if (LATER.test(action)) this.#act(action);
    this.cluster.advance(15_000);
  }

  pod(name: string): Pod | undefined {
    return this.cluster.client.get('pods', NAMESPACE, name);
  }

  #make(manifests: readonly Manifest[]): void {
    for (const manifest of manifests) {
      const resource = STORAGE[manifest.kind];
      if (resource !== undefined) {
        const object = clone(manifest) as unknown as KubeObject;
        if (manifest.kind === 'PersistentVolumeClaim') object.metadata.namespace = NAMESPACE;
        must(this.cluster.client.create(resource, object));
        this.cluster.settle();
      }
      if (manifest.kind !== 'Pod') continue;
      const pod = clone(manifest) as unknown as Pod;
      pod.metadata.namespace = NAMESPACE;
      this.#admit(pod);
      must(this.cluster.client.create('pods', pod));
      this.cluster.settle();
    }
  }

  /** What admission takes from the classes that a pod names. */
  #admit({ spec }: Pod): void {
    if (spec === undefined) return;
    const find = (name: string | undefined) => this.#setup.find(({ metadata }) => metadata.name === name);
    const priority = find(spec.priorityClassName);
    const runtime = find(spec.runtimeClassName);
    if (priority?.value !== undefined) spec.priority = priority.value;
    if (priority?.preemptionPolicy !== undefined) spec.preemptionPolicy = priority.preemptionPolicy;
    if (runtime?.overhead !== undefined) spec.overhead = runtime.overhead.podFixed;
    const { nodeSelector, tolerations } = runtime?.scheduling ?? {};
    if (nodeSelector !== undefined) spec.nodeSelector = { ...spec.nodeSelector, ...nodeSelector };
    if (tolerations !== undefined) spec.tolerations = [...(spec.tolerations ?? []), ...tolerations];
  }

  #act(action: string): void {
    const [verb = '', kind = '', name = '', text = ''] = action.split(' ');
    if (verb === 'cordon') this.#cordon(kind);
    else if (verb === 'uncordon') this.#uncordon(kind);
    else if (verb === 'taint') {
      const [key = '', effect = ''] = text.split(':');
      this.#change('nodes', name, (node) => (specOf(node)['taints'] = [{ key, effect }]));
    } else if (verb === 'label') {
      const [key = '', value = ''] = text.split('=');
      this.#change('nodes', name, ({ metadata }) => (metadata.labels = { ...metadata.labels, [key]: value }));
    } else if (verb === 'delete') must(this.cluster.client.delete('pods', NAMESPACE, name, { gracePeriodSeconds: 0 }));
    else if (action === 'patch pod p: remove spec.schedulingGates') {
      this.#change('pods', 'p', (pod) => delete specOf(pod)['schedulingGates']);
    } else throw new Error(`unknown action: ${action}`);
    this.cluster.settle();
  }

  /** With the taint that the node lifecycle controller adds and, a little later, takes away. */
  #cordon(name: string): void {
    this.#change('nodes', name, (node) => {
      specOf(node)['unschedulable'] = true;
      specOf(node)['taints'] = [...((node as Node).spec?.taints ?? []), CORDONED];
    });
  }

  #uncordon(name: string): void {
    this.#change('nodes', name, (node) => delete specOf(node)['unschedulable']);
    this.cluster.advance(15_000);
    this.#change('nodes', name, (node) => delete specOf(node)['taints']);
  }

  #change(resource: ResourceName & ('nodes' | 'pods'), name: string, change: (object: Node | Pod) => void): void {
    const object = clone(this.cluster.client.get(resource, resource === 'pods' ? NAMESPACE : '', name)) as Node | Pod;
    change(object);
    must(this.cluster.client.update(resource, object as never));
  }
}

function specOf(object: Node | Pod): Record<string, unknown> {
  return (object.spec ??= {} as never) as Record<string, unknown>;
}

function steered(scheduler: Scheduler, next: () => number): Component {
  const { name, eventSource, resources } = scheduler;
  return {
    name,
    eventSource,
    resources,
    start: (context) => scheduler.start({ ...context, random: { ...context.random, next } }),
    observe: (change, context) => scheduler.observe(change, context),
    step: (context) => scheduler.step(context),
    nextDue: () => scheduler.nextDue(),
  };
}

describe('recorded scenarios', () => {
  it.each(
    scenarios.filter((scenario) => missing(scenario) === undefined).map((item) => [item.id, item.title, item] as const),
  )('%s: %s', (_, __, recorded) => {
    const runs = Array.from({ length: NODES }, (_, pick) => new Run(recorded, pick));
    for (const run of runs) run.play(recorded);
    for (const [name, { nodeName, podScheduled }] of Object.entries(recorded.result)) {
      const chosen = new Set(runs.map((run) => run.pod(name)?.spec?.nodeName ?? null));
      const seen = recorded.nodes_seen.map((nodes) => nodes[name] ?? null).filter((node) => node !== null);
      for (const node of [...seen, nodeName]) expect(chosen).toContain(node);
      const found = runs[0]?.pod(name)?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
      if (podScheduled === null) expect(found).toBeUndefined();
      else expect(found).toMatchObject(podScheduled);
    }
    const texts = new Set(runs.flatMap(({ cluster }) => cluster.events.map(({ message }) => message)));
    for (const { reason, message } of recorded.events)
      if (reason.endsWith('Scheduling') && !(RACED.has(recorded.id) && message.includes(UNBOUND)))
        expect(texts).toContain(message);
  });
});
