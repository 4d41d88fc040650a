import { describe, expect, it } from 'vitest';
import { SchedulingQueue } from './queue.ts';
import { aPodInfo } from './testing/objects.ts';

const withPriority = (name: string, priority: number) => aPodInfo(name, { spec: { priority } });

function names(queue: SchedulingQueue, now = 0): string[] {
  const found: string[] = [];
  for (let next = queue.pop(now); next !== undefined; next = queue.pop(now)) found.push(next.pod.pod.metadata.name);
  return found;
}

/** The pod fails so many times in a row, each time as soon as it may. Answers when it may be tried again. */
function failed(queue: SchedulingQueue, times: number): number {
  let now = 0;
  queue.put(aPodInfo('p'), now);
  for (let attempt = 1; ; attempt++) {
    const next = queue.pop(now);
    if (next === undefined) throw new Error('the pod is not ready');
    expect(next.attempts).toBe(attempt);
    queue.fail(next.pod, next.attempts, now);
    queue.moveAll(now);
    const due = queue.nextDue();
    if (due === undefined) throw new Error('no backoff runs');
    if (attempt === times) return due - now;
    now = due;
  }
}

describe('SchedulingQueue', () => {
  it('gives the highest priority first, and of equals the first that came (2)', () => {
    const queue = new SchedulingQueue();
    for (const [name, priority] of [
      ['a', 0],
      ['b', 5],
      ['c', 0],
      ['d', 5],
      ['e', -1],
    ] as const) {
      queue.put(withPriority(name, priority), 0);
    }
    expect(names(queue)).toEqual(['b', 'd', 'a', 'c', 'e']);
  });

  it('holds a pod once, in its newest form (1)', () => {
    const queue = new SchedulingQueue();
    queue.put(aPodInfo('p'), 0);
    queue.put(aPodInfo('p', { spec: { nodeSelector: { disk: 'ssd' } } }), 0);
    expect(queue.pop(0)?.pod.pod.spec?.nodeSelector).toEqual({ disk: 'ssd' });
    expect(queue.pop(0)).toBeUndefined();
  });

  it('leaves an unschedulable pod alone until something changes (3)', () => {
    const queue = new SchedulingQueue();
    queue.fail(aPodInfo('p'), 1, 0);
    expect(queue.nextDue()).toBeUndefined();
    expect(names(queue, 3_600_000)).toEqual([]);
    queue.moveAll(3_600_000);
    expect(names(queue, 3_600_000)).toEqual(['p']);
  });

  it('does not move an unschedulable pod that is only refreshed, and does where it changes', () => {
    const queue = new SchedulingQueue();
    queue.fail(aPodInfo('p'), 1, 0);
    queue.refresh(aPodInfo('p', { spec: { priority: 7 } }));
    expect(names(queue, 5000)).toEqual([]);
    expect(queue.get('a/p')?.priority).toBe(7);
    queue.put(aPodInfo('p'), 5000);
    expect(names(queue, 5000)).toEqual(['p']);
  });

  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 10_000],
    [9, 10_000],
  ])('after failure %i a pod waits %i ms (4)', (times, wait) => {
    expect(failed(new SchedulingQueue(), times)).toBe(wait);
  });

  it('waits with a pod in backoff although everything changes, and gives it when its time has come (4)', () => {
    const queue = new SchedulingQueue();
    queue.fail(aPodInfo('p'), 1, 0);
    queue.moveAll(500);
    queue.moveAll(600);
    queue.put(aPodInfo('p'), 700);
    expect(names(queue, 999)).toEqual([]);
    expect(queue.nextDue()).toBe(1000);
    expect(names(queue, 1000)).toEqual(['p']);
    expect(queue.nextDue()).toBeUndefined();
  });

  it('tries again by itself what failed for another reason', () => {
    const queue = new SchedulingQueue();
    queue.retry(aPodInfo('p'), 2, 0);
    expect(queue.nextDue()).toBe(2000);
    expect(names(queue, 2000)).toEqual(['p']);
  });

  it('knows nothing of a removed pod, wherever it was', () => {
    const queue = new SchedulingQueue();
    queue.put(aPodInfo('active'), 0);
    queue.retry(aPodInfo('backoff'), 1, 0);
    queue.fail(aPodInfo('unschedulable'), 1, 0);
    for (const name of ['active', 'backoff', 'unschedulable', 'unknown']) queue.remove(`a/${name}`);
    queue.moveAll(5000);
    expect(queue.nextDue()).toBeUndefined();
    expect(names(queue, 5000)).toEqual([]);
    expect(queue.get('a/active')).toBeUndefined();
  });

  it('takes a pod that comes again after it was removed as new', () => {
    const queue = new SchedulingQueue();
    queue.put(aPodInfo('first'), 0);
    queue.put(aPodInfo('p'), 0);
    queue.remove('a/first');
    queue.put(aPodInfo('first'), 0);
    expect(names(queue)).toEqual(['p', 'first']);
  });
});
