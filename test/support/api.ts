// The API over plain HTTPS, as a program without a client library speaks it: connections are kept, bodies go as they are.

import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';

export interface ApiServerAddress {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
}

export interface ApiCall {
  readonly method?: string;
  /** With its query: `/api/v1/namespaces/default/configmaps?limit=1`. */
  readonly path: string;
  /** A string goes as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Content type of the body; `null` sends none. */
  readonly type?: string | null;
  /** Instead of the server's; `null` sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** What tests read of an object, a list or a Status. */
export interface AnyObject {
  readonly kind: string;
  readonly reason?: string;
  readonly code?: number;
  readonly message?: string;
  readonly details?: {
    readonly causes?: readonly { readonly field: string; readonly reason: string; readonly message: string }[];
  };
  readonly metadata: { readonly name: string; readonly resourceVersion: string; readonly uid: string };
  readonly items?: readonly AnyObject[];
  readonly data?: Readonly<Record<string, string>>;
}

export interface WatchFrame {
  readonly type: string;
  readonly object: AnyObject;
}

export class Api {
  readonly #server: ApiServerAddress;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(server: ApiServerAddress) {
    this.#server = server;
  }

  /** Rejects if the connection fails before the whole answer is there, or after 30 s without a byte. */
  send(call: ApiCall): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const body = bodyOf(call.body);
      const outgoing = this.#open(call, body, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.complete) resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          else reject(new Error('the connection ended within the answer'));
        });
      });
      outgoing.setTimeout(30_000, () => outgoing.destroy(new Error('no answer within 30 seconds')));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  async get(path: string): Promise<AnyObject> {
    const { text } = await this.send({ path });
    return JSON.parse(text) as AnyObject;
  }

  /**
   * Calls `onFrame` with each frame of a watch until the server ends it or the connection fails; resolves then, or
   * when `signal` aborts it.
   */
  watch(path: string, onFrame: (frame: WatchFrame) => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const outgoing = this.#open({ path }, undefined, (response) => {
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (line !== '') onFrame(JSON.parse(line) as WatchFrame);
        });
        response.on('error', () => resolve());
        response.on('close', () => resolve());
      });
      outgoing.on('error', () => resolve());
      signal.addEventListener('abort', () => outgoing.destroy(), { once: true });
      outgoing.end();
    });
  }

  /** Ends the connections. */
  close(): void {
    this.#agent.destroy();
  }

  #open(call: ApiCall, body: string | undefined, onResponse: (response: IncomingMessage) => void) {
    const { method = 'GET', path, type = 'application/json', token = this.#server.token, headers = {} } = call;
    return request(
      `${this.#server.url}${path}`,
      {
        method,
        agent: this.#agent,
        ca: this.#server.ca,
        headers: {
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }),
          ...(body === undefined || type === null ? {} : { 'Content-Type': type }),
          ...headers,
        },
      },
      onResponse,
    );
  }
}

function bodyOf(body: unknown): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
}
