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
import { goQuote } from '../../schema/go-text.ts';
import { pathCovers } from './rule-match.ts';

/** Single permissions of one request that are looked at; rules of 1 MiB could have a million millions. */
const MAX_PERMISSIONS = 100_000;
const TOO_MANY = 'more permissions than are looked at';

export type Lack = readonly PolicyRule[] | typeof TOO_MANY;

/** The single permissions of `asked` that no rule of `held` covers. */
export function lackOf(held: readonly PolicyRule[], asked: readonly PolicyRule[]): Lack {
  const lacking: PolicyRule[] = [];
  let seen = 0;
  for (const rule of asked) {
    if (held.some((holder) => covers(holder, rule))) continue;
    for (const single of permissionsOf(rule)) {
      if (++seen > MAX_PERMISSIONS) return TOO_MANY;
      if (!held.some((holder) => covers(holder, single))) lacking.push(single);
    }
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

function covers(holder: PolicyRule, rule: PolicyRule): boolean {
  const names = holder.resourceNames ?? [];
  const asked = rule.resourceNames ?? [];
  return (
    holdsAll(holder.verbs, rule.verbs) &&
    holdsAll(holder.apiGroups, rule.apiGroups) &&
    coversResources(holder.resources ?? [], rule.resources ?? []) &&
    (rule.nonResourceURLs ?? []).every((url) => (holder.nonResourceURLs ?? []).some((own) => pathCovers(own, url))) &&
    (names.length === 0 || (asked.length > 0 && asked.every((name) => names.includes(name))))
  );
}

function holdsAll(held: readonly string[] = [], asked: readonly string[] = []): boolean {
  return held.includes('*') || asked.every((value) => held.includes(value));
}

function coversResources(held: readonly string[], asked: readonly string[]): boolean {
  if (held.includes('*')) return true;
  return asked.every((resource) => {
    if (held.includes(resource)) return true;
    const slash = resource.indexOf('/');
    return slash >= 0 && held.includes(`*${resource.slice(slash)}`);
  });
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
    } else known.verbs.push(...single.verbs.filter((verb) => !known.verbs.includes(verb)));
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
