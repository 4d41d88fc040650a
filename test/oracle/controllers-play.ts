// Plays one recorded controller scenario against a cluster of its own: the recorder's nodes, its manifests, and what it did.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind } from '../../src/api/kind.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { KINDS } from '../../src/api/scheme.ts';
import type {
  Action,
  Recorded,
  RecordedAnswer,
  RecordedChange,
} from '../../src/controllers/testing/recorded-actions.ts';
import { parseAction } from '../../src/controllers/testing/recorded-actions.ts';
import { neutral, RecordedNames } from '../../src/controllers/testing/recorded-names.ts';
import type { AnyObject, Api, ApiAnswer } from '../support/api.ts';
import type { Kubectl } from '../support/kubectl.ts';
import { runKubectl } from '../support/kubectl.ts';
import { Kubelet, now } from './controllers-kubelet.ts';

export const NAMESPACE = 'oracle-beh-ns';
/** Nothing was written for so long: the cluster is at rest. */
const QUIET_MS = 300;
const LONGEST_UNREST_MS = 10_000;
/** Timestamps have whole seconds, and what was made first must look older. */
const PACE_MS = 1050;
/** How long a pod may take to be there: those of CronJobs wait for the second run. */
const POD_MS = 15_000;
const SCHEDULED_POD_MS = 150_000;
/** How their names are generated is seen as they are made. */
const GENERATED = [
  '/apis/apps/v1/replicasets',
  '/apis/apps/v1/controllerrevisions',
  '/apis/batch/v1/jobs',
  '/apis/discovery.k8s.io/v1/endpointslices',
];
const PATCHES: Readonly<Record<string, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

export interface EventObject {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

export interface PlayOptions {
  readonly api: Api;
  readonly kubectl: Kubectl;
  readonly kubeconfig: string;
  /** Milliseconds that the recorder let pass before an action, by its position. */
  readonly waits: Readonly<Record<number, number>>;
  /** Ends the watches. */
  readonly signal: AbortSignal;
}

export class Play {
  readonly names: RecordedNames;
  /** Every event that was there, as it was last seen or before, by what it says. */
  readonly events = new Map<string, EventObject>();
  /** Requests that were not answered as recorded. */
  readonly differences: string[] = [];
  readonly #recorded: Recorded;
  readonly #options: PlayOptions;
  readonly #kubelet: Kubelet;
  readonly #uids = new Map<string, string>();
  /** How many reports were made of a pod, by its recorded name. */
  readonly #reports = new Map<string, number>();
  #manifests = 0;

  constructor(recorded: Recorded, options: PlayOptions) {
    this.#recorded = recorded;
    this.names = new RecordedNames(recorded);
    this.#options = options;
    const { api, signal } = options;
    const lingering = recorded.actions.some(
      (line) => line.startsWith('(pod is') || line.includes('"gracePeriodSeconds"'),
    );
    this.#kubelet = new Kubelet(api, { lingering, signal });
    const saw = (type: string, object: AnyObject) => {
      if (type === 'ADDED') this.names.saw(object as unknown as KubeObject);
    };
    for (const path of GENERATED) void api.watch(`${path}?watch=1`, ({ type, object }) => saw(type, object), signal);
    const podSeen = (frame: { type: string; object: AnyObject }) => {
      saw(frame.type, frame.object);
      this.#kubelet.pod(frame);
    };
    void api.watch('/api/v1/pods?watch=1', podSeen, signal);
    const eventSeen = ({ object }: { object: AnyObject }) => {
      const { type, reason, message, involvedObject } = object as unknown as EventObject;
      const event = { type, reason, message, involvedObject };
      this.events.set(JSON.stringify(event), event);
    };
    void api.watch('/api/v1/events?watch=1', eventSeen, signal);
  }

