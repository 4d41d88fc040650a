import { describe, expect, it } from 'vitest';
import { acceptsGzip, compressionHeaders } from './compress.ts';

describe('compression', () => {
  it.each([
    ['gzip', true],
    ['deflate, gzip', true],
    ['gzip;q=1', false],
    ['*', false],
  ])('reads Accept-Encoding %j as upstream does', (header, taken) => {
    expect(acceptsGzip(header)).toBe(taken);
  });

  it('is of long objects, for those who take it', () => {
    const headersOf = (acceptEncoding: string, type: string, length: number): unknown =>
      compressionHeaders(new Request('http://x/', { headers: { 'Accept-Encoding': acceptEncoding } }), type, length);
    for (const type of ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml']) {
      expect(headersOf('gzip', type, 131_073)).toEqual({ 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' });
    }
    expect(headersOf('gzip', 'application/json', 131_072)).toEqual({});
    expect(headersOf('br', 'application/json', 200_000)).toEqual({});
    expect(headersOf('gzip', 'text/plain', 200_000)).toEqual({});
  });
});
