// Whether one rule of a role allows what is asked. Every request of everybody but administrators comes by here.
// Models kubernetes pkg/apis/rbac/v1/evaluation_helpers.go.

import type { AccessQuestion } from '../../api/review.ts';
import type { PolicyRule } from '../../api/types/rbac-v1.ts';

/** A question in the form that rules are compared with. */
export type Asked =
  | {
      readonly verb: string;
      readonly path: undefined;
      readonly group: string;
      /** `pods`, `pods/log`. */
      readonly resource: string;
      readonly subresource: string;
      readonly name: string;
      readonly namespace: string;
    }
  | { readonly verb: string; readonly path: string; readonly namespace: '' };

export function askedOf({ resourceAttributes, nonResourceAttributes }: AccessQuestion): Asked {
  if (resourceAttributes === undefined) {
    const { verb = '', path = '' } = nonResourceAttributes ?? {};
    return { verb, path, namespace: '' };
  }
  const { verb = '', group = '', resource = '', subresource = '', name = '', namespace = '' } = resourceAttributes;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return { verb, path: undefined, group, resource: whole, subresource, name, namespace };
}

export function ruleAllows(rule: PolicyRule, asked: Asked): boolean {
  if (!holds(rule.verbs, asked.verb)) return false;
  if (asked.path !== undefined) return matchesPath(rule.nonResourceURLs, asked.path);
  return (
    holds(rule.apiGroups, asked.group) &&
    matchesResource(rule.resources, asked.resource, asked.subresource) &&
    matchesName(rule.resourceNames, asked.name)
  );
}

function holds(values: readonly string[] | undefined, value: string): boolean {
  return values !== undefined && (values.includes(value) || values.includes('*'));
}

function matchesResource(resources: readonly string[] | undefined, resource: string, subresource: string): boolean {
  if (resources === undefined) return false;
  if (resources.includes(resource) || resources.includes('*')) return true;
  return subresource !== '' && resources.includes(`*/${subresource}`);
}

/** No names: all of them. What has no name, as a list has none, is under no name. */
function matchesName(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.length === 0 || names.includes(name);
}

function matchesPath(urls: readonly string[] | undefined, path: string): boolean {
  return urls !== undefined && urls.some((url) => pathCovers(url, path));
}

/** Whether the path, or the pattern that ends with `*`, covers the other. */
export function pathCovers(url: string, path: string): boolean {
  if (url === path) return true;
  let end = url.length;
  while (url[end - 1] === '*') end--;
  return end < url.length && path.startsWith(url.slice(0, end));
}
