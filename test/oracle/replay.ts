// Replays recorded scenarios against a running server and says where the answers differ.

import { request as httpsRequest } from 'node:https';
import type { Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse as parseYaml } from 'yaml';
import { difference } from './compare.ts';
import { Bindings, escapePattern } from './placeholders.ts';
import type { RecordedEvent, RecordedRequest, RecordedStep, Scenario } from './scenario.ts';
import { bodyOf, fixturesOf, namespaceFixture, namespacesOf } from './scenario.ts';

export interface Server {
  readonly url: URL;
  readonly token: string;
  readonly agent: Agent;
}

export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly steps: number;
  /** Steps answered as recorded. */
  readonly identical: number;
  readonly differences: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly warnings: readonly string[];
  readonly retryAfter: string | undefined;
  readonly text: string;
  readonly hex: string;
}

/** Writes to these are followed by controllers' writes, which the recorder waited for. */
const SETTLES = /\/(deployments|replicasets|jobs|replicationcontrollers|poddisruptionbudgets)\b/;
const SETTLE_MS = 250;
/** Managers are ordered by the second of their last write: these steps were the first of one. */
const SECONDS: Readonly<Record<string, readonly number[]>> = { a080: [0, 8] };
/** Scenarios of the garbage collector and of namespaces. */
const COLLECTED = /^d(10[0-6]|117)$/;

export async function replay(server: Server, scenario: Scenario): Promise<Outcome> {
  const bindings = new Bindings();
  const differences: string[] = [];
  await prepare(server, scenario);
  const open: Array<{ step: RecordedStep; index: number; watch: OpenWatch }> = [];
  for (const [index, step] of scenario.steps.entries()) {
    if (SECONDS[scenario.id]?.includes(index) === true) await sleep(1000 - (Date.now() % 1000));
    if (step.response.events !== undefined) {
      const watch = await OpenWatch.start(server, filled(step.request, bindings), scenario.id);
      open.push({ step, index, watch });
      if (step.response.ended === 'server' && step === scenario.steps.at(-1)) await watch.ended(10_000);
      else await sleep(20);
      continue;
    }
    const answer = await send(server, filled(step.request, bindings), scenario.id);
    const found = compareStep(step, index, answer, bindings);
    if (found !== undefined) differences.push(`step ${index} ${step.request.method} ${step.request.path}: ${found}`);
    if (step.request.method !== 'GET') {
      if (SETTLES.test(step.request.path)) await sleep(SETTLE_MS);
      if (COLLECTED.test(scenario.id)) await sleep(SETTLE_MS);
    }
  }
  if (open.length > 0) await sleep(100);
  for (const { step, index, watch } of open) {
    if (step.response.ended === 'server') await watch.ended(10_000);
    watch.close();
    const found = compareWatch(step, watch, bindings);
    if (found !== undefined) differences.push(`step ${index} ${step.request.method} ${step.request.path}: ${found}`);
  }
  const { id, title, steps } = scenario;
  return { id, title, steps: steps.length, identical: steps.length - differences.length, differences };
}

async function prepare(server: Server, scenario: Scenario): Promise<void> {
  for (const name of namespacesOf(scenario)) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    const made = await post(server, '/api/v1/namespaces', namespace);
    if (made.status === 409) continue;
    for (const made of ['serviceaccounts/default', 'configmaps/kube-root-ca.crt']) await untilMade(server, name, made);
    const { path, body } = namespaceFixture(name);
    await post(server, path, body);
    if (name === 'oracle-sem-lists-sel') await labelledMaps(server, name);
  }
  for (const { path, body } of fixturesOf(scenario)) await post(server, path, body);
}

/** Waits for what controllers make in a new namespace; a second at most. */
async function untilMade(server: Server, namespace: string, object: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const path = `/api/v1/namespaces/${namespace}/${object}`;
    const found = await send(server, { method: 'GET', path, headers: {} });
    if (found.status === 200) return;
    await sleep(10);
  }
}

