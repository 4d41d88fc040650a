import { describe, expect, it } from 'vitest';
import { clusterOf, isClusterName, mayWatch } from './cluster-path.ts';

describe('clusterOf', () => {
  const cases: ReadonlyArray<readonly [path: string, withDefault: string | undefined, without: string | undefined]> = [
    ['/', 'home', undefined],
    ['', 'home', undefined],
    ['/api/v1/pods?x=/clusters/a/', 'home', undefined],
    ['/clusters', undefined, undefined],
    ['/clusters?x=1', undefined, undefined],
    ['/clusters/a', undefined, undefined],
    ['/clusters/a?x=/b', undefined, undefined],
    ['/clusters/a/kubeconfig', undefined, undefined],
    ['/clusters/a/kubeconfig?x', undefined, undefined],
    ['/clusters/a/kubeconfigs', 'a', 'a'],
    ['/clusters/a/', 'a', 'a'],
    ['/clusters/a/api/v1', 'a', 'a'],
    ['/clusters/a/version?timeout=32s', 'a', 'a'],
    ['/clustersx/a/b', 'home', undefined],
  ];
  for (const [path, withDefault, without] of cases) {
    it(`${path || '(no path)'}`, () => {
      expect(clusterOf(`https://host:1${path}`, 'home')).toBe(withDefault);
      expect(clusterOf(`https://host:1${path}`, undefined)).toBe(without);
    });
  }

  it('takes RFC 1123 labels for names', () => {
    for (const name of ['a', 'a-b', '0', 'x'.repeat(63)]) expect(isClusterName(name)).toBe(true);
    for (const name of ['', '-a', 'a-', 'A', 'a.b', 'x'.repeat(64), 'a%20']) expect(isClusterName(name)).toBe(false);
  });
});

describe('mayWatch', () => {
  it('holds for every URL that may ask for a watch', () => {
    for (const url of ['https://h/p?watch', 'https://h/p?a=1&watch=1', 'https://h/api/v1/watch/pods'])
      expect(mayWatch(url)).toBe(true);
    for (const url of ['https://h/api/v1/pods', 'https://h/api/v1/pods?limit=1']) expect(mayWatch(url)).toBe(false);
  });
});
