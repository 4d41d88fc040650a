// Nobody leaves the scope that a path names.

import { beforeAll, describe, expect, it } from 'vitest';
import { namesOf, Rig } from '../testing/rig.ts';

describe('scope', () => {
  const rig = new Rig();
  const maps = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;

  beforeAll(() => {
    for (const name of ['ns1', 'ns10', 'ns']) {
      rig.send('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } });
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `in-${name}` } };
      expect(rig.send('POST', maps(name), { body }).status).toBe(201);
    }
  });

  it('ns1 never lists, watches or deletes what is of ns10', () => {
    expect(namesOf(rig.get(maps('ns1')).body)).toEqual(['in-ns1']);
    expect(namesOf(rig.get(maps('ns')).body)).toEqual(['in-ns']);
    const frames = [...rig.watch(`${maps('ns1')}?watch=1`).initial()].join('');
    expect(frames).toContain('in-ns1"');
    expect(frames).not.toContain('in-ns10');
    rig.send('DELETE', maps('ns1'));
    expect(namesOf(rig.get(maps('ns10')).body)).toEqual(['in-ns10']);
  });

  it('a name is a key, not a prefix of keys', () => {
    expect(rig.get(`${maps('ns10')}/in-ns1`).status).toBe(404);
    expect(rig.get(`${maps('ns10')}/in-`).status).toBe(404);
  });

  it('a path in a namespace does not reach what has none, nor the other way round', () => {
    for (const resource of ['nodes', 'persistentvolumes']) {
      expect(rig.get(`/api/v1/namespaces/ns10/${resource}`).status).toBe(404);
      expect(rig.send('DELETE', `/api/v1/namespaces/ns10/${resource}/n1`).status).toBe(404);
    }
    expect(rig.get('/api/v1/configmaps/in-ns10').status).toBe(404);
    expect(rig.send('DELETE', '/api/v1/configmaps').status).toBe(405);
  });

  it('dots and encoded slashes lead nowhere', () => {
    const paths = ['..', '.', '%2e%2e', '%2E', '..%2Fns10', 'a%2F..%2Fin-ns10', '%00', 'a%2Fb'];
    for (const path of paths) {
      const { status } = rig.get(`${maps('ns1')}/${path}`);
      expect([path, status]).toEqual([path, status === 404 ? 404 : 400]);
    }
    for (const name of ['..', '.', 'a/b', 'a%b', '']) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
      expect([name, rig.send('POST', maps('ns1'), { body }).status]).toEqual([name, 422]);
    }
    expect(rig.get('/api/v1/namespaces/ns1/../ns10/configmaps').status).toBe(404);
  });
});
