import { describe, expect, it } from 'vitest';
import { Scheme } from '../../api/scheme.ts';
import type { ApiRequest } from '../http.ts';
import { openApiAnswer, protobufType } from './served.ts';

const scheme = new Scheme();

function ask(path: string, accept?: string) {
  const header = (name: string): string | undefined => (name === 'accept' ? accept : undefined);
  return openApiAnswer({ header } as ApiRequest, path, scheme);
}

describe('documents of OpenAPI', () => {
  it.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/json', 'json'],
    ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', 'protobuf'],
    ['application/com.github.proto-openapi.spec.v2.v1.0+protobuf', 'protobuf'],
    ['application/json;q=0.5, application/com.github.proto-openapi.spec.v2.v1.0+protobuf', 'protobuf'],
    ['application/com.github.proto-openapi.spec.v2.v1.0+protobuf;q=0.5, application/json', 'json'],
    ['application/com.github.proto-openapi.spec.v3.v1.0+protobuf', undefined],
    ['application/yaml', undefined],
    ['text/html', undefined],
  ])('of version 2 for Accept %j', (accept, format) => {
    const answer = ask('/openapi/v2', accept);
    if (format === undefined) expect(answer).toMatchObject({ status: 406, body: '' });
    else expect(answer).toMatchObject({ status: 200, encoding: { document: 'v2', format } });
  });

  it('of version 3, for a group version that is served', () => {
    const document = 'v3/apis/apps/v1';
    expect(ask('/openapi/v3/apis/apps/v1')?.encoding).toEqual({ document, format: 'json' });
    expect(ask('/openapi/v3/apis/apps/v1', protobufType('v3'))?.encoding).toEqual({ document, format: 'protobuf' });
    expect(ask('/openapi/v3/apis/apps/v1', protobufType('v2'))?.status).toBe(406);
    expect(ask('/openapi/v3/apis/apps')?.encoding).toEqual({ document: 'v3/apis/apps', format: 'json' });
    expect(ask('/openapi/v3/apis/apps/v2')).toMatchObject({ status: 404, body: '' });
    expect(ask('/openapi/v3/')?.status).toBe(404);
    expect(ask('/openapi')).toBeUndefined();
  });

  it('and their index, whatever is accepted', () => {
    expect(ask('/openapi/v3', protobufType('v3'))?.encoding).toEqual({ document: 'v3', format: 'json' });
  });
});
