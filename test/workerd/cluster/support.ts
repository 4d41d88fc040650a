// What the suites of the cluster's shell share: clusters through the gateway, and their objects.

import { env, runDurableObjectAlarm, runInDurableObject, SELF } from 'cloudflare:test';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import type { Env } from '../../../src/env.ts';

export const bindings = env as unknown as Env;

export interface TestCluster {
  readonly name: string;
  readonly stub: DurableObjectStub<Cluster>;
  /** Asks as the administrator. */
  ask(path: string, init?: { method?: string; body?: unknown; headers?: Record<string, string> }): Promise<Response>;
}

const ORIGIN = 'https://kubewisp.test';

export function operate(path: string, init: RequestInit = {}): Promise<Response> {
  return SELF.fetch(`${ORIGIN}${path}`, { headers: { Authorization: 'Bearer operator-token' }, ...init });
}

/** A cluster without nodes, unless asked for. */
export async function createCluster(name: string, nodes = 0): Promise<TestCluster> {
  const answer = await operate('/clusters', { method: 'POST', body: JSON.stringify({ name, nodes }) });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${answer.status}: ${text}`);
  const token = /token: (\S+)/.exec((JSON.parse(text) as { kubeconfig: string }).kubeconfig)?.[1] ?? '';
  return {
    name,
    stub: bindings.CLUSTER.get(bindings.CLUSTER.idFromName(name)),
    ask: (path, { method = 'GET', body, headers = {} } = {}) =>
      SELF.fetch(`${ORIGIN}/clusters/${name}${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

export function configMap(name: string, data: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

/** Makes a ConfigMap. An answer that is not read would keep its object awake. */
export async function make(ask: TestCluster['ask'], name: string, data?: Record<string, string>): Promise<void> {
  const answer = await ask(CONFIG_MAPS, { method: 'POST', body: configMap(name, data) });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${answer.status}: ${text}`);
}

export const alarmOf = (stub: DurableObjectStub<Cluster>): Promise<number | null> =>
  runInDurableObject(stub, (_cluster, { storage }) => storage.getAlarm());

/** Runs what is due, until nothing is to be done within a second. */
export async function settle(stub: DurableObjectStub<Cluster>): Promise<void> {
  // While an alarm is carried out none is armed: only what stays so is rest.
  for (let i = 0, quiet = 0; i < 40 && quiet < 3; i++) {
    await scheduler.wait(20);
    const at = await alarmOf(stub);
    quiet = at === null || at > Date.now() + 1_000 ? quiet + 1 : 0;
    if (quiet === 0) await runDurableObjectAlarm(stub);
  }
}

export interface Frame {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name?: string; readonly resourceVersion: string } };
}

/** Reads a watch stream frame by frame. */
export class Frames {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(answer: Response) {
    if (answer.body === null) throw new Error('no stream');
    this.#reader = answer.body.getReader();
  }

  /** Undefined: the stream has ended. */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        if (line !== '') return JSON.parse(line) as Frame;
        continue;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  async take(count: number): Promise<Frame[]> {
    const frames: Frame[] = [];
    while (frames.length < count) {
      const frame = await this.next();
      if (frame === undefined) break;
      frames.push(frame);
    }
    return frames;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}
