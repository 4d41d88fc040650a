// Impersonation: who may act as somebody else says so in headers, and what follows happens in that name.
// That they may is for an authorizer to say; as long as everybody may do everything, everybody may.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation.

import type { Result } from '../../api/status.ts';
import { badRequest, fail, ok } from '../../api/status.ts';
import { goQuote } from '../../schema/go-text.ts';
import type { ApiRequest } from '../http.ts';
import type { User } from './user.ts';
import { serviceAccountUser } from './user.ts';

const EXTRA = 'impersonate-extra-';
const ANONYMOUS = 'system:anonymous';
const AUTHENTICATED = 'system:authenticated';
const UNAUTHENTICATED = 'system:unauthenticated';

type Headers = Pick<ApiRequest, 'header' | 'headersWith'>;

/** The user to go on as: `user`, or whom the headers name. */
export function impersonate(user: User, request: Headers): Result<User> {
  const name = request.header('impersonate-user') ?? '';
  const uid = request.header('impersonate-uid') ?? '';
  const groups = listOf(request.header('impersonate-group'));
  // Every request comes by here: most name nobody, and are not looked through for more.
  if (name === '' && uid === '' && groups.length === 0) return ok(user);
  const extra = extraOf(request);
  if (name === '') {
    const asked = `&user.DefaultInfo{Name:"", UID:${goQuote(uid)}, Groups:${goStrings(groups)}, Extra:${goExtra(extra)}}`;
    return fail(badRequest(`requested ${asked} without impersonating a user name`));
  }
  return ok({ name, uid, groups: withImplied(name, groups), ...(extra === undefined ? {} : { extra }) });
}

/** A service account's groups where none are named; and everybody is known, or is not. */
function withImplied(name: string, groups: readonly string[]): string[] {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  const named = groups.length > 0 || account === null ? groups : accountGroups(account[1] ?? '', account[2] ?? '');
  const implied = name === ANONYMOUS ? UNAUTHENTICATED : AUTHENTICATED;
  const said = named.includes(AUTHENTICATED) || named.includes(UNAUTHENTICATED);
  return said ? [...named] : [...named, implied];
}

function accountGroups(namespace: string, name: string): string[] {
  return serviceAccountUser(namespace, name).groups.filter((group) => group !== AUTHENTICATED);
}

/** A repeated header arrives as one, with commas. */
function listOf(header: string | undefined): string[] {
  return header === undefined || header === '' ? [] : header.split(', ');
}

function extraOf(request: Headers): Record<string, string[]> | undefined {
  const extra: Record<string, string[]> = {};
  for (const [name, value] of request.headersWith(EXTRA)) {
    const key = unescaped(name.slice(EXTRA.length));
    extra[key] = [...(extra[key] ?? []), ...listOf(value)];
  }
  return Object.keys(extra).length === 0 ? undefined : extra;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function goStrings(values: readonly string[]): string {
  return values.length === 0 ? '[]string(nil)' : `[]string{${values.map(goQuote).join(', ')}}`;
}

function goExtra(extra: Readonly<Record<string, readonly string[]>> | undefined): string {
  const type = 'map[string][]string';
  if (extra === undefined) return `${type}(nil)`;
  const members = Object.keys(extra)
    .sort()
    .map((key) => `${goQuote(key)}:${goStrings(extra[key] ?? [])}`);
  return `${type}{${members.join(', ')}}`;
}
