// Watches through the gateway: over WebSockets, and by clients that do not read.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Frame, TestCluster } from './support.ts';
import { CONFIG_MAPS, createCluster, Frames, make, settle } from './support.ts';

const LONG = 'x'.repeat(200_000);
const OWN = 'fieldSelector=metadata.name!=kube-root-ca.crt';

const nameOf = ({ object }: Frame): string | undefined => object.metadata.name;

/** How far the cluster's watches that are behind have been told; `live` for the others. */
const positions = ({ stub }: TestCluster): Promise<unknown[]> =>
  runInDurableObject(stub, (_cluster, context) =>
    context.getWebSockets().map((socket) => (socket.deserializeAttachment() as { seen?: unknown }).seen ?? 'live'),
  );

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return;
    await scheduler.wait(20);
  }
  throw new Error('it did not come to pass');
}

async function open(cluster: TestCluster, path: string, headers: Record<string, string> = {}) {
  const answer = await cluster.ask(path, { headers: { Upgrade: 'websocket', ...headers } });
  const socket = answer.webSocket;
  if (socket === null) throw new Error(`${answer.status}: ${await answer.text()}`);
  const messages: unknown[] = [];
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
  socket.addEventListener('message', ({ data }) => void messages.push(data));
  socket.accept();
  return { answer, socket, messages, closed };
}

describe('a WebSocket watch', () => {
  it('has a text message for each event, and closes in time', async () => {
    const cluster = await createCluster('ws');
    await make(cluster.ask, 'a');
    await make(cluster.ask, 'b');
    const { answer, messages, closed } = await open(cluster, `${CONFIG_MAPS}?watch=1&timeoutSeconds=1&${OWN}`);
    expect([answer.status, answer.headers.get('Sec-WebSocket-Protocol')]).toEqual([101, null]);
    await make(cluster.ask, 'c');
    expect(await closed).toBe(1000);
    const frames = messages.map((message) => JSON.parse(message as string) as Frame);
    expect(frames.map((frame) => `${frame.type} ${nameOf(frame) ?? ''}`)).toEqual(['ADDED a', 'ADDED b', 'ADDED c']);
  });

  it('takes one subprotocol, as upstream does; a token is none', async () => {
    const cluster = await createCluster('ws-protocol');
    const path = `${CONFIG_MAPS}?watch=1&timeoutSeconds=1`;
    const offer = (protocols: string) => ({ 'Sec-WebSocket-Protocol': protocols });
    const one = await open(cluster, path, offer('base64.binary.k8s.io'));
    expect(one.answer.headers.get('Sec-WebSocket-Protocol')).toBe('base64.binary.k8s.io');
    const token = await open(cluster, path, offer('base64url.bearer.authorization.k8s.io.c2VjcmV0, v1'));
    expect(token.answer.headers.get('Sec-WebSocket-Protocol')).toBe('v1');
    const several = await cluster.ask(path, { headers: { Upgrade: 'websocket', ...offer('a, b') } });
    expect([several.status, await several.json()]).toMatchObject([400, { kind: 'Status', reason: 'BadRequest' }]);
    for (const { socket } of [one, token]) socket.close(1000, '');
    await until(async () => (await positions(cluster)).length === 0);
  });

  it('that is refused gets a plain answer', async () => {
    const cluster = await createCluster('ws-refused');
    const answer = await cluster.ask(`${CONFIG_MAPS}?watch=1&labelSelector=!!`, { headers: { Upgrade: 'websocket' } });
    expect([answer.status, answer.webSocket, await answer.json()]).toMatchObject([400, null, { kind: 'Status' }]);
  });
});

describe('a client that does not read', () => {
  it('falls behind, holding no memory, and is told the rest when it reads, though the object slept meanwhile', async () => {
    const cluster = await createCluster('slow');
    // What controllers make of a new cluster counts as well.
    await settle(cluster.stub);
    const { metadata } = (await (await cluster.ask(CONFIG_MAPS)).json()) as Frame['object'];
    const frames = new Frames(
      await cluster.ask(`${CONFIG_MAPS}?watch=1&resourceVersion=${metadata.resourceVersion}&${OWN}`),
    );
    const names = Array.from({ length: 30 }, (_, index) => `c${index}`);
    for (const name of names.slice(0, 25)) await make(cluster.ask, name, { k: LONG });
    const [position] = await positions(cluster);
    // A window of what has been sent, of the 5 MB that were written.
    expect(position).toBeLessThan(Number(metadata.resourceVersion) + 12);
    await evictDurableObject(cluster.stub);
    for (const name of names.slice(25)) await make(cluster.ask, name);
    const seen = await frames.take(names.length);
    expect(seen.map(nameOf)).toEqual(names);
    await until(async () => (await positions(cluster))[0] === 'live');
    await make(cluster.ask, 'last');
    expect((await frames.take(1)).map(nameOf)).toEqual(['last']);
    await frames.cancel();
  });

  it('gets a large initial state as it reads, then what was written meanwhile', async () => {
    const cluster = await createCluster('slow-state');
    const names = Array.from({ length: 20 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    for (const name of names) await make(cluster.ask, name, { k: LONG });
    const query = 'watch=1&allowWatchBookmarks=1&sendInitialEvents=1&resourceVersionMatch=NotOlderThan';
    const frames = new Frames(await cluster.ask(`${CONFIG_MAPS}?${query}&${OWN}`));
    expect(await positions(cluster)).toEqual(['state']);
    await (await cluster.ask(`${CONFIG_MAPS}/c19`, { method: 'DELETE' })).text();
    await make(cluster.ask, 'new');
    const state = await frames.take(21);
    expect(state.map(nameOf)).toEqual([...names, undefined]);
    const revisions = state.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(revisions.at(-1)).toBe(Math.max(...revisions));
    const later = await frames.take(2);
    expect(later.map((frame) => `${frame.type} ${nameOf(frame) ?? ''}`)).toEqual(['DELETED c19', 'ADDED new']);
    await frames.cancel();
  });

  it('whose state is lost in a sleep gets a clean end', async () => {
    const cluster = await createCluster('slow-lost');
    for (let index = 0; index < 12; index++) await make(cluster.ask, `c${index}`, { k: LONG });
    const frames = new Frames(await cluster.ask(`${CONFIG_MAPS}?watch=1&${OWN}`));
    expect(await positions(cluster)).toEqual(['state']);
    await evictDurableObject(cluster.stub);
    await make(cluster.ask, 'wakes');
    let told = 0;
    while ((await frames.next()) !== undefined) told++;
    expect(told).toBeLessThan(12);
  });
});
