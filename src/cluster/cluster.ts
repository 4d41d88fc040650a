// The Durable Object of one cluster: requests, watches and the alarm on the outside, an open Core within.
//
// 1. Nothing is opened before it is needed; a name that no cluster was made for leaves no trace in storage.
// 2. A request enters by the gate before its body is read, and is carried out in one turn once the body is there: reads at
//    once, writes in the group commit.
// 3. Answers and frames leave only when the writes they tell of are durable: the platform's output gate sees to it.

import { DurableObject } from 'cloudflare:workers';
import { badRequest, internalError, notFoundStatus } from '../api/status.ts';
import type { Status } from '../api/status.ts';
import { statusAnswer } from '../apiserver/answer.ts';
import { POLICY_VERSION } from '../apiserver/authorization/policy/default-policy.ts';
import type { Flow } from '../apiserver/fairness/flow-schemas.ts';
import { TOO_MANY_REQUESTS } from '../apiserver/fairness/fairness.ts';
import type { WatchPlan } from '../apiserver/http.ts';
import { timeoutOf } from '../apiserver/timeout.ts';
import type { Env } from '../env.ts';
import type { Logger } from '../lib/log.ts';
import { createLogger, errorText } from '../lib/log.ts';
import { openCore } from './core.ts';
import type { Core } from './core.ts';
import type { Pass } from './gate.ts';
import type { RequestHead } from './request.ts';
import {
  bytesToHold,
  ENCODING_HEADER,
  headerText,
  readBody,
  requestHead,
  targetOf,
  toResponse,
  whenSent,
} from './request.ts';
import {
  isPoolConfigured,
  poolConfigOf,
  readPolicyVersion,
  readSettings,
  setPoolConfigured,
  writePolicyVersion,
  writeSettings,
} from './settings.ts';
import type { ClusterSettings, InstallConfig } from './settings.ts';

const WATCH_HEADER = 'x-kubewisp-watch';
const DEFAULT_GRACE_SECONDS = 50;

interface Answer {
  readonly response: Response;
  readonly watch: boolean;
}

function failed(status: Status): Response {
  return toResponse(statusAnswer(status));
}

function refused(status: Status): Answer {
  return { response: failed(status), watch: false };
}

export class Cluster extends DurableObject<Env> {
  #core: Core | undefined;
  #removed = false;

  override async fetch(request: Request): Promise<Response> {
    const started = performance.now();
    const target = targetOf(request.url);
    const head = requestHead(request, target);
    let core: Core | undefined;
    let answer: Answer;
    try {
      core = this.#open();
      if (core === undefined) return failed(this.#unknown(target.cluster));
      const flow = core.server.flow(head);
      const entering = core.gate.enter(flow, bytesToHold(request), timeoutOf(head.query));
      const pass = entering instanceof Promise ? await entering : entering;
      answer = pass === undefined ? refused(TOO_MANY_REQUESTS) : await this.#answer(core, flow, head, request, pass);
    } catch (error) {
      this.#logger().error('request failed', { method: request.method, path: target.path, error: errorText(error) });
      answer = refused(internalError('the request could not be carried out'));
    }
    const { response, watch } = answer;
    core?.figures.answered(request.method, target.path, watch, response.status, performance.now() - started);
    return response;
  }

  /** Makes the cluster: everything or nothing. Throws where it exists. */
  install(config: InstallConfig): void {
    if (this.#open() !== undefined) throw new Error(`cluster ${config.name} exists already`);
    const settings = { ...config, createdAt: Date.now() };
    try {
      this.ctx.storage.transactionSync(() => {
        writeSettings(this.ctx.storage.kv, settings);
        writePolicyVersion(this.ctx.storage.kv, POLICY_VERSION);
        const core = this.#open() as Core;
        core.server.install({ addOns: true });
        core.driver.wake();
      });
    } catch (error) {
      this.#core = undefined;
      throw error;
    }
  }

  /** Removes the cluster with all its data. Does nothing where there is none. */
  async remove(): Promise<void> {
    this.#removed = true;
    try {
      for (const socket of this.ctx.getWebSockets()) socket.close(1001, 'cluster removed');
      const settings = readSettings(this.ctx.storage.kv);
      this.#core = undefined;
      if (settings !== undefined) await this.#pool(settings.name).destroy();
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
    } finally {
      this.#removed = false;
    }
  }

  override async alarm(): Promise<void> {
    await this.#open()?.driver.alarm();
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    if (typeof message === 'string') this.#open()?.sockets.message(socket, message);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#core?.sockets.closed(socket);
    socket.close(1000, 'watch ended');
  }

  override webSocketError(socket: WebSocket): void {
    this.#core?.sockets.closed(socket);
  }

  /** Undefined: there is no such cluster. */
  #open(): Core | undefined {
    if (this.#core !== undefined || this.#removed) return this.#core;
    const settings = readSettings(this.ctx.storage.kv);
    if (settings === undefined) return undefined;
    this.#core = openCore({
      context: this.ctx,
      settings,
      nodeGraceSeconds: Number(this.env.NODE_GRACE_SECONDS ?? '') || DEFAULT_GRACE_SECONDS,
      authority: atob(this.env.CA_DATA ?? ''),
      logger: this.#logger(settings.name),
      poke: () => this.#poke(settings),
    });
    if (readPolicyVersion(this.ctx.storage.kv) < POLICY_VERSION) this.#updatePolicy(this.#core);
    return this.#core;
  }

