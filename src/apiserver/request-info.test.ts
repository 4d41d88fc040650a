import { describe, expect, test } from 'vitest';
import { parsePath, Query } from './request-info.ts';

function resource(path: string): Record<string, unknown> {
  const info = parsePath(path);
  if (info.kind !== 'resource') throw new Error(`${path} is ${info.kind}`);
  const { rest, ...others } = info.path;
  return { ...others, rest: rest.join('/') };
}

describe('paths', () => {
  const blank = { group: '', namespace: '', inNamespace: false, name: '', subresource: '', watch: false, rest: '' };

  test.each([
    ['/api/v1/nodes', { ...blank, version: 'v1', resource: 'nodes' }],
    ['/api/v1/nodes/n/status', { ...blank, version: 'v1', resource: 'nodes', name: 'n', subresource: 'status' }],
    ['/apis/apps/v1/deployments/', { ...blank, group: 'apps', version: 'v1', resource: 'deployments' }],
    [
      '/api/v1/namespaces/a/pods/p/exec/x/y',
      {
        ...blank,
        version: 'v1',
        namespace: 'a',
        inNamespace: true,
        resource: 'pods',
        name: 'p',
        subresource: 'exec',
        rest: 'x/y',
      },
    ],
    ['/api/v1/watch/pods', { ...blank, version: 'v1', resource: 'pods', watch: true }],
    [
      '/api/v1/namespaces/a%2Db/pods',
      { ...blank, version: 'v1', namespace: 'a-b', inNamespace: true, resource: 'pods' },
    ],
  ])('%s is a resource path', (path, expected) => {
    expect(resource(path)).toEqual(expected);
  });

  test('a namespace and its subresources are the Namespace; anything else below it is inside', () => {
    expect(resource('/api/v1/namespaces/a')).toMatchObject({ resource: 'namespaces', name: 'a', inNamespace: false });
    expect(resource('/api/v1/namespaces/a/finalize')).toMatchObject({
      resource: 'namespaces',
      subresource: 'finalize',
    });
    expect(resource('/api/v1/namespaces/a/pods')).toMatchObject({ resource: 'pods', namespace: 'a' });
  });

  test('discovery, other and malformed paths', () => {
    expect(parsePath('/apis/apps/v1/')).toEqual({ kind: 'discovery', parts: ['apis', 'apps', 'v1'] });
    expect(parsePath('/api')).toEqual({ kind: 'discovery', parts: ['api'] });
    expect(parsePath('/apix/v1/pods')).toEqual({ kind: 'other', path: '/apix/v1/pods' });
    expect(parsePath('/api/v1/pods/%zz')).toEqual({ kind: 'malformed' });
  });

  test('an encoded slash splits a name, so that it never reaches another object', () => {
    expect(resource('/api/v1/namespaces/a/pods/b%2Fstatus')).toMatchObject({ name: 'b', subresource: 'status' });
  });
});

describe('queries', () => {
  test('the first value of a repeated name counts; booleans are false only as false, 0 or absent', () => {
    const query = new Query('limit=1&limit=2&a=false&b=0&c=&d=no&dryRun=All&dryRun=x');
    expect(query.get('limit')).toBe('1');
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => query.bool(name))).toEqual([false, false, true, true, false]);
    expect(query.all('dryRun')).toEqual(['All', 'x']);
  });
});
