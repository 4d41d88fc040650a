import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import type { Report } from '../../api/report.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { seededRandom } from '../../lib/random.ts';
import { runAgent } from './agent.ts';

/** A server that knows one node, takes reports, and holds watches open. */
class FakeServer {
  readonly reports: Report[] = [];
  readonly tokens = new Set<string | undefined>();
  readonly watches = new Map<string, http.ServerResponse>();
  node: Node | undefined;
  pod: Pod | undefined;
  #revision = 0;
  readonly #server = http.createServer((request, response) => this.#serve(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/clusters/c`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    this.tokens.add(request.headers.authorization);
    const url = new URL(request.url ?? '', 'http://x');
    if (url.searchParams.get('watch') === 'true') {
      response.writeHead(200).flushHeaders();
      this.watches.set(`${url.pathname} ${url.searchParams.get('fieldSelector') ?? ''}`, response);
      return;
    }
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.writeHead(url.pathname.endsWith('/nodes') ? 201 : 200);
      response.end(JSON.stringify(this.#answer(url.pathname, JSON.parse(body))));
    });
  }

  #answer(path: string, body: unknown): object {
    this.#revision += 1;
    if (path === '/clusters/c/api/v1/nodes') {
      this.node = { ...(body as Node), spec: { podCIDR: '10.244.9.0/24' } };
      return this.node;
    }
    const report = body as Report;
    this.reports.push(report);
    if (this.pod !== undefined) for (const { status } of report.pods) this.pod.status = status;
    return {
      revision: this.#revision,
      nodes: this.node === undefined ? [] : [this.node],
      pods: this.pod === undefined ? [] : [this.pod],
      gone: [],
      refused: [],
    };
  }
}

const servers: FakeServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(what()).toBe(true);
}

describe('outside node', () => {
  it('joins, runs a pod it hears of by its watch, and ends when told to', async () => {
    const server = new FakeServer();
    servers.push(server);
    const base = await server.listen();
    const lines: string[] = [];
    const end = new AbortController();
    const running = runAgent({
      server: `${base}/`,
      token: 't',
      name: 'out-1',
      cpu: '2',
      signal: end.signal,
      log: (line) => lines.push(line),
      random: seededRandom(1),
    });
    await until(() => server.watches.size === 2 && lines.length > 0);
    expect([...server.watches.keys()].sort()).toEqual([
      '/clusters/c/api/v1/nodes metadata.name=out-1',
      '/clusters/c/api/v1/pods spec.nodeName=out-1',
    ]);
    expect(lines).toEqual([`node out-1 is joined to ${base}/`]);
    expect(server.node?.status?.capacity?.['cpu']).toBe('2');
    expect(server.reports.at(-1)?.nodes[0]).toMatchObject({ name: 'out-1', standing: false });

    server.pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'p',
        namespace: 'd',
        uid: 'u',
        resourceVersion: '1',
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      spec: { nodeName: 'out-1', containers: [{ name: 'c', image: 'nginx' }] },
      status: { phase: 'Pending' },
    };
    server.watches.get('/clusters/c/api/v1/pods spec.nodeName=out-1')?.write('{"type":"ADDED"}\n');
    await until(() => server.pod?.status?.phase === 'Running');
    expect(server.pod.status?.podIP).toBe('10.244.9.2');

    end.abort();
    await running;
    expect([...server.tokens]).toEqual(['Bearer t']);
  });

  it('says once that the server cannot be reached, and ends all the same', async () => {
    const lines: string[] = [];
    const end = new AbortController();
    const running = runAgent({
      server: 'http://127.0.0.1:1',
      token: 't',
      name: 'n',
      signal: end.signal,
      log: (line) => lines.push(line),
    });
    await until(() => lines.length > 0);
    expect(lines[0]).toMatch(/^node n cannot report: .*ECONNREFUSED/);
    end.abort();
    await running;
    expect(lines).toHaveLength(1);
  });
});