  /** A cluster of an earlier version gets the default roles of this one. What fails is tried again at the next start. */
  #updatePolicy(core: Core): void {
    const failures = core.updatePolicy();
    if (failures.length === 0) writePolicyVersion(this.ctx.storage.kv, POLICY_VERSION);
    else this.#logger().error('the default roles could not be brought up to date', { error: failures.join('; ') });
  }

  /** `pass` is given back, whatever happens. */
  async #answer(core: Core, flow: Flow, head: RequestHead, request: Request, pass: Pass): Promise<Answer> {
    let response: Response;
    let watch = false;
    let sent = false;
    try {
      const body = await readBody(request, () => pass.late());
      if (!body.ok) return refused(body.status);
      const plan = core.server.plan({ ...head, body: body.text });
      watch = plan.effect === 'watch';
      if (plan.effect === 'watch') response = this.#watch(core, flow, plan.watch, request);
      else {
        const made = plan.effect === 'read' ? plan.run() : await core.commits.submit(() => plan.run());
        response = toResponse(whenSent(made, () => pass.leaveSoon()));
        sent = true;
      }
    } finally {
      if (!sent) pass.leave();
    }
    return { response, watch };
  }

  #watch(core: Core, { schema, distinguisher }: Flow, plan: WatchPlan, request: Request): Response {
    if (request.headers.get('Upgrade') !== 'websocket') return failed(badRequest('a watch needs a WebSocket here'));
    const whose = `${schema}/${distinguisher}`;
    return core.sockets.hasRoomFor(whose) ? watchAnswer(core, plan, whose) : failed(TOO_MANY_REQUESTS);
  }

  #logger(cluster?: string): Logger {
    return createLogger({ level: this.env.LOG_LEVEL, ...(cluster === undefined ? {} : { fields: { cluster } }) });
  }

  #unknown(name: string | undefined): Status {
    return notFoundStatus({ group: 'kubewisp.dev', resource: 'clusters' }, name ?? this.env.DEFAULT_CLUSTER ?? '');
  }

  #pool(name: string) {
    return this.env.NODE_POOL.get(this.env.NODE_POOL.idFromName(name));
  }

  /** The pool is told of itself with the first poke that reaches it. */
  async #poke(settings: ClusterSettings): Promise<void> {
    const pool = this.#pool(settings.name);
    if (isPoolConfigured(this.ctx.storage.kv)) return pool.poke();
    await pool.configure(poolConfigOf(settings));
    setPoolConfigured(this.ctx.storage.kv);
  }
}

function watchAnswer(core: Core, plan: WatchPlan, flow: string): Response {
  const webSocket = core.sockets.open(plan, flow);
  const terms = {
    timeoutSeconds: plan.timeoutSeconds,
    ...(plan.spec.bookmarks ? { bookmark: core.bookmark(plan.spec) } : {}),
  };
  const headers: Record<string, string> = { [WATCH_HEADER]: headerText(terms) };
  if (plan.encoding !== undefined) headers[ENCODING_HEADER] = headerText(plan.encoding);
  return new Response(null, { status: 101, webSocket, headers });
}
