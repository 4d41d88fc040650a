// A bug in one listener or watcher must reach the runtime, and nobody else.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryLog } from './memory-log.ts';
import { pod, put, record } from './testing/harness.ts';
import { WatchHub } from './watch-hub.ts';

const reported: unknown[] = [];

beforeEach(() => {
  reported.length = 0;
  vi.stubGlobal('queueMicrotask', (task: () => void) => {
    try {
      task();
    } catch (error) {
      reported.push(error);
    }
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it('a listener that throws fails neither the write nor the other listeners', () => {
  const log = new MemoryLog();
  const bug = new Error('bug');
  const told: number[] = [];
  log.subscribe(() => {
    throw bug;
  });
  log.subscribe((events) => told.push(...events.map((event) => event.rev)));
  expect(put(log, pod('a')).rev).toBe(1);
  expect(put(log, pod('b')).rev).toBe(2);
  expect(told).toEqual([1, 2]);
  expect(reported).toEqual([bug, bug]);
});

it('a watcher that throws is ended, and the others see everything', () => {
  const log = new MemoryLog();
  const hub = new WatchHub(log);
  const bug = new Error('bug');
  const match = (): boolean => {
    throw bug;
  };
  const broken = record(hub, { resource: 'pods', match });
  const sound = record(hub, { resource: 'pods' });
  put(log, pod('a'));
  put(log, pod('b'));
  expect([broken.ended, broken.frames(), sound.frames().length, hub.size, hub.revision]).toEqual([
    'failed',
    [],
    2,
    1,
    2,
  ]);
  expect(reported).toEqual([bug]);
});
