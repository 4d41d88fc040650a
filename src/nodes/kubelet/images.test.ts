import { describe, expect, it } from 'vitest';

import { resolveImage } from './images.ts';

describe('image names', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest', /^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/],
    ['nginx:1.27', 'docker.io/library/nginx:1.27', /^docker\.io\/library\/nginx@sha256:/],
    ['bitnami/redis', 'docker.io/bitnami/redis:latest', /^docker\.io\/bitnami\/redis@sha256:/],
    ['localhost/app', 'localhost/app:latest', /^localhost\/app@/],
    ['host.example:5000/a/b:v1', 'host.example:5000/a/b:v1', /^host\.example:5000\/a\/b@/],
  ])('%s', (reference, name, id) => {
    const image = resolveImage(reference);
    expect(image?.name).toBe(name);
    expect(image?.id).toMatch(id);
    expect(image?.missing).toBeUndefined();
  });

  it('keeps a digest', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const image = resolveImage(`nginx@${digest}`);
    expect(image?.name).toBe(`docker.io/library/nginx@${digest}`);
    expect(image?.id).toBe(`docker.io/library/nginx@${digest}`);
  });

  it('is the same image every time, and another one for another name', () => {
    expect(resolveImage('nginx')).toEqual(resolveImage('docker.io/library/nginx:latest'));
    expect(resolveImage('nginx')?.id).not.toBe(resolveImage('nginx:2')?.id);
  });

  it('has no images in .invalid', () => {
    expect(resolveImage('registry.invalid/app:1')?.missing).toBe(
      'rpc error: code = Unknown desc = failed to pull and unpack image "registry.invalid/app:1": failed to resolve reference ' +
        '"registry.invalid/app:1": failed to do request: Head "https://registry.invalid/v2/app/manifests/1": dial tcp: lookup ' +
        'registry.invalid: no such host',
    );
  });

  it.each(['', 'UPPER', 'a b', 'a:b:c:d', ':tag', 'a//b', '-a'])('refuses %j', (reference) => {
    expect(resolveImage(reference)).toBeUndefined();
  });
});
