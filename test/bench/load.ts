// The load: bounded numbers of requests over warm keep-alive connections, and what they took.

import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { TestServer } from '../support/server.ts';

export interface Target {
  /** Base URL, with the cluster's path. */
  readonly url: string;
  readonly ca: string;
  readonly token: string;
}

export interface Reply {
  readonly status: number;
  readonly body: Buffer;
  /** From just before the request is written until its last byte has come. */
  readonly ms: number;
}

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** JSON if not given. */
  readonly accept?: string;
}

export interface Load {
  /** Requests per second over the whole run. */
  readonly rate: number;
  /** One per request, in ms. */
  readonly latencies: readonly number[];
  readonly replies: readonly Reply[];
}

/** The server itself: its cluster `default`, or the floor, which asks for no token. */
export function targetOf(server: TestServer): Target {
  return { url: server.url, ca: server.ca, token: server.token };
}

export class Client {
  readonly #target: Target;
  readonly #agent: Agent;
  readonly connections: number;

  constructor(target: Target, connections: number) {
    this.#target = target;
    this.connections = connections;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections, ca: target.ca });
  }

  send(call: Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const started = performance.now();
      this.#open(
        call,
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), ms: performance.now() - started }),
          );
        },
        reject,
      );
    });
  }

  /** Throws if the answer is not a success: for what must work for a figure to mean anything. */
  async must(call: Call): Promise<Reply> {
    const reply = await this.send(call);
    if (reply.status < 200 || reply.status > 299) {
      throw new Error(`${call.method ?? 'GET'} ${call.path}: ${reply.status} ${reply.body.toString().slice(0, 300)}`);
    }
    return reply;
  }

  async json<T>(call: Call): Promise<T> {
    return JSON.parse((await this.must(call)).body.toString()) as T;
  }

  /** Follows a stream of lines; resolves to what ends it, once the stream has begun. `onEnd` tells of every other end. */
  lines(path: string, onLine: (line: string) => void, onEnd: () => void = () => undefined): Promise<() => void> {
    return new Promise((resolve, reject) => {
      this.#open(
        { path },
        (response) => {
          if (response.statusCode !== 200) {
            response.resume();
            reject(new Error(`GET ${path}: ${response.statusCode}`));
            return;
          }
          let rest = '';
          let ended = false;
          const end = (): void => {
            if (!ended) onEnd();
            ended = true;
          };
          response.setEncoding('utf8');
          response.on('data', (text: string) => {
            const lines = (rest + text).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) if (line !== '') onLine(line);
          });
          response.on('error', end);
          response.on('close', end);
          resolve(() => {
            ended = true;
            response.destroy();
          });
        },
        reject,
      );
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(call: Call, onResponse: (response: IncomingMessage) => void, onError: (error: Error) => void): void {
    const { url, token } = this.#target;
    const { method = 'GET', path, body, contentType = 'application/json', accept = 'application/json' } = call;
    const outgoing = request(
      `${url}${path}`,
      {
        agent: this.#agent,
        method,
        headers: {
          Accept: accept,
          ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) }),
        },
      },
      onResponse,
    );
    outgoing.on('error', onError);
    outgoing.end(body);
  }
}

/** Sends `count` requests, each as soon as one of the client's connections is free. A refused request is an error. */
export async function run(client: Client, count: number, callOf: (index: number) => Call): Promise<Load> {
  // TLS handshakes are no part of the figures.
  await Promise.all(Array.from({ length: client.connections }, () => client.must({ path: '/livez' })));
  const replies: Reply[] = [];
  let next = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      replies.push(await client.must(callOf(index)));
    }
  };
  await Promise.all(Array.from({ length: client.connections }, worker));
  const seconds = (performance.now() - started) / 1000;
  return { rate: count / seconds, latencies: replies.map(({ ms }) => ms), replies };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
