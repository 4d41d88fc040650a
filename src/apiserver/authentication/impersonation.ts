// Impersonation: who may act as somebody else says so in headers, and what follows happens in that name.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation.

import type { Authorizer } from '../../api/review.ts';
import type { Result } from '../../api/status.ts';
import { badRequest, fail, ok } from '../../api/status.ts';
import type { ResourceAttributes } from '../../api/types/authorization-v1.ts';
import { goQuote } from '../../schema/go-text.ts';
import type { ApiRequest } from '../http.ts';
import { ask } from '../authorization/authorize.ts';
import type { User } from './user.ts';
import { ANONYMOUS, serviceAccountUser, UNAUTHENTICATED_GROUP } from './user.ts';

const EXTRA = 'impersonate-extra-';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const AUTHENTICATED = 'system:authenticated';

type Headers = Pick<ApiRequest, 'header' | 'headersWith'>;

/** The user to go on as: `user`, or whom the headers name, if the authorizer allows it. */
export function impersonate(user: User, request: Headers, authorizer: Authorizer): Result<User> {
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
  for (const resourceAttributes of attributesOf(name, uid, groups, extra)) {
    const refused = ask(authorizer, user, { resourceAttributes: { verb: 'impersonate', ...resourceAttributes } });
    if (refused !== undefined) return fail(refused);
  }
  return ok({ name, uid, groups: withImplied(name, groups), ...(extra === undefined ? {} : { extra }) });
}

/** What must be allowed to whoever acts as somebody: to be the user, in the groups, with the uid and the extra. */
function attributesOf(
  name: string,
  uid: string,
  groups: readonly string[],
  extra: Readonly<Record<string, readonly string[]>> | undefined,
): ResourceAttributes[] {
  const account = SERVICE_ACCOUNT.exec(name);
  const group = 'authentication.k8s.io';
  return [
    account === null
      ? { resource: 'users', name }
      : { resource: 'serviceaccounts', namespace: account[1] ?? '', name: account[2] ?? '' },
    ...groups.map((item) => ({ resource: 'groups', name: item })),
    ...Object.entries(extra ?? {}).flatMap(([key, values]) =>
      values.map((value) => ({ group, version: 'v1', resource: 'userextras', subresource: key, name: value })),
    ),
    ...(uid === '' ? [] : [{ group, version: 'v1', resource: 'uids', name: uid }]),
  ];
}

/** A service account's groups where none are named; and everybody is known, or is not. */
function withImplied(name: string, groups: readonly string[]): string[] {
  const account = SERVICE_ACCOUNT.exec(name);
  const named = groups.length > 0 || account === null ? groups : accountGroups(account[1] ?? '', account[2] ?? '');
  const implied = name === ANONYMOUS.name ? UNAUTHENTICATED_GROUP : AUTHENTICATED;
  const said = named.includes(AUTHENTICATED) || named.includes(UNAUTHENTICATED_GROUP);
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
