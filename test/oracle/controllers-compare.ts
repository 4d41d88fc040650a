// Compares how a scenario ended with how it was recorded: what is left, object by object, and the events.

import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../src/api/object.ts';
import type { Recorded, ReducedObject } from '../../src/controllers/testing/recorded-actions.ts';
import { asPublished, neutral } from '../../src/controllers/testing/recorded-names.ts';
import { reduce } from '../../src/controllers/testing/reduce.ts';
import type { Api } from '../support/api.ts';
import type { EventObject, Play } from './controllers-play.ts';
import { collectionOf, kindOf, NAMESPACE } from './controllers-play.ts';

/** What the recorder left out of all scenarios, but of those that are about it. */
const MADE_FOR_ALL: ReadonlySet<string> = new Set(['ServiceAccount/default', 'ConfigMap/kube-root-ca.crt']);
const ABOUT_NAMESPACES = /^ns-/;
/** The fork makes it in every namespace. */
const FORKS = 'ConfigMap/openshift-service-ca.crt';

/**
 * Fields that say nothing of how a scenario ends. How often a controller writes on its way there is timing: generations of
 * what controllers write.
 */
const TIMING: Readonly<Record<string, readonly string[]>> = {
  EndpointSlice: ['metadata.generation'],
  ReplicaSet: ['metadata.generation', 'status.observedGeneration'],
};

/** Pods made alike: which of them a controller removes is chance. */
const ALIKE: Readonly<Record<string, RegExp>> = { 'rs-adopt': /\bp[012]\b/g };

/** Which fields the recorder kept, by kind: those that it has of any object of that kind. */
export class RecordedFields {
  readonly #fields = new Map<string, Set<string>>();

  constructor(all: readonly Recorded[]) {
    const saw = (kind: string, keys: readonly string[]) => {
      const fields = this.#fields.get(kind) ?? new Set();
      for (const key of keys) fields.add(key);
      this.#fields.set(kind, fields);
    };
    for (const { trace, final } of all) {
      for (const { kind, changed } of trace) saw(kind, Object.keys(changed));
      for (const object of final) saw(object.kind, Object.keys(object));
    }
  }

  get kinds(): string[] {
    return [...this.#fields.keys()];
  }

  of(object: ReducedObject): ReducedObject {
    const fields = this.#fields.get(object.kind) ?? new Set();
    const kept = Object.entries(object).filter(
      ([key]) => key === 'kind' || key === 'name' || (fields.has(key) && TIMING[object.kind]?.includes(key) !== true),
    );
    return Object.fromEntries(kept) as ReducedObject;
  }
}

/** Every difference; none if the cluster is where the recorded one was. */
export async function compare(recorded: Recorded, api: Api, run: Play, fields: RecordedFields): Promise<string[]> {
  const left = await readAll(recorded, api, fields);
  const ours = left.map((object) => settled(recorded.id, run.names.normal(JSON.stringify(fields.of(reduce(object))))));
  const theirs = recorded.final
    .filter((object) => !isForks(object))
    .map((object) => settled(recorded.id, neutral(JSON.stringify(fields.of(object)))));
  return [...differencesOfObjects(theirs, ours), ...missingEvents(recorded, run)];
}

/** What the recorder would have kept: of cluster-scoped kinds those objects that the scenario made. */
async function readAll({ id, manifests }: Recorded, api: Api, fields: RecordedFields): Promise<KubeObject[]> {
  const made = new Set(manifests.map(({ kind, metadata }) => `${String(kind)}/${(metadata as { name: string }).name}`));
  const all: KubeObject[] = [];
  for (const name of fields.kinds) {
    const kind = kindOf(name);
    const { items = [] } = await api.get(collectionOf(kind));
    for (const item of items) {
      const object = { ...(item as unknown as KubeObject), kind: name };
      const key = `${name}/${object.metadata.name}`;
      if (!ABOUT_NAMESPACES.test(id) && (MADE_FOR_ALL.has(key) || name === 'Namespace')) continue;
      if (!kind.namespaced && !made.has(key) && key !== `Namespace/${NAMESPACE}`) continue;
      all.push(object);
    }
  }
  return all;
}

function isForks({ kind, name }: ReducedObject): boolean {
  return `${kind}/${name}` === FORKS;
}

/** A reduced object without what is chance: on which of several nodes alike it is, which address it got, the order of maps. */
function settled(id: string, text: string): ReducedObject {
  const neutralized = text
    .replaceAll(/"\d+\.\d+\.\d+\.\d+\/24"/g, '"<podCIDR>"')
    .replaceAll(/"10\.244\.\d+\.\d+"/g, '"<podIP>"')
    .replaceAll(/"10\.96\.\d+\.\d+"/g, '"<clusterIP>"')
    .replaceAll(/"nodePort":\d+/g, '"nodePort":"<nodePort>"')
    .replaceAll(/\bob-([km])-\d\b/g, 'ob-$1')
    .replaceAll(/"z[012]"/g, '"z"');
  return ordered(JSON.parse(ofAlike(id, neutralized))) as ReducedObject;
}

/** Without nulls; conditions, endpoints and addresses in one order. */
function ordered(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => ordered(item));
    if (!UNORDERED.has(key)) return items;
    return items
      .map((item) => [JSON.stringify(item), item] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, item]) => item);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, ordered(item, name)]),
  );
}
const UNORDERED: ReadonlySet<string> = new Set([
  'status.conditions',
  'endpoints',
  'addresses',
  'notReadyAddresses',
  'subsets',
  'ports',
  'metadata.finalizers',
]);

