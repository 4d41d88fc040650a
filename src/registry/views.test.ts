import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { Views } from './views.ts';

const object = (rev: number): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${rev}`, uid: `${rev}`, resourceVersion: `${rev}` },
  }) as KubeObject;

class Reads {
  readonly asked: number[][] = [];
  readonly read = (missing: readonly number[]): KubeObject[] => {
    this.asked.push([...missing]);
    return missing.map(object);
  };
}

describe('views', () => {
  it('reads what it does not know yet, once, and answers in the order that was asked', () => {
    const views = new Views();
    const reads = new Reads();
    const name = ({ metadata }: KubeObject) => ({ name: metadata.name });
    expect(views.of(name, [7, 9, 12], reads.read)).toEqual([{ name: 'pod-7' }, { name: 'pod-9' }, { name: 'pod-12' }]);
    expect(views.of(name, [7, 15, 12], reads.read)).toEqual([
      { name: 'pod-7' },
      { name: 'pod-15' },
      { name: 'pod-12' },
    ]);
    expect(views.of(name, [12, 7], reads.read)).toEqual([{ name: 'pod-12' }, { name: 'pod-7' }]);
    expect(reads.asked).toEqual([[7, 9, 12], [15]]);
  });

  it('keeps the views apart', () => {
    const views = new Views();
    const { read } = new Reads();
    expect(views.of(({ metadata }: KubeObject) => ({ name: metadata.name }), [1], read)).toEqual([{ name: 'pod-1' }]);
    expect(views.of(({ metadata }: KubeObject) => ({ uid: metadata.uid }), [1], read)).toEqual([{ uid: '1' }]);
  });

  it('is bounded: what was not asked for goes when room is needed, and more than the room is not kept at all', () => {
    const views = new Views();
    const reads = new Reads();
    const uid = ({ metadata }: KubeObject) => ({ uid: metadata.uid });
    const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
    views.of(uid, range(0, 15_000), reads.read);
    views.of(uid, [...range(10_000, 5000), ...range(20_000, 10_000)], reads.read);
    expect(reads.asked.map(({ length }) => length)).toEqual([15_000, 10_000]);
    views.of(uid, [10_000, 20_000, 0], reads.read);
    expect(reads.asked.at(-1)).toEqual([0]);
    expect(views.of(uid, range(100_000, 30_000), reads.read)).toHaveLength(30_000);
    views.of(uid, range(100_000, 30_000), reads.read);
    expect(reads.asked.slice(-2).map(({ length }) => length)).toEqual([30_000, 30_000]);
  });

  it('knows nothing after it was cleared', () => {
    const views = new Views();
    const reads = new Reads();
    const uid = ({ metadata }: KubeObject) => ({ uid: metadata.uid });
    views.of(uid, [1], reads.read);
    views.clear();
    views.of(uid, [1], reads.read);
    expect(reads.asked).toEqual([[1], [1]]);
  });
});
