import { describe, expect, it } from 'vitest';
import { acceptsGzip, compressed } from './compress.ts';

const request = (acceptEncoding: string): Request =>
  new Request('http://x/', { headers: { 'Accept-Encoding': acceptEncoding } });
const answer = (bytes: number, contentType: string, headers: Record<string, string> = {}): Response =>
  new Response('x'.repeat(bytes), { headers: { 'Content-Type': contentType, ...headers } });
const encodingOf = async (...args: Parameters<typeof compressed>): Promise<string | null> =>
  (await compressed(...args)).headers.get('Content-Encoding');

describe('compressed', () => {
  it.each([
    ['gzip', true],
    ['deflate, gzip', true],
    ['gzip;q=1', false],
    ['*', false],
  ])('reads Accept-Encoding %j as upstream does', (header, taken) => {
    expect(acceptsGzip(header)).toBe(taken);
  });

  it('is what is long, of a known length or not, and says so', async () => {
    const long = await compressed(request('gzip'), answer(131_073, 'application/json', { 'Content-Length': '131073' }));
    expect(Object.fromEntries(long.headers)).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(long.headers.get('Content-Length')).toBeNull();
    for (const type of ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml']) {
      expect(await encodingOf(request('gzip'), answer(200_000, type, { 'Content-Length': '200000' }))).toBe('gzip');
    }
    const short = await compressed(request('gzip'), answer(131_072, 'application/json'));
    expect(short.headers.get('Content-Encoding')).toBeNull();
    expect((await short.text()).length).toBe(131_072);
  });

  it('is nothing that the client does not take, and no text', async () => {
    expect(await encodingOf(request('br'), answer(200_000, 'application/json'))).toBeNull();
    expect(await encodingOf(request('gzip'), answer(200_000, 'text/plain', { 'Content-Length': '200000' }))).toBeNull();
  });
});
