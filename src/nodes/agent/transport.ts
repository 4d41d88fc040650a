// HTTP(S) to a cluster from outside, with the cluster's own CA. node:https because the built-in fetch takes no CA.

import http from 'node:http';
import https from 'node:https';

import { KUBELET_VERSION } from '../../lib/version.ts';
import type { Transport } from '../report-client.ts';

export interface Endpoint {
  /** Base URL of the cluster: `https://127.0.0.1:6443/clusters/default`. */
  readonly server: string;
  readonly token: string;
  /** PEM; absent: the system's authorities. */
  readonly ca?: string;
}

/** A request unanswered for so long has failed. */
const TIMEOUT_MS = 30_000;
const MAX_ANSWER = 64 * 1024 * 1024;

function open(endpoint: Endpoint, method: string, path: string, agent: http.Agent): http.ClientRequest {
  const url = new URL(endpoint.server.replace(/\/+$/, '') + path);
  const secure = url.protocol === 'https:';
  return (secure ? https : http).request(url, {
    method,
    agent,
    ...(secure && endpoint.ca !== undefined ? { ca: endpoint.ca } : {}),
    headers: {
      authorization: `Bearer ${endpoint.token}`,
      accept: 'application/json',
      'user-agent': `kubelet/${KUBELET_VERSION} (kubewisp node)`,
    },
  });
}

/** One connection that is kept alive. */
export function newAgent(server: string): http.Agent {
  const options = { keepAlive: true, maxSockets: 4 };
  return server.startsWith('https:') ? new https.Agent(options) : new http.Agent(options);
}

export function httpTransport(endpoint: Endpoint, agent: http.Agent): Transport {
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const request = open(endpoint, method, path, agent);
      request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error('the server does not answer')));
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > MAX_ANSWER) request.destroy(new Error('the answer is too large'));
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      request.setHeader('content-type', 'application/json');
      request.end(body);
    });
}

/** Opens a watch and calls `onChange` whenever something arrives. Resolves when the stream has ended, for whatever reason. */
export function watchStream(
  endpoint: Endpoint,
  path: string,
  agent: http.Agent,
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  return new Promise((resolve) => {
    const request = open(endpoint, 'GET', path, agent);
    const stop = (): void => void request.destroy();
    const done = (): void => {
      signal.removeEventListener('abort', stop);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    request.on('error', done);
    request.on('response', (response) => {
      response.on('data', (chunk: Buffer) => {
        // Bare newlines keep the connection alive; they say nothing.
        if (chunk.length > 1) onChange();
      });
      response.on('error', done);
      response.on('close', done);
    });
    request.end();
  });
}
