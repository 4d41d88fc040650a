import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseCreateRequest } from './create-request.ts';
import { kubeconfig } from './kubeconfig.ts';
import { refuseOperator } from './operator.ts';

describe('parseCreateRequest', () => {
  it('takes an empty body for a cluster of defaults', () => {
    expect(parseCreateRequest('')).toEqual({ ok: true, value: {} });
  });

  it('takes all members', () => {
    const request = { name: 'a', nodes: 2, nodeShape: { cpu: '2', memory: '4Gi' }, seed: 1 };
    expect(parseCreateRequest(JSON.stringify(request))).toEqual({ ok: true, value: request });
  });

  it('refuses what is wrong, and names the field', () => {
    const wrong: Array<readonly [body: unknown, field: string]> = [
      [{ name: 'A' }, 'name'],
      [{ nodes: -1 }, 'nodes'],
      [{ nodes: 1001 }, 'nodes'],
      [{ nodes: '3' }, 'nodes'],
      [{ nodeShape: { cpu: 'many' } }, 'nodeShape.cpu'],
      [{ colour: 'red' }, '(root)'],
      [[], '(root)'],
    ];
    for (const [body, field] of wrong) {
      const parsed = parseCreateRequest(JSON.stringify(body));
      expect(parsed).toMatchObject({
        ok: false,
        status: { code: 422, reason: 'Invalid', details: { causes: [{ field }] } },
      });
    }
    expect(parseCreateRequest('{')).toMatchObject({ ok: false, status: { code: 400 } });
    expect(parseCreateRequest(' '.repeat(70_000))).toMatchObject({ ok: false, status: { code: 413 } });
  });
});

describe('refuseOperator', () => {
  it('is closed without a token, and else open to its holder alone', async () => {
    expect(await refuseOperator('Bearer x', undefined)).toMatchObject({ code: 403 });
    expect(await refuseOperator('Bearer ', '')).toMatchObject({ code: 403 });
    expect(await refuseOperator(undefined, 'secret')).toMatchObject({ code: 401 });
    expect(await refuseOperator('Bearer wrong', 'secret')).toMatchObject({ code: 401 });
    expect(await refuseOperator('Basic secret', 'secret')).toMatchObject({ code: 401 });
    expect(await refuseOperator('Bearer secret', 'secret')).toBeUndefined();
  });
});

describe('kubeconfig', () => {
  it('has one context whose cluster and user exist', () => {
    const text = kubeconfig({ cluster: 'a', server: 'https://h/clusters/a', token: 't', caData: 'Q0E=' });
    expect(parse(text)).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'kubewisp-a', cluster: { server: 'https://h/clusters/a', 'certificate-authority-data': 'Q0E=' } },
      ],
      contexts: [{ name: 'kubewisp-a', context: { cluster: 'kubewisp-a', user: 'kubewisp-a-admin' } }],
      'current-context': 'kubewisp-a',
      preferences: {},
      users: [{ name: 'kubewisp-a-admin', user: { token: 't' } }],
    });
  });
});