function differencesOfObjects(theirs: readonly ReducedObject[], ours: readonly ReducedObject[]): string[] {
  const keyOf = ({ kind, name }: ReducedObject) => `${kind}/${name}`;
  const differences: string[] = [];
  const recorded = Map.groupBy(theirs, keyOf);
  const actual = Map.groupBy(ours, keyOf);
  for (const key of new Set([...recorded.keys(), ...actual.keys()])) {
    const expected = [...(recorded.get(key) ?? [])];
    const unmatched = (actual.get(key) ?? []).filter((object) => {
      const at = expected.findIndex((other) => isDeepStrictEqual(other, object));
      if (at >= 0) expected.splice(at, 1);
      return at < 0;
    });
    for (const object of unmatched) {
      const other = expected.shift();
      if (other === undefined) differences.push(`${key}: should not be there`);
      else differences.push(...differencesOf(key, other, object));
    }
    for (const _ of expected) differences.push(`${key}: is not there`);
  }
  return differences;
}

function differencesOf(key: string, theirs: ReducedObject, ours: ReducedObject): string[] {
  const fields = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  return [...fields]
    .filter((field) => !isDeepStrictEqual(theirs[field], ours[field]))
    .map((field) => `${key} ${field}: ${JSON.stringify(ours[field])} instead of ${JSON.stringify(theirs[field])}`);
}

/** Recorded events that are not among ours. The other way round proves nothing: the recorded controllers limit their rate. */
function missingEvents(recorded: Recorded, { events, names }: Play): string[] {
  const alike = (text: string) => ofAlike(recorded.id, ofAnyNode(text));
  const ours = new Set([...events.values()].map((event) => alike(names.normal(told(event)))));
  const theirs = new Set(recorded.events.map((event) => alike(neutral(told(event)))));
  return [...theirs].filter((event) => !ours.has(event)).map((event) => `no event ${event}`);
}

function told({ type, reason, message, involvedObject: { kind, name } }: EventObject): string {
  return `${type} ${reason} ${kind}/${name} ${spelled(message)}`;
}

/** Of many similar events the recorder's server joined the last into one, under this prefix. */
function spelled(message: string): string {
  return asPublished(message.replace(/^\(combined from similar events\): /, ''));
}

function ofAnyNode(text: string): string {
  return text.replaceAll(/\bob-([km])-\d\b/g, 'ob-$1');
}

function ofAlike(id: string, text: string): string {
  const names = ALIKE[id];
  return names === undefined ? text : text.replaceAll(names, 'p');
}
