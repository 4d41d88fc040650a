// Discovery: what the server serves, made from the table of kinds once per server.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/discovery.

import type { Method } from '../api/connect.ts';
import type { ApiVerb, Kind } from '../api/kind.ts';
import type { Scheme } from '../api/scheme.ts';

export const ALL_VERBS: readonly ApiVerb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

const VERB_OF: Readonly<Partial<Record<Method, ApiVerb>>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

export interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

export class Discovery {
  readonly scheme: Scheme;
  readonly #texts = new Map<string, string>();

  constructor(scheme: Scheme) {
    this.scheme = scheme;
  }

  /** The document of `/api`, `/apis`, `/apis/GROUP`, `/api/v1` or `/apis/GROUP/VERSION`; undefined where none is served. */
  document(parts: readonly string[], address: string): string | undefined {
    const path = parts.join('/');
    if (path === 'api') return `${JSON.stringify(apiVersions(address))}\n`;
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const made = this.#make(parts);
    if (made === undefined) return undefined;
    const text = `${JSON.stringify(made)}\n`;
    this.#texts.set(path, text);
    return text;
  }

  /** Aggregated discovery (apidiscovery.k8s.io) of `/api` or `/apis`. */
  aggregated(root: 'api' | 'apis', version: 'v2' | 'v2beta1'): string {
    const key = `${root} ${version}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const groups = this.scheme.groups().filter(({ group }) => (group === '') === (root === 'api'));
    const items = groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((item) => ({
        version: item,
        resources: this.scheme.kindsOf(group, item).map(aggregatedResource),
        freshness: 'Current',
      })),
    }));
    const list = { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
    const text = `${JSON.stringify(list)}\n`;
    this.#texts.set(key, text);
    return text;
  }

  #make(parts: readonly string[]): object | undefined {
    const [root, first, second] = parts;
    if (root === 'api') return parts.length === 2 ? this.#resources('', first ?? '') : undefined;
    if (parts.length === 1) {
      const groups = this.scheme.groups().filter(({ group }) => group !== '');
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(({ group }) => this.#group(group)) };
    }
    if (parts.length === 2) {
      const group = this.#group(first ?? '');
      return group === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...group };
    }
    return this.#resources(first ?? '', second ?? '');
  }

  /** Whether any version of the group is served: an unknown version of it is answered by a Status, another group by text. */
  hasGroup(group: string): boolean {
    return this.scheme.groups().some((item) => item.group === group);
  }

  #group(name: string): object | undefined {
    const found = this.scheme.groups().find(({ group }) => group === name);
    if (found === undefined || name === '') return undefined;
    const versions = found.versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] };
  }

  /** The core group's list has always gone without its version. */
  #resources(group: string, version: string): object | undefined {
    const kinds = this.scheme.kindsOf(group, version);
    if (kinds.length === 0) return undefined;
    const groupVersion = group === '' ? version : `${group}/${version}`;
    const apiVersion = group === '' ? {} : { apiVersion: 'v1' };
    return { kind: 'APIResourceList', ...apiVersion, groupVersion, resources: kinds.flatMap(resources) };
  }
}

function apiVersions(address: string): object {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }];
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
}

function resources(kind: Kind): object[] {
  return [
    {
      name: kind.resource,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: kind.verbs ?? ALL_VERBS,
      ...(kind.shortNames === undefined ? {} : { shortNames: kind.shortNames }),
      ...(kind.categories === undefined ? {} : { categories: kind.categories }),
    },
    ...subresources(kind).map((sub) => ({
      name: `${kind.resource}/${sub.name}`,
      singularName: '',
      namespaced: kind.namespaced,
      ...(sub.group === '' ? {} : { group: sub.group }),
      ...(sub.version === '' ? {} : { version: sub.version }),
      kind: sub.kind,
      verbs: sub.verbs,
    })),
  ];
}

function aggregatedResource(kind: Kind): object {
  const subs = subresources(kind).map((sub) => ({
    subresource: sub.name,
    responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
    verbs: sub.verbs,
  }));
  return {
    resource: kind.resource,
    responseKind: { group: '', version: '', kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs ?? ALL_VERBS,
    ...(kind.shortNames === undefined ? {} : { shortNames: kind.shortNames }),
    ...(kind.categories === undefined ? {} : { categories: kind.categories }),
    ...(subs.length === 0 ? {} : { subresources: subs }),
  };
}

export function subresources(kind: Kind): Subresource[] {
  const found: Subresource[] = [];
  const own = { group: '', version: '', kind: kind.kind };
  for (const [name, action] of Object.entries(kind.actions ?? {})) {
    const slash = action.bodyApiVersion.indexOf('/');
    const group = slash < 0 ? '' : action.bodyApiVersion.slice(0, slash);
    const version = group === '' ? '' : action.bodyApiVersion.slice(slash + 1);
    found.push({ name, group, version, kind: action.bodyKind, verbs: ['create'] });
  }
  for (const name of Object.keys(kind.parts ?? {})) found.push({ name, ...own, verbs: ['get', 'patch', 'update'] });
  for (const [name, { kind: options, methods }] of Object.entries(kind.connections ?? {})) {
    const verbs = methods.flatMap((method) => VERB_OF[method] ?? []).sort();
    found.push({ name, ...own, kind: options, verbs });
  }
  if (kind.deletion?.finalize === true) found.push({ name: 'finalize', ...own, verbs: ['update'] });
  if (kind.scale !== undefined) {
    found.push({
      name: 'scale',
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    });
  }
  if (kind.status !== undefined) found.push({ name: 'status', ...own, verbs: ['get', 'patch', 'update'] });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
