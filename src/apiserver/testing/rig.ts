// An API server over a log in memory, with a clock to move and one call for a request: what the suites here drive.

import { createApiServer } from '../server.ts';
import { bodyText } from '../answer.ts';
import type { ApiServer } from '../server.ts';
import type { ApiResponse, Plan, WatchPlan } from '../http.ts';
import { newTokenKey, tokenSigner } from '../../cluster/token-key.ts';
import { MemoryLog } from '../../eventlog/memory-log.ts';
import type { Sink } from '../../eventlog/watcher.ts';
import { isObject } from '../../lib/json.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { seededRandom } from '../../lib/random.ts';

export const START = Date.parse('2026-01-02T03:04:05Z');

export interface Answer {
  readonly status: number;
  /** The parsed body; a text that is no JSON is under `text` alone. */
  readonly body: JsonObject;
  readonly text: string;
  readonly response: ApiResponse;
}

export interface Sent {
  readonly body?: JsonValue | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Rig {
  readonly log = new MemoryLog();
  readonly clock = { at: START, now: () => this.clock.at };
  readonly server: ApiServer;

  constructor() {
    this.server = createApiServer({
      log: this.log,
      clock: this.clock,
      random: seededRandom(1),
      signer: tokenSigner(newTokenKey()),
      tokens: [
        { token: 'secret', user: { name: 'admin', uid: '', groups: ['system:masters', 'system:authenticated'] } },
      ],
    });
    this.server.install();
  }

  plan(method: string, url: string, { body, headers = {} }: Sent = {}): Plan {
    const [path = '', query = ''] = url.split('?');
    const given = new Map(Object.entries({ authorization: 'Bearer secret', ...headers }));
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    return this.server.plan({
      method,
      path,
      query,
      header: (name) => given.get(name) || undefined,
      headersWith: (prefix) => [...given].filter(([name]) => name.startsWith(prefix)),
      body: text,
    });
  }

  send(method: string, url: string, sent: Sent = {}): Answer {
    const plan = this.plan(method, url, sent);
    if (plan.effect === 'watch') throw new Error('a watch: use rig.watch');
    const response = plan.effect === 'write' ? this.log.transaction(() => plan.run()) : plan.run();
    const text = bodyText(response);
    return { status: response.status, body: parsed(text), text, response };
  }

  get(url: string, headers: Readonly<Record<string, string>> = {}): Answer {
    return this.send('GET', url, { headers });
  }

  watch(url: string, headers: Readonly<Record<string, string>> = {}): WatchPlan {
    const plan = this.plan('GET', url, { headers });
    if (plan.effect !== 'watch') throw new Error(`no watch: ${plan.effect === 'read' ? bodyText(plan.run()) : ''}`);
    return plan.watch;
  }

  /** A ConfigMap of the namespace `default`, made. */
  configMap(name: string, members: JsonObject = {}): JsonObject {
    const { metadata, ...rest } = members;
    const meta = { name, ...(isObject(metadata) ? metadata : {}) };
    const made = this.send('POST', MAPS, { body: { apiVersion: 'v1', kind: 'ConfigMap', ...rest, metadata: meta } });
    if (made.status !== 201) throw new Error(made.text);
    return made.body;
  }

  /** The service account that pods of a namespace run as, which a controller makes elsewhere. */
  serviceAccount(namespace = 'default'): void {
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
    this.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { body });
  }
}

export const MAPS = '/api/v1/namespaces/default/configmaps';
export const PODS = '/api/v1/namespaces/default/pods';

export function podBody(name: string, spec: JsonObject = {}): JsonObject {
  const containers = [{ name: 'c', image: 'nginx:1' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers, ...spec } };
}

/** The frames of a plan's beginning, parsed. */
export function framesOf(plan: WatchPlan): Array<{ type: string; object: JsonObject }> {
  return [...plan.initial()].flatMap(parseFrames);
}

export function parseFrames(text: string): Array<{ type: string; object: JsonObject }> {
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { type: string; object: JsonObject });
}

/** Takes down what a watch is told. */
export function sinkOf(frames: string[]): Sink {
  return {
    send: ({ text }) => void frames.push(text),
    end: (why) => void frames.push(`${JSON.stringify({ end: why })}\n`),
  };
}

export function metaOf(object: JsonObject): JsonObject {
  return object['metadata'] as JsonObject;
}

export function namesOf(list: JsonObject): unknown[] {
  return (list['items'] as JsonObject[]).map((item) => metaOf(item)['name']);
}

function parsed(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