  async prepare(): Promise<void> {
    for (const node of nodes()) await this.#options.api.send({ method: 'POST', path: '/api/v1/nodes', body: node });
    // The recorded cluster had no metrics.
    await this.#options.api.send({
      method: 'DELETE',
      path: '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io',
    });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
    await this.#options.api.send({ method: 'POST', path: '/api/v1/namespaces', body: namespace });
    await this.quiet();
  }

  async play(): Promise<void> {
    for (const [index, line] of this.#recorded.actions.entries()) {
      await sleep(this.#options.waits[index] ?? 0);
      const began = Date.now();
      const found = await this.#act(parseAction(line));
      if (found !== undefined) this.differences.push(`${line.slice(0, 80)}: ${found}`);
      await this.quiet();
      await sleep(Math.max(0, began + PACE_MS - Date.now()));
    }
  }

  /** Waits until the cluster is at rest. */
  async quiet(): Promise<void> {
    const end = Date.now() + LONGEST_UNREST_MS;
    let last = '';
    let since = Date.now();
    while (Date.now() < end) {
      const { metadata } = await again(() => this.#options.api.get('/api/v1/configmaps?limit=1'));
      if (metadata.resourceVersion !== last) {
        last = metadata.resourceVersion;
        since = Date.now();
      } else if (Date.now() - since >= QUIET_MS) return;
      await sleep(60);
    }
  }

  /** What is wrong with the answer. */
  async #act(action: Action): Promise<string | undefined> {
    switch (action.verb) {
      case 'create':
        return this.#create(action.refused);
      case 'patch': {
        const path = `${this.#pathOf(action)}${action.subresource === undefined ? '' : `/${action.subresource}`}`;
        const body = this.#filled(action.patch);
        return this.#compared(await this.#send('PATCH', path, body, PATCHES[action.type]));
      }
      case 'delete':
        return this.#compared(await this.#send('DELETE', this.#pathOf(action), action.options));
      case 'evict': {
        const name = this.names.pod(action.name) ?? action.name;
        const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`;
        const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } };
        return this.#compared(await this.#send('POST', path, body), action.refused);
      }
      case 'kubectl': {
        const { kubectl, kubeconfig } = this.#options;
        const args = ['-n', NAMESPACE, ...action.args];
        const { code, stderr } = await runKubectl(kubectl, kubeconfig, args, { timeout: 60_000 });
        return code === action.code ? undefined : `exit code ${code}: ${stderr.slice(0, 200)}`;
      }
      case 'report': {
        const pod = await this.#boundPod(action.name);
        if (pod === undefined) return 'there is no such pod';
        const code = await this.#kubelet.report(pod, this.#reported(action.name));
        return code === 200 ? undefined : `answered with ${code}`;
      }
      case 'note':
        return undefined;
    }
  }

  async #create(refused: RecordedAnswer | undefined): Promise<string | undefined> {
    const manifest = this.#recorded.manifests[this.#manifests++] as unknown as KubeObject;
    for (const { kind, name, uid } of manifest.metadata.ownerReferences ?? []) await this.#bindUid(uid, kind, name);
    const closed = this.#otherNodes(manifest);
    for (const node of closed) await this.#cordon(node, true);
    const made = await this.#send('POST', collectionOf(kindOf(manifest.kind)), this.#filled(manifest));
    if (closed.length > 0) await this.#boundPod(manifest.metadata.name);
    for (const node of closed) await this.#cordon(node, null);
    return this.#compared(made, refused);
  }

  /** Of nodes alike the recorded pod went to one by chance, which later actions are about: the others are closed meanwhile. */
  #otherNodes({ kind, metadata }: KubeObject): string[] {
    const bound = this.#recorded.trace.find(
      ({ kind, name, changed }) => kind === 'Pod' && name === metadata.name && changed['spec.nodeName'] !== undefined,
    );
    const made = this.#recorded.manifests.filter((manifest) => manifest['kind'] === 'Node');
    const names = made.map(({ metadata }) => (metadata as { name: string }).name);
    const node = bound?.changed['spec.nodeName'] as string | undefined;
    if (kind !== 'Pod' || node === undefined || !names.includes(node)) return [];
    return names.filter((name) => name !== node);
  }

  async #cordon(node: string, unschedulable: true | null): Promise<void> {
    await this.#send('PATCH', `/api/v1/nodes/${node}`, { spec: { unschedulable } }, PATCHES['merge']);
    await this.quiet();
  }

  /** A placeholder stands for the object that had the name when the placeholder was first used. */
  async #bindUid(placeholder: string, kind: string, name: string): Promise<void> {
    if (this.#uids.has(placeholder)) return;
    // One that the scenario did not make is another namespace's.
    const isMade = this.#recorded.manifests.some((other) => (other['metadata'] as { name?: string }).name === name);
    const path = isMade ? this.#pathOf({ kind, name }) : this.#pathOf({ kind, name }).replace(NAMESPACE, 'default');
    const { status, text } = await this.#send('GET', path);
    if (status === 200) this.#uids.set(placeholder, (JSON.parse(text) as AnyObject).metadata.uid);
  }

  /** The next status that the record has of the pod with states of containers: actions tell the phase alone. */
  #reported(name: string): RecordedChange['changed'] {
    const reports = this.#recorded.trace.filter(
      (entry) =>
        entry.kind === 'Pod' && entry.name === name && Array.isArray(entry.changed['status.containerStatuses']),
    );
    const seen = this.#reports.get(name) ?? 0;
    this.#reports.set(name, seen + 1);
    return reports[seen]?.changed ?? {};
  }

  async #boundPod(recorded: string) {
    const end = Date.now() + (recorded.includes('<sched') ? SCHEDULED_POD_MS : POD_MS);
    while (Date.now() < end) {
      const name = this.names.pod(recorded);
      const pod = name === undefined ? undefined : this.#kubelet.bound(NAMESPACE, name);
      if (pod !== undefined) return pod;
      await sleep(50);
    }
    return undefined;
  }

  #filled(body: object): unknown {
    let text = this.names.real(JSON.stringify(body)).replaceAll('<time>', now());
    for (const [placeholder, uid] of this.#uids) text = text.replaceAll(placeholder, uid);
    return JSON.parse(text) as unknown;
  }

  #pathOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
    const real = kind === 'Pod' ? (this.names.pod(name) ?? name) : this.names.real(name);
    return `${collectionOf(kindOf(kind))}/${real}`;
  }

  #send(method: string, path: string, body?: unknown, type?: string): Promise<ApiAnswer> {
    const given = { ...(body === undefined ? {} : { body }), ...(type === undefined ? {} : { type }) };
    return again(() => this.#options.api.send({ method, path, ...given }));
  }

  #compared({ status, text }: ApiAnswer, refused?: RecordedAnswer): string | undefined {
    if (refused === undefined) return status < 300 ? undefined : `answered with ${status}: ${text.slice(0, 300)}`;
    if (status !== refused.code) return `answered with ${status} instead of ${refused.code}: ${text.slice(0, 300)}`;
    const message = this.names.normal((JSON.parse(text) as AnyObject).message ?? '');
    return message === neutral(refused.message) ? undefined : `message ${message}`;
  }
}

/** Once more where the server had just ended a connection that was not used for a while. */
async function again<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if ((error as { code?: string }).code !== 'ECONNRESET') throw error;
    return ask();
  }
}

/** Served in the newest version that is there. */
export function kindOf(name: string): Kind {
  const kind = KINDS.find((one) => one.kind === name && one.storedAs === undefined);
  if (kind === undefined) throw new Error(`unknown kind ${name}`);
  return kind;
}

export function collectionOf({ group, version, resource, namespaced }: Kind): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespaced ? `/namespaces/${NAMESPACE}` : ''}/${resource}`;
}

/** The recorder's: three that KWOK ran, two of its own. */
function nodes(): object[] {
  const kwok = [0, 1, 2].map((index) =>
    node(`ob-k-${index}`, { 'topology.kubernetes.io/zone': `z${index}` }, { 'kwok.x-k8s.io/node': 'fake' }, {}),
  );
  const taints = [{ key: 'oracle/manual', value: 'x', effect: 'NoSchedule' }];
  const manual = [0, 1].map((index) => node(`ob-m-${index}`, { 'oracle/kubelet': 'manual' }, {}, { taints }));
  return [...kwok, ...manual];
}

function node(name: string, labels: object, annotations: object, spec: object): object {
  const room = { cpu: '64', memory: '256Gi', pods: '500', 'ephemeral-storage': '100Gi' };
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  const own = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...own, ...labels }, annotations },
    spec,
    status: {
      allocatable: room,
      capacity: room,
      conditions: [{ ...ready, lastHeartbeatTime: now(), lastTransitionTime: now() }],
    },
  };
}
