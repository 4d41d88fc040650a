// Generated names, and the placeholders that stand for them in recorded scenarios: `web-<rs1>-<pod2>`.
//
// Numbers are given in the order in which things are made, so that what is seen here has to be seen in that order (but for
// ReplicaSets of different names, whose order the record tells). Which of several pods alike is `<pod2>` is chance: numbers of
// pods are dropped when outcomes are compared.

import type { KubeObject } from '../../api/object.ts';
import type { Recorded } from './recorded-actions.ts';

export class RecordedNames {
  /** Of ReplicaSets, by number less one. */
  readonly #hashes: string[] = [];
  /** Which ReplicaSets the record has, by number less one: `web` of `web-<rs1>`. */
  readonly #sets: string[] = [];
  readonly #revisions: string[] = [];
  readonly #schedules: string[] = [];
  /** In the order in which they were made. */
  readonly #pods: string[] = [];
  /** Generated names of any kind, and what they were generated from. */
  readonly #generated = new Map<string, { readonly kind: string; readonly prefix: string }>();
  /** Recorded names of pods, and ours. */
  readonly #bound = new Map<string, string>();

  constructor({ trace }: Pick<Recorded, 'trace'>) {
    for (const { kind, name } of trace) {
      const found = /^(.*)-<rs(\d+)>$/.exec(name);
      if (kind === 'ReplicaSet' && found !== null) this.#sets[Number(found[2]) - 1] = found[1] ?? '';
    }
  }

  /** Tells of a new object. */
  saw({ kind, metadata: { name, generateName, labels } }: KubeObject): void {
    if (kind === 'ReplicaSet') this.#sawSet(name, labels?.['pod-template-hash']);
    if (kind === 'ControllerRevision') add(this.#revisions, /-([a-z0-9]+)$/.exec(name)?.[1]);
    if (kind === 'Job') add(this.#schedules, /-(\d{8})$/.exec(name)?.[1]);
    // Pods of a StatefulSet have a generateName, but their names are their own.
    if (generateName === undefined || labels?.['statefulset.kubernetes.io/pod-name'] === name) return;
    this.#generated.set(name, { kind, prefix: generateName });
    if (kind === 'Pod') add(this.#pods, name);
  }

  #sawSet(name: string, hash: string | undefined): void {
    if (hash === undefined || this.#hashes.includes(hash)) return;
    const at = this.#sets.findIndex((set, index) => this.#hashes[index] === undefined && name === `${set}-${hash}`);
    this.#hashes[at < 0 ? Math.max(this.#hashes.length, this.#sets.length) : at] = hash;
  }

  /** With our names for placeholders, but for those of pods. */
  real(text: string): string {
    return text
      .replaceAll(/<rs(\d+)>/g, (whole, number: string) => this.#hashes[Number(number) - 1] ?? whole)
      .replaceAll(/<rev(\d+)>/g, (whole, number: string) => this.#revisions[Number(number) - 1] ?? whole)
      .replaceAll(/<sched(\d+)>/g, (whole, number: string) => this.#schedules[Number(number) - 1] ?? whole);
  }

  /** Our name of the pod `web-<rs1>-<pod2>`: from then on always the same. Undefined while it is not there. */
  pod(recorded: string): string | undefined {
    const found = /^(.*)<pod(\d+)>$/.exec(recorded);
    if (found === null) return recorded;
    const known = this.#bound.get(recorded);
    if (known !== undefined) return known;
    const [, start = '', number] = found;
    const prefix = this.real(start);
    const taken = new Set(this.#bound.values());
    const fits = (name: string) => !taken.has(name) && this.#generated.get(name)?.prefix === prefix;
    const numbered = this.#pods[Number(number) - 1];
    const name = numbered !== undefined && fits(numbered) ? numbered : this.#pods.find(fits);
    if (name !== undefined) this.#bound.set(recorded, name);
    return name;
  }

  /** Our text as `neutral` makes the recorded one. */
  normal(text: string): string {
    let normal = text;
    for (const [name, { kind, prefix }] of this.#generated) {
      if (normal.includes(name)) {
        normal = normal.replaceAll(name, `${prefix}${kind === 'EndpointSlice' ? '<eps>' : '<pod>'}`);
      }
    }
    const replace = (names: readonly string[], what: string) => {
      for (const [index, name] of names.entries()) {
        // Two ReplicaSets of the record may have to be made yet.
        if ((name as string | undefined) !== undefined)
          normal = normal.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `<${what}${index + 1}>`);
      }
    };
    replace(this.#hashes, 'rs');
    replace(this.#revisions, 'rev');
    replace(this.#schedules, 'sched');
    return normal
      .replaceAll(/(pods \\?".*?-)[a-z0-9]{5}(\\?" is forbidden)/g, '$1<refused>$2')
      .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>')
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
      .replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":"<rv>"');
  }
}

/** A recorded text without the numbers of what has a random name: they say only in which order the recording met it. */
export function neutral(text: string): string {
  return text.replaceAll(/<(pod|uid|eps|podIP|clusterIP)\d+>/g, '<$1>');
}

function add(list: string[], item: string | undefined): void {
  if (item !== undefined && !list.includes(item)) list.push(item);
}

/** The recorded server is a fork, which writes `Create Pod` in events of StatefulSets where upstream writes `create Pod`. */
export function asPublished(message: string): string {
  return message.replace(/^(Create|Delete)(?= (Pod|Claim) .* in StatefulSet )/, (verb) => verb.toLowerCase());
}
