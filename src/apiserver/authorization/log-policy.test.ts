import { expect, test } from 'vitest';
import type { Key, Verb } from '../../eventlog/log.ts';
import { MemoryLog } from '../../eventlog/memory-log.ts';
import { logPolicy } from './log-policy.ts';
import { Rbac } from './rbac.ts';

const GROUP = 'rbac.authorization.k8s.io';
const QUESTION = { resourceAttributes: { verb: 'get', resource: 'pods' } };

class Cluster {
  readonly log = new MemoryLog();
  readonly #rbac = new Rbac(logPolicy(this.log));
  #at = 0;

  put(resource: string, name: string, members: object): void {
    const key = { resource: `${resource}.${GROUP}`, namespace: '', name };
    const expected = this.log.get(key)?.rev ?? 0;
    this.#append(
      key,
      expected === 0 ? 'create' : 'update',
      expected,
      JSON.stringify({ metadata: { name }, ...members }),
    );
  }

  drop(resource: string, name: string): void {
    const key = { resource: `${resource}.${GROUP}`, namespace: '', name };
    this.#append(key, 'delete', this.log.get(key)?.rev ?? 0, '{}');
  }

  #append(key: Key, verb: Verb, expected: number, text: string): void {
    const rest = { actor: '', agent: '', cause: 0, uid: key.name, at: this.#at++, terms: [] };
    const appended = this.log.append({ ...key, ...rest, verb, expected, object: () => text });
    if (!appended.ok) throw new Error('refused');
  }

  role(verbs: string[]): void {
    this.put('clusterroles', 'r', { rules: [{ verbs, apiGroups: [''], resources: ['pods'] }] });
  }

  bind(username: string): void {
    this.put('clusterrolebindings', 'b', {
      roleRef: { kind: 'ClusterRole', name: 'r' },
      subjects: [{ kind: 'User', name: username }],
    });
  }

  may(username: string): boolean {
    return this.#rbac.authorize({ username }, QUESTION).allowed;
  }
}

test('what is written counts from the next question on', () => {
  const cluster = new Cluster();
  expect(cluster.may('eve')).toBe(false);
  cluster.role(['get']);
  expect(cluster.may('eve')).toBe(false);
  cluster.bind('eve');
  expect(cluster.may('eve')).toBe(true);
  cluster.bind('adam');
  expect([cluster.may('eve'), cluster.may('adam')]).toEqual([false, true]);
  cluster.role(['list']);
  expect(cluster.may('adam')).toBe(false);
  cluster.role(['get']);
  cluster.drop('clusterrolebindings', 'b');
  expect(cluster.may('adam')).toBe(false);
});

test('what was written before the first question counts', () => {
  const cluster = new Cluster();
  cluster.role(['get']);
  cluster.bind('eve');
  expect(cluster.may('eve')).toBe(true);
});

test('what is undone never counts, though it was asked about within the transaction', () => {
  for (const isAsGreatAgain of [false, true]) {
    const cluster = new Cluster();
    cluster.role(['get']);
    const undone = () =>
      cluster.log.transaction(() => {
        cluster.bind('eve');
        expect(cluster.may('eve')).toBe(true);
        throw new Error('undone');
      });
    expect(undone).toThrow('undone');
    if (isAsGreatAgain) cluster.put('roles', 'other', { rules: [] });
    expect(cluster.may('eve')).toBe(false);
  }
});
