// Continue tokens, in upstream's form: base64url of `{"v":"meta.k8s.io/v1","rv":N,"start":"NAME\u0000"}`, where start
// is the key behind which the next page begins, relative to the list: `NAME\0` in a namespace, `NAMESPACE/NAME\0`
// across namespaces. Models kubernetes staging/src/k8s.io/apiserver/pkg/storage/continue.go.

import type { Result } from '../api/status.ts';
import { badRequest, fail, ok } from '../api/status.ts';
import { isObject } from '../lib/json.ts';
import { describe } from '../schema/decode/inspect.ts';
import { decodeJson } from '../schema/decode/json.ts';
import { treeOf } from '../schema/decode/json-tree.ts';

const VERSION = 'meta.k8s.io/v1';

export interface Continue {
  readonly rev: number;
  readonly namespace: string;
  readonly name: string;
}

export function encodeContinue(token: Continue, acrossNamespaces: boolean): string {
  const start = `${acrossNamespaces ? `${token.namespace}/` : ''}${token.name}\0`;
  const bytes = new TextEncoder().encode(JSON.stringify({ v: VERSION, rv: token.rev, start }));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** A negative `rev` asks for the present state, as upstream's inconsistent continuation does. */
export function decodeContinue(text: string, namespace: string, acrossNamespaces: boolean): Result<Continue> {
  const token = parseToken(text);
  if (!token.ok) return fail(badRequest(`invalid continue token: continue key is not valid: ${token.error}`));
  const { rev, start } = token;
  const key = start.replace(/\0$/, '');
  if (!acrossNamespaces) return ok({ rev, namespace, name: key });
  const slash = key.indexOf('/');
  if (slash < 0) return ok({ rev, namespace: '', name: key });
  return ok({ rev, namespace: key.slice(0, slash), name: key.slice(slash + 1) });
}

type Token =
  | { readonly ok: true; readonly rev: number; readonly start: string }
  | { readonly ok: false; readonly error: string };

function parseToken(text: string): Token {
  const refused = (error: string): Token => ({ ok: false, error });
  const bytes = decodeBase64(text);
  if (typeof bytes === 'number') return refused(`illegal base64 data at input byte ${bytes}`);
  const parsed = decodeJson(bytes);
  if (!parsed.ok) return refused(parsed.error);
  if (!isObject(parsed.value)) {
    return refused(
      `json: cannot unmarshal ${describe(treeOf(parsed.value), '')} into Go value of type storage.continueToken`,
    );
  }
  const { v = '', rv = 0, start = '' } = parsed.value;
  for (const [name, value, type] of [
    ['v', v, 'string'],
    ['rv', rv, 'int64'],
    ['start', start, 'string'],
  ] as const) {
    if (typeof value === (type === 'int64' ? 'number' : 'string') && (type !== 'int64' || Number.isInteger(value)))
      continue;
    return refused(
      `json: cannot unmarshal ${describe(treeOf(value), '')} into Go struct field continueToken.${name} of type ${type}`,
    );
  }
  if (v !== VERSION) return refused(`server does not recognize this encoded version ${v as string}`);
  if (rv === 0) return refused(`incorrect encoded start resourceVersion (version ${VERSION})`);
  if (start === '') return refused(`encoded start key empty (version ${VERSION})`);
  const key = new TextDecoder().decode(Uint8Array.from(start as string, (char) => char.charCodeAt(0)));
  // A key that leads out of the list.
  if (
    key
      .replace(/^\//, '')
      .split('/')
      .some((part) => part === '' || part === '.' || part === '..')
  )
    return refused(key);
  return { ok: true, rev: rv as number, start: key };
}

/** The bytes, a character each; a number: the byte of the text that is wrong. */
function decodeBase64(text: string): string | number {
  const wrong = text.search(/[^A-Za-z0-9_-]/);
  if (wrong >= 0) return wrong;
  if (text.length % 4 === 1) return text.length - 1;
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
}
