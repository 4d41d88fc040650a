import { describe, expect, test } from 'vitest';
import { Rig } from '../testing/rig.ts';

const rig = new Rig();

/** What the server says to somebody without credentials. */
function anonymous(method: string, url: string): string {
  const { status, body } = rig.send(method, url, { headers: { authorization: '' } });
  return status === 200 ? '200' : `${status} ${String(body['message'])}`;
}

const WHO = 'User "system:anonymous" cannot';

describe('who is not known', () => {
  test.each(['/healthz', '/livez', '/readyz?verbose', '/version'])('reads %s', (path) => {
    expect(anonymous('GET', path)).toBe('200');
  });

  test.each(['/', '/api', '/apis/apps', '/openapi/v3', '/metrics', '/livez/ping', '/bogus'])('not %s', (path) => {
    expect(anonymous('GET', path)).toBe(`403 forbidden: ${WHO} get path "${path}"`);
  });

  test('writes nothing there either', () => {
    expect(anonymous('POST', '/version')).toBe(`403 forbidden: ${WHO} post path "/version"`);
  });

  const maps = '/api/v1/namespaces/n/configmaps';
  test.each([
    ['GET', maps, 'configmaps is forbidden: * list resource "configmaps" in API group "" in the namespace "n"'],
    [
      'GET',
      `${maps}?watch=1`,
      'configmaps is forbidden: * watch resource "configmaps" in API group "" in the namespace "n"',
    ],
    [
      'GET',
      `${maps}/x`,
      'configmaps "x" is forbidden: * get resource "configmaps" in API group "" in the namespace "n"',
    ],
    ['POST', maps, 'configmaps is forbidden: * create resource "configmaps" in API group "" in the namespace "n"'],
    [
      'PUT',
      `${maps}/x`,
      'configmaps "x" is forbidden: * update resource "configmaps" in API group "" in the namespace "n"',
    ],
    [
      'PATCH',
      `${maps}/x`,
      'configmaps "x" is forbidden: * patch resource "configmaps" in API group "" in the namespace "n"',
    ],
    [
      'DELETE',
      `${maps}/x`,
      'configmaps "x" is forbidden: * delete resource "configmaps" in API group "" in the namespace "n"',
    ],
    [
      'DELETE',
      maps,
      'configmaps is forbidden: * deletecollection resource "configmaps" in API group "" in the namespace "n"',
    ],
    ['GET', '/api/v1/nodes', 'nodes is forbidden: * list resource "nodes" in API group "" at the cluster scope'],
    [
      'GET',
      '/apis/apps/v1/namespaces/n/deployments/x/scale',
      'deployments.apps "x" is forbidden: * get resource "deployments/scale" in API group "apps" in the namespace "n"',
    ],
  ])('%s %s', (method, url, message) => {
    expect(anonymous(method, url)).toBe(`403 ${message.replace('*', WHO)}`);
  });
});

test('wrong credentials are worse than none', () => {
  const headers = { authorization: 'Bearer bogus' };
  for (const path of ['/version', '/livez', '/api']) expect(rig.get(path, headers).status).toBe(401);
});
