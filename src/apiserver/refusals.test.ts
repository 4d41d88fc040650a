import { describe, expect, test } from 'vitest';
import { MAPS, Rig } from './testing/rig.ts';

describe('unknown paths and methods', () => {
  const rig = new Rig();

  test.each([
    ['GET', '/api/v1/bogus', 404],
    ['GET', '/api/v1/namespaces/default/nodes', 404],
    ['GET', '/api/v1/configmaps/x', 404],
    ['GET', '/api/v1/nodes/n/bogus', 404],
    ['GET', `${MAPS}/x/status/y`, 404],
    ['GET', '/apis/apps/v9/deployments', 404],
    ['POST', `${MAPS}/x`, 405],
    ['PUT', MAPS, 405],
    ['POST', '/api/v1/configmaps', 405],
    ['DELETE', '/api/v1/configmaps', 405],
    ['GET', '/api/v1/namespaces/default/pods/p/binding', 405],
    ['HEAD', MAPS, 405],
  ])('%s %s is %i, as a Status without a name', (method, path, code) => {
    const answer = rig.send(method, path);
    expect(answer.status).toBe(code);
    expect(answer.body).toMatchObject({ kind: 'Status', code, details: {} });
  });

  test('a group or a path that nobody serves is told by text', () => {
    for (const path of ['/apis/bogus.example/v1/things', '/bogus', '/apis/bogus.example']) {
      expect(rig.get(path).response).toMatchObject({ status: 404, contentType: 'text/plain; charset=utf-8' });
    }
    expect(rig.get('/api/v1/pods/%zz').status).toBe(400);
  });

  test('a name that no object can have', () => {
    expect(rig.get(`${MAPS}/a%25b`).body['message']).toBe(`Name parameter invalid: "a%b": may not contain '%'`);
    expect(rig.get(`${MAPS}/%00`).body['message']).toBe('configmaps "\\x00" not found');
  });
});

describe('authentication', () => {
  const rig = new Rig();
  const status = (path: string, authorization: string) => rig.get(path, { authorization }).status;

  test.each(['', 'Basic c2VjcmV0', 'Bearer ', 'secret'])('%j is nobody, who may nothing', (header) => {
    expect(status(MAPS, header)).toBe(403);
  });

  test('the scheme may be in any case; health and version need no token, but no wrong one either', () => {
    expect(status(MAPS, 'bearer secret')).toBe(200);
    expect(status('/livez', '')).toBe(200);
    expect(status('/version', '')).toBe(200);
    expect(status('/livez', 'Bearer wrong')).toBe(401);
    expect(status(MAPS, 'Bearer wrong')).toBe(401);
    expect(status('/metrics', '')).toBe(403);
  });
});

describe('timeouts', () => {
  const rig = new Rig();

  test.each(['1s', '0', '-5s', '1h30m', '1.5ms'])('%s is a duration', (timeout) => {
    expect(rig.get(`${MAPS}?timeout=${timeout}`).status).toBe(200);
  });

  test.each([
    ['abc', 'invalid duration "abc"'],
    ['5', 'missing unit in duration "5"'],
    ['5y', 'unknown unit "y" in duration "5y"'],
  ])('%s is none', (timeout, why) => {
    expect(rig.get(`${MAPS}?timeout=${timeout}`).body).toMatchObject({
      code: 400,
      message: `invalid timeout specified in the request URL - time: ${why}`,
    });
  });
});

describe('health', () => {
  const rig = new Rig();

  test('ok, each check, and what is left out', () => {
    expect(rig.get('/readyz').text).toBe('ok');
    expect(rig.get('/livez?verbose').text).toBe('[+]ping ok\n[+]log ok\n[+]etcd ok\nlivez check passed\n');
    expect(rig.get('/livez?verbose&exclude=etcd').text).toContain('[+]etcd excluded: ok');
    expect(rig.get('/livez/ping').text).toBe('ok');
    expect(rig.get('/livez/bogus').status).toBe(404);
  });
});

test('a watch of what can only be listed is refused by the list, with its warning', () => {
  const { status, body, response } = new Rig().get('/api/v1/componentstatuses?watch=true');
  expect([status, body['message']]).toEqual([405, 'watch is not supported on resources of kind "componentstatuses"']);
  expect(response.warnings).toEqual(['v1 ComponentStatus is deprecated in v1.19+']);
});