async function labelledMaps(server: Server, namespace: string): Promise<void> {
  for (const n of [0, 1, 2, 3]) {
    const labels = { n: String(n), odd: n % 2 === 0 ? 'no' : 'yes' };
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${n}`, labels }, data: { k: String(n) } };
    await post(server, `/api/v1/namespaces/${namespace}/configmaps`, body);
  }
}

function post(server: Server, path: string, body: object): Promise<Answer> {
  return send(server, { method: 'POST', path, headers: { 'Content-Type': 'application/json' }, body });
}

function filled(request: RecordedRequest, bindings: Bindings): RecordedRequest {
  const { body, headers } = request;
  return {
    ...request,
    path: bindings.fill(request.path),
    headers: JSON.parse(bindings.fill(JSON.stringify(headers))) as typeof headers,
    ...(body === undefined
      ? {}
      : {
          body:
            typeof body === 'string'
              ? bindings.fill(body)
              : (JSON.parse(bindings.fill(JSON.stringify(body))) as unknown),
        }),
  };
}

function compareStep(step: RecordedStep, index: number, answer: Answer, bindings: Bindings): string | undefined {
  const { response } = step;
  if (answer.status !== response.status) {
    return `status ${answer.status} instead of ${response.status}: ${answer.text.slice(0, 200)}`;
  }
  const recordedType = response.headers['Content-Type'] ?? '';
  if (recordedType !== answer.contentType)
    return `Content-Type ${answer.contentType} instead of ${String(recordedType)}`;
  const warned = difference(response.headers['Warning'] ?? [], answer.warnings, bindings, 'Warning');
  if (warned !== undefined) return warned;
  if ((response.headers['Retry-After'] as string | undefined) !== answer.retryAfter) return 'Retry-After differs';
  const prefix = response.bodyHexPrefix;
  if (prefix !== undefined && envelope(prefix) !== envelope(answer.hex)) return `bytes ${answer.hex.slice(0, 60)}`;
  const recorded = withSuffix(step, `<rand9${index}>`);
  if (recorded === undefined) return undefined;
  if (typeof recorded === 'string') {
    // Their layout is tested elsewhere (src/gateway/render): here what is left out of JSON must be left out too.
    if (recordedType === 'application/yaml') {
      return difference(withoutAges(parseYaml(recorded)), withoutAges(parseYaml(answer.text)), bindings);
    }
    return bindings.match(recorded, answer.text) ? undefined : `text ${answer.text.slice(0, 200)}`;
  }
  const actual = parse(answer.text);
  if (isDiscovery(recorded)) return undefined;
  if ((response.itemsCut ?? 0) > 0) return undefined;
  return difference(recorded, actual, bindings);
}

/** The start of a protobuf answer: `k8s\0`, and the type. What follows holds uids and times. */
function envelope(hex: string): string {
  return hex.slice(0, 2 * (6 + Number.parseInt(hex.slice(10, 12), 16)));
}

/** The recorded body with a placeholder for the suffix of a generateName, which the record left as it was in messages. */
function withSuffix({ request, response }: RecordedStep, placeholder: string): unknown {
  const metadata = (request.body as { metadata?: { generateName?: unknown } } | undefined)?.metadata;
  const prefix = metadata?.generateName;
  if (typeof prefix !== 'string' || prefix === '' || response.body === undefined) return response.body;
  const base = prefix.slice(0, 58);
  const text = JSON.stringify(response.body).replaceAll(
    new RegExp(`(?<=")${escapePattern(base)}[a-z0-9]{5}(?=\\\\?")`, 'g'),
    (found) => (found === prefix ? found : `${base}${placeholder}`),
  );
  return JSON.parse(text) as unknown;
}

/** Ages in the cells of a Table, which the record took out of JSON answers alone. */
function withoutAges(value: unknown): unknown {
  const age = (cell: unknown) => (typeof cell === 'string' ? cell.replace(/^\d+[smhdy]$/, '<age>') : cell);
  const { rows } = value as { rows?: Array<{ cells: unknown[] }> };
  if (rows === undefined) return value;
  return { ...(value as object), rows: rows.map((row) => ({ ...row, cells: row.cells.map(age) })) };
}

function isDiscovery(recorded: unknown): boolean {
  return typeof recorded === 'object' && recorded !== null && 'cut' in recorded;
}

function compareWatch(step: RecordedStep, watch: OpenWatch, bindings: Bindings): string | undefined {
  if (watch.status !== step.response.status) return `status ${watch.status} instead of ${step.response.status}`;
  const lasting = (events: readonly RecordedEvent[]) => events.filter((event) => !isPassing(event));
  const recorded = lasting(step.response.events ?? []).map(({ type, object }) => ({ type, object }));
  return difference(recorded, lasting(watch.events).map(withoutManagedFields), bindings, 'events');
}

/** The record took managedFields out of the objects of events, and of nothing else. */
function withoutManagedFields<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, item: unknown) => (key === 'managedFields' ? undefined : item))) as T;
}

/** A bookmark in the middle of a watch, which depends on timing. */
function isPassing({ type, object }: RecordedEvent): boolean {
  if (type !== 'BOOKMARK') return false;
  const metadata = object['metadata'] as { annotations?: Record<string, string> } | undefined;
  return metadata?.annotations?.['k8s.io/initial-events-end'] === undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function open(
  server: Server,
  recorded: RecordedRequest,
  id: string,
  answered: (response: IncomingMessage) => void,
): void {
  const headers: Record<string, string | string[]> = {
    Accept: 'application/json',
    'User-Agent': 'oracle-recorder',
    Authorization: `Bearer ${server.token}`,
  };
  for (const [name, value] of Object.entries(recorded.headers)) {
    if (value === '') delete headers[name];
    else headers[name] = value;
  }
  const body = bodyOf(recorded, id);
  if (body !== undefined) headers['Content-Length'] = String(Buffer.byteLength(body));
  const request = httpsRequest(
    {
      agent: server.agent,
      method: recorded.method,
      hostname: server.url.hostname,
      port: server.url.port,
      path: server.url.pathname.replace(/\/$/, '') + recorded.path,
      headers,
    },
    answered,
  );
  request.on('error', () => {});
  request.end(body);
}

function send(server: Server, recorded: RecordedRequest, id = ''): Promise<Answer> {
  return new Promise((resolve) => {
    open(server, recorded, id, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          warnings: warningsOf(response),
          retryAfter: response.headers['retry-after'],
          text: Buffer.concat(chunks).toString('utf8'),
          hex: Buffer.concat(chunks).toString('hex'),
        });
      });
    });
  });
}

function warningsOf(response: IncomingMessage): string[] {
  const found = response.headers['warning'] ?? '';
  return found === '' ? [] : found.split(/, (?=299 - )/);
}

class OpenWatch {
  status = 0;
  readonly events: RecordedEvent[] = [];
  #rest = '';
  #response: IncomingMessage | undefined;
  #closed = false;
  readonly #ended: Array<() => void> = [];

  static start(server: Server, request: RecordedRequest, id: string): Promise<OpenWatch> {
    return new Promise((resolve) => {
      const watch = new OpenWatch();
      // A stream that has nothing to say yet may hold its headers back.
      const timer = setTimeout(() => resolve(watch), 500);
      open(server, request, id, (response) => {
        clearTimeout(timer);
        watch.#attach(response);
        resolve(watch);
      });
    });
  }

  #attach(response: IncomingMessage): void {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#data(text));
    response.on('close', () => {
      this.#closed = true;
      for (const done of this.#ended) done();
    });
  }

  #data(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') this.events.push(JSON.parse(line) as RecordedEvent);
  }

  async ended(timeout: number): Promise<void> {
    if (this.#closed) return;
    await Promise.race([new Promise<void>((done) => this.#ended.push(done)), sleep(timeout)]);
  }

  close(): void {
    this.#response?.destroy();
  }
}
