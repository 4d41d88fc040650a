// Continue tokens, in upstream's form: base64url of `{"v":"meta.k8s.io/v1","rv":N,"start":"NAME\u0000"}`, where start
// is the key behind which the next page begins, relative to the list: `NAME\0` in a namespace, `NAMESPACE/NAME\0`
// across namespaces. Models kubernetes staging/src/k8s.io/apiserver/pkg/storage/continue.go.

import type { Result } from '../api/status.ts';
import { badRequest, fail, ok } from '../api/status.ts';

export interface Continue {
  readonly rev: number;
  readonly namespace: string;
  readonly name: string;
}

export function encodeContinue(token: Continue, acrossNamespaces: boolean): string {
  const start = `${acrossNamespaces ? `${token.namespace}/` : ''}${token.name}\0`;
  const bytes = new TextEncoder().encode(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.rev, start }));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function decodeContinue(text: string, namespace: string, acrossNamespaces: boolean): Result<Continue> {
  const invalid = (why: string) => fail(badRequest(`continue key is not valid: ${why}`));
  let token: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    token = JSON.parse(new TextDecoder().decode(bytes)) as typeof token;
  } catch {
    return invalid('illegal base64 data');
  }
  if (token === null || typeof token !== 'object' || token.v !== 'meta.k8s.io/v1') {
    return invalid('server does not recognize this encoded version');
  }
  const { rv, start } = token;
  if (typeof rv !== 'number' || rv <= 0 || typeof start !== 'string' || start === '') {
    return invalid('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  const key = start.replace(/\0$/, '');
  if (key.startsWith('/') || key.split('/').includes('..')) {
    return invalid(`key ${JSON.stringify(start)} is not within the list`);
  }
  if (!acrossNamespaces) return ok({ rev: rv, namespace, name: key });
  const slash = key.indexOf('/');
  if (slash < 0) return ok({ rev: rv, namespace: '', name: key });
  return ok({ rev: rv, namespace: key.slice(0, slash), name: key.slice(slash + 1) });
}
