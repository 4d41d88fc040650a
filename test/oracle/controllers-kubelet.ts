// Stands for KWOK, which ran the recorder's nodes, and for the recorder where it spoke in place of a kubelet: nodes that carry
// KWOK's annotation turn Ready, their pods run at once, those of Jobs succeed, and what terminates is gone; on other nodes a
// terminating pod goes after a moment, and nothing else happens by itself.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Node, Pod } from '../../src/api/types/core-v1.ts';
import type { Api, WatchFrame } from '../support/api.ts';

const KWOK = 'kwok.x-k8s.io/node';
/** As the recorder let pass before it finished a pod. */
const TERMINATION_MS = 300;
const STRATEGIC = 'application/strategic-merge-patch+json';

export interface KubeletOptions {
  /** Terminating pods of nodes without KWOK stay until they are over or deleted by hand. */
  readonly lingering: boolean;
  readonly signal: AbortSignal;
}

export class Kubelet {
  readonly #api: Api;
  readonly #options: KubeletOptions;
  readonly #kwok = new Set<string>();
  /** What was done to a pod already, by uid. */
  readonly #done = new Map<string, Set<string>>();
  readonly #bound = new Map<string, Pod>();
  #addresses = 0;

  constructor(api: Api, options: KubeletOptions) {
    this.#api = api;
    this.#options = options;
    const { signal } = options;
    void api.watch('/api/v1/nodes?watch=1', (frame) => this.#node(frame), signal);
  }

  /** Each frame of a watch of all pods. */
  pod({ type, object }: { readonly type: string; readonly object: unknown }): void {
    const pod = object as Pod;
    const { namespace = '', name, uid, deletionTimestamp } = pod.metadata;
    const key = `${namespace}/${name}`;
    const node = pod.spec?.nodeName;
    if (type === 'DELETED' || node === undefined) this.#bound.delete(key);
    else this.#bound.set(key, pod);
    if (type === 'DELETED' || node === undefined) return;
    const isKwok = this.#kwok.has(node);
    if (deletionTimestamp !== undefined) {
      const isOver = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
      if (!isKwok && this.#options.lingering && !isOver) return;
      this.#once(uid, 'delete', () => this.#finish(pod, isKwok ? 0 : TERMINATION_MS));
    } else if (isKwok) {
      const ofJob = pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true;
      if (pod.status?.phase === 'Pending') this.#once(uid, 'run', () => this.#run(pod));
      else if (pod.status?.phase === 'Running' && ofJob) this.#once(uid, 'succeed', () => this.#succeed(pod));
    }
  }

  /** The pod as it was last seen, once it is on a node. */
  bound(namespace: string, name: string): Pod | undefined {
    return this.#bound.get(`${namespace}/${name}`);
  }

  /** What the recorder reported, as the fields of the status that it changed; answers the status code. */
  report(pod: Pod, changed: Readonly<Record<string, unknown>>): Promise<number> {
    const at = now();
    const conditions = (changed['status.conditions'] ?? pod.status?.conditions ?? []) as readonly object[];
    const recorded = (changed['status.containerStatuses'] ?? []) as ReadonlyArray<{ name: string; state: object }>;
    const images = new Map(pod.spec?.containers.map(({ name, image = '' }) => [name, image]));
    const containerStatuses = recorded.map(({ state, ...rest }) => ({
      ...rest,
      image: images.get(rest.name) ?? '',
      imageID: '',
      state: { running: null, waiting: null, terminated: null, ...state },
    }));
    const ip = this.#address();
    return this.#patchStatus(pod, {
      ...(changed['status.phase'] === undefined ? {} : { phase: changed['status.phase'] }),
      ...(changed['status.podIP'] === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
      conditions: conditions.map((condition) => ({ lastTransitionTime: at, ...condition })),
      containerStatuses: JSON.parse(JSON.stringify(containerStatuses).replaceAll('<time>', at)) as object[],
    });
  }

  #node({ type, object }: WatchFrame): void {
    const { metadata } = object as unknown as Node;
    if (metadata.annotations?.[KWOK] === undefined) return;
    if (type === 'DELETED') this.#kwok.delete(metadata.name);
    else this.#kwok.add(metadata.name);
    if (type !== 'ADDED') return;
    void this.#patch(`/api/v1/nodes/${metadata.name}/status`, { status: nodeStatus() });
    // Those that came before their node was seen.
    for (const pod of [...this.#bound.values()].filter(({ spec }) => spec?.nodeName === metadata.name)) {
      this.pod({ type: 'MODIFIED', object: pod });
    }
  }

  #once(uid: string, what: string, act: () => Promise<unknown>): void {
    const done = this.#done.get(uid) ?? new Set();
    this.#done.set(uid, done);
    if (done.has(what)) return;
    done.add(what);
    // Whoever asks last wins: the pod may be gone by then, or the scenario over.
    act().catch(() => undefined);
  }

  async #finish({ metadata: { namespace = '', name, uid } }: Pod, after: number): Promise<void> {
    await sleep(after);
    await this.#api.send({
      method: 'DELETE',
      path: `/api/v1/namespaces/${namespace}/pods/${name}`,
      body: { gracePeriodSeconds: 0, preconditions: { uid } },
    });
  }

  #run(pod: Pod): Promise<number> {
    const at = now();
    const ip = this.#address();
    const conditions = ['Initialized', 'Ready', 'ContainersReady'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: at,
    }));
    const containerStatuses = containers(pod, true, { running: { startedAt: at } });
    return this.#patchStatus(pod, {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      startTime: at,
      conditions,
      containerStatuses,
    });
  }

  #succeed(pod: Pod): Promise<number> {
    const at = now();
    const terminated = { exitCode: 0, reason: 'Completed', ...times(at) };
    return this.#patchStatus(pod, {
      phase: 'Succeeded',
      containerStatuses: containers(pod, false, { running: null, terminated }),
    });
  }

  #address(): string {
    this.#addresses += 1;
    return `10.244.${200 + (this.#addresses >> 8)}.${this.#addresses & 255}`;
  }

  #patchStatus({ metadata: { namespace = '', name } }: Pod, status: object): Promise<number> {
    return this.#patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { status });
  }

  async #patch(path: string, body: object): Promise<number> {
    return (await this.#api.send({ method: 'PATCH', path, body, type: STRATEGIC })).status;
  }
}

function times(at: string): object {
  return { startedAt: at, finishedAt: at };
}

function containers(pod: Pod, ready: boolean, state: object): object[] {
  const list = pod.spec?.containers ?? [];
  return list.map(({ name, image = '' }) => ({ name, image, imageID: '', ready, restartCount: 0, state }));
}

function nodeStatus(): object {
  const at = now();
  const condition = (type: string, status: string, reason: string, message: string) => ({
    ...{ type, status, reason, message },
    ...{ lastHeartbeatTime: at, lastTransitionTime: at },
  });
  return {
    phase: 'Running',
    conditions: [
      condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      condition('NetworkUnavailable', 'False', 'RouteCreated', 'RouteController created a route'),
    ],
  };
}

/** Whole seconds, as in the API. */
export function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
