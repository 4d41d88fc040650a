// Load that someone else makes: it is bounded, told of in upstream's words, and delays nobody else unduly.

import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject } from '../support/api.ts';
import { Api } from '../support/api.ts';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

describe('load', () => {
  let server: TestServer;
  let api: Api;
  const sockets: TLSSocket[] = [];

  beforeAll(async () => {
    server = await startServer({ nodes: 0 });
    api = new Api(server);
  });

  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    api?.close();
    await server?.stop();
  });

  /** A request whose body never ends. Resolves with the first bytes of the answer, if there is one. */
  function neverEnding(length: number): { answer: Promise<string>; socket: TLSSocket } {
    const { hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port), ca: server.ca, servername: 'localhost' });
    sockets.push(socket);
    socket.on('error', () => undefined);
    const head = [
      `POST ${CONFIG_MAPS} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      'Content-Type: application/json',
      `Content-Length: ${length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n{`);
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\r\n\r\n') && text.includes('}')) resolve(text);
      });
      socket.on('close', () => resolve(text));
    });
    return { answer, socket };
  }

  const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

  it('slow senders without a token hold seats of their own, and the many beyond are told to come again', async () => {
    const slow = Array.from({ length: 150 }, () => neverEnding(1000));
    const told: string[] = [];
    for (const { answer } of slow) void answer.then((text) => told.push(text));
    const enough = Date.now() + 10_000;
    while (told.length < 70 && Date.now() < enough) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told.length).toBeGreaterThanOrEqual(70);
    const [first = ''] = told;
    expect(first).toMatch(/^HTTP\/1\.1 429 /);
    expect(first).toMatch(/\r\nRetry-After: 1\r\n/i);
    expect(first).toContain('"message":"too many requests, please try again later."');
    expect(first).toContain('"reason":"TooManyRequests"');

    const started = performance.now();
    for (let i = 0; i < 20; i++) {
      const made = await api.send({ method: 'POST', path: CONFIG_MAPS, body: configMap(`during-${i}`) });
      expect(made.status).toBe(201);
    }
    expect(performance.now() - started).toBeLessThan(5000);

    const { text } = await api.send({ path: '/metrics' });
    expect(text).toMatch(
      /apiserver_flowcontrol_rejected_requests_total\{flow_schema="global-default",priority_level="global-default",reason="queue-full"\} [1-9]/,
    );
    expect(text).toMatch(/apiserver_flowcontrol_current_executing_seats\{priority_level="global-default"\} [1-9]/);
    for (const { socket } of slow) socket.destroy();
  });

  it('a body that does not come within the timeout: 504', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port), ca: server.ca, servername: 'localhost' });
    sockets.push(socket);
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => void (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('data', () => {
        if (text.includes('"code":504')) resolve(text);
      });
    });
    const head = [
      `POST ${CONFIG_MAPS}?timeout=1s HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${server.token}`,
      'Content-Type: application/json',
      'Content-Length: 1000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n{`);
    const text = await answer;
    expect(text).toMatch(/^HTTP\/1\.1 504 /);
    expect(text).toContain('Timeout: request did not complete within the allotted timeout');
  });

  it('many large bodies at once are taken a few at a time', async () => {
    const large = JSON.stringify({ ...configMap('large'), data: { a: 'x'.repeat(900_000) } });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        api.send({ method: 'POST', path: CONFIG_MAPS, body: large.replace('"large"', `"large-${index}"`) }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const { items = [] } = JSON.parse((await api.send({ path: `${CONFIG_MAPS}?limit=1` })).text) as AnyObject;
    expect(items.length).toBe(1);
  });
});
