import { describe, expect, it } from 'vitest';
import { bytesToHold, readBody as readInTime, targetOf, toResponse, whenSent } from './request.ts';

const never = (): Promise<'late'> => new Promise(() => undefined);
const readBody = (request: Request) => readInTime(request, never);

describe('targetOf', () => {
  it('takes the cluster off the path', () => {
    const cases: Array<readonly [url: string, cluster: string | undefined, path: string, query: string]> = [
      ['https://h/clusters/a/api/v1/pods?limit=1', 'a', '/api/v1/pods', 'limit=1'],
      ['https://h/clusters/a/', 'a', '/', ''],
      ['https://h/clusters/a?x=/b', 'a', '/', 'x=/b'],
      ['https://h/api/v1/pods/a%2Fb', undefined, '/api/v1/pods/a%2Fb', ''],
      ['https://h/?', undefined, '/', ''],
      ['https://h', undefined, '/', ''],
    ];
    for (const [url, cluster, path, query] of cases) expect(targetOf(url)).toEqual({ cluster, path, query });
  });
});

describe('readBody', () => {
  const post = (body: BodyInit, type = 'application/json') =>
    new Request('https://h/', {
      method: 'POST',
      body,
      headers: { 'Content-Type': type },
      duplex: 'half',
    } as RequestInit);
  const streamOf = (size: number): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < size; sent += 1 << 18)
          controller.enqueue(new Uint8Array(Math.min(1 << 18, size - sent)));
        controller.close();
      },
    });

  it('reads text, and binary bodies as latin1', async () => {
    expect(await readBody(post('{"a":"ä"}'))).toEqual({ ok: true, text: '{"a":"ä"}' });
    const binary = await readBody(
      post(new Uint8Array([0x6b, 0x38, 0x73, 0, 0xff]), 'application/vnd.kubernetes.protobuf'),
    );
    expect(binary).toEqual({ ok: true, text: 'k8s\u0000ÿ' });
    expect(await readBody(new Request('https://h/'))).toEqual({ ok: true, text: '' });
  });

  it('refuses what is above 3 MiB, with and without a length', async () => {
    expect(await readBody(post(streamOf(3_145_728)))).toMatchObject({ ok: true });
    const refused = {
      ok: false,
      status: { code: 413, reason: 'RequestEntityTooLarge', message: 'Request entity too large: limit is 3145728' },
    };
    expect(await readBody(post(streamOf(3_145_729)))).toMatchObject(refused);
    expect(await readBody(post(streamOf(100_000_000)))).toMatchObject(refused);
  });

  it('puts pieces together, however small they are', async () => {
    const text = 'äöü'.repeat(50_000);
    const bytes = new TextEncoder().encode(text);
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.subarray(at, at + 7));
        controller.close();
      },
    });
    expect(await readBody(post(pieces))).toEqual({ ok: true, text });
  });

  it('gives up on a body that is late, and lets go of it', async () => {
    let left = false;
    const slow = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      cancel: () => {
        left = true;
      },
    });
    const soon = (): Promise<'late'> => new Promise((resolve) => setTimeout(() => resolve('late'), 5));
    expect(await readInTime(post(slow), soon)).toMatchObject({
      ok: false,
      status: {
        code: 504,
        reason: 'Timeout',
        message: 'Timeout: request did not complete within the allotted timeout',
      },
    });
    expect(left).toBe(true);
  });

  it('says beforehand how much there may be to hold', () => {
    const sized = (length: string) =>
      new Request('https://h/', { method: 'POST', body: 'x', headers: { 'Content-Length': length } });
    expect(bytesToHold(sized('12'))).toBe(12);
    expect(bytesToHold(sized('99999999'))).toBe(0);
    expect(bytesToHold(post(streamOf(1)))).toBe(3_145_728);
    expect(bytesToHold(new Request('https://h/', { method: 'DELETE' }))).toBe(0);
    expect(bytesToHold(new Request('https://h/'))).toBe(0);
  });
});

describe('toResponse', () => {
  it('carries warnings and the encoding in headers', () => {
    const encoding = { format: 'yaml' } as const;
    const response = toResponse({
      status: 201,
      contentType: 'application/json',
      body: '{}',
      warnings: ['a "b"\nc', 'ü'],
      encoding,
    });
    expect(response.headers.get('Warning')).toBe('299 - "a \\"b\\" c", 299 - "?"');
    expect(response.headers.get('x-kubewisp-encoding')).toBe('{"format":"yaml"}');
    expect(response.status).toBe(201);
  });
});

describe('whenSent', () => {
  it('tells the end of an answer: of a text at once, of pieces when they are read or left', () => {
    let ended = 0;
    const answer = { status: 200, contentType: 'application/json' };
    const end = (): void => void ended++;
    whenSent({ ...answer, body: 'x' }, end);
    expect(ended).toBe(1);
    const { body } = whenSent({ ...answer, body: ['a', 'b'] }, end);
    expect([...body].join('')).toBe('ab');
    expect(ended).toBe(2);
    for (const _ of whenSent({ ...answer, body: ['a', 'b'] }, end).body) break;
    expect(ended).toBe(3);
  });
});

describe('a body in pieces', () => {
  it('is made as it is read, and let go of by a reader that leaves', async () => {
    const made: number[] = [];
    let released = false;
    function* pieces(): Generator<string> {
      try {
        for (let i = 0; i < 100; i++) {
          made.push(i);
          yield `${i}é,`;
        }
      } finally {
        released = true;
      }
    }
    const response = toResponse({ status: 200, contentType: 'application/json', body: pieces() });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(made).toEqual([]);
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe('0é,');
    expect(made.length).toBeLessThan(3);
    await reader.cancel();
    expect(released).toBe(true);
  });

  it('fails where a piece cannot be made', async () => {
    function* pieces(): Generator<string> {
      yield 'a';
      throw new Error('gone');
    }
    const response = toResponse({ status: 200, contentType: 'application/json', body: pieces() });
    await expect(response.text()).rejects.toThrow('gone');
  });
});
