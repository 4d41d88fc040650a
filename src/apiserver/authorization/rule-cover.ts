// Whether somebody's rules together allow all that other rules allow, and what they lack.
//
// Example: held  [get,list pods]  [get *]
//          asked [get,delete pods,secrets]
//   → get pods ✓ · get secrets ✓ · delete pods ✗ · delete secrets ✗
//   lacking  {APIGroups:[""], Resources:["pods"], Verbs:["delete"]}
//            {APIGroups:[""], Resources:["secrets"], Verbs:["delete"]}
// Each single permission must be covered by one rule that is held.
//
// Models kubernetes staging/src/k8s.io/component-helpers/auth/rbac/validation (Covers), pkg/registry/rbac/validation
// (CompactRules) and pkg/apis/rbac/v1 (CompactString).

import type { PolicyRule } from '../../api/types/rbac-v1.ts';
import { append } from '../../lib/append.ts';
import { goQuote } from '../../schema/go-text.ts';
import { pathCovers } from './rule-match.ts';

/** Values compared for one request, some 100 ms: rules of 1 MiB could make a million millions of permissions. */
const MAX_COMPARED = 2_000_000;
const TOO_MANY = 'more permissions than are looked at';

export type Lack = readonly PolicyRule[] | typeof TOO_MANY;

/** The single permissions of `asked` that no rule of `held` covers. */
export function lackOf(held: readonly PolicyRule[], asked: readonly PolicyRule[]): Lack {
  const holders = held.map(holderOf);
  const lacking: PolicyRule[] = [];
  let compared = 0;
  const isCovered = (rule: PolicyRule): boolean => {
    const size = sizeOf(rule);
    const paths = rule.nonResourceURLs?.length ?? 0;
    return holders.some((holder) => {
      compared += size + paths * holder.patterns.length;
      return compared > MAX_COMPARED || covers(holder, rule);
    });
  };
  for (const rule of asked) {
    if (!isCovered(rule)) {
      for (const single of permissionsOf(rule)) {
        compared++;
        if (!isCovered(single)) lacking.push(single);
        if (compared > MAX_COMPARED) break;
      }
    }
    if (compared > MAX_COMPARED) return TOO_MANY;
  }
  return lacking;
}

function* permissionsOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule) {
  for (const group of apiGroups ?? []) {
    for (const resource of resources ?? []) {
      for (const verb of verbs) {
        const single: PolicyRule = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if ((resourceNames ?? []).length === 0) yield single;
        for (const name of resourceNames ?? []) yield { ...single, resourceNames: [name] };
      }
    }
  }
  for (const url of nonResourceURLs ?? []) for (const verb of verbs) yield { nonResourceURLs: [url], verbs: [verb] };
}

/** A rule that is held: its values are looked up again and again, and may be tens of thousands. */
interface Holder {
  readonly verbs: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly urls: ReadonlySet<string>;
  /** Those of the paths that end with `*`. */
  readonly patterns: readonly string[];
}

function holderOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs = [] }: PolicyRule): Holder {
  return {
    verbs: new Set(verbs),
    groups: new Set(apiGroups),
    resources: new Set(resources),
    names: new Set(resourceNames),
    urls: new Set(nonResourceURLs),
    patterns: nonResourceURLs.filter((url) => url.endsWith('*')),
  };
}

function covers(
  holder: Holder,
  { verbs, apiGroups, resources, resourceNames = [], nonResourceURLs }: PolicyRule,
): boolean {
  return (
    holdsAll(holder.verbs, verbs) &&
    holdsAll(holder.groups, apiGroups) &&
    coversResources(holder.resources, resources ?? []) &&
    (nonResourceURLs ?? []).every((url) => coversPath(holder, url)) &&
    (holder.names.size === 0 || (resourceNames.length > 0 && resourceNames.every((name) => holder.names.has(name))))
  );
}

function holdsAll(held: ReadonlySet<string>, asked: readonly string[] = []): boolean {
  return held.has('*') || asked.every((value) => held.has(value));
}

function coversResources(held: ReadonlySet<string>, asked: readonly string[]): boolean {
  if (held.has('*')) return true;
  return asked.every((resource) => {
    if (held.has(resource)) return true;
    const slash = resource.indexOf('/');
    return slash >= 0 && held.has(`*${resource.slice(slash)}`);
  });
}

function coversPath({ urls, patterns }: Holder, path: string): boolean {
  return urls.has(path) || patterns.some((pattern) => pathCovers(pattern, path));
}

function sizeOf({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): number {
  return verbs.length + apiGroups.length + resources.length + resourceNames.length + nonResourceURLs.length;
}

/** The permissions with the verbs of one resource put together, as lines in order. */
export function lackText(lack: readonly PolicyRule[]): string {
  const rules: PolicyRule[] = [];
  const byResource = new Map<string, PolicyRule>();
  for (const single of lack) {
    const [resource] = single.resources ?? [];
    const key = JSON.stringify([single.apiGroups, resource, single.resourceNames]);
    const known = resource === undefined ? undefined : byResource.get(key);
    if (known === undefined) {
      const rule = { ...single, verbs: [...single.verbs] };
      rules.push(rule);
      if (resource !== undefined) byResource.set(key, rule);
    } else
      append(
        known.verbs,
        single.verbs.filter((verb) => !known.verbs.includes(verb)),
      );
  }
  return [...new Set(rules.map(ruleText))].sort().join('\n');
}

function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const members: Array<readonly [string, readonly string[] | undefined]> = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ];
  const told = members.filter(([, values]) => (values ?? []).length > 0);
  return `{${told.map(([name, values]) => `${name}:${goList(values ?? [])}`).join(', ')}}`;
}

/** As Go prints a list with the verb %q. */
export function goList(values: readonly string[]): string {
  return `[${values.map(goQuote).join(' ')}]`;
}
