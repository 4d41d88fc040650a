// The rules of default roles in few words. Words are separated by spaces and come out sorted, as upstream stores them.

import type { PolicyRule } from '../../../api/types/rbac-v1.ts';

/** How the group without a name is written here. */
export const CORE = 'core';

export const READ = 'get list watch';
export const WRITE = 'create delete deletecollection patch update';
export const READ_WRITE = `${READ} ${WRITE}`;
export const READ_UPDATE = `${READ} patch update`;

/** `allow('get list', 'core apps', 'pods deployments')`; with names, of the resources that are named so alone. */
export function allow(verbs: string, groups: string, resources: string, names = ''): PolicyRule {
  return {
    verbs: words(verbs),
    apiGroups: words(groups)
      .map((group) => (group === CORE ? '' : group))
      .sort(),
    resources: words(resources),
    ...(names === '' ? {} : { resourceNames: words(names) }),
  };
}

export function urls(verbs: string, paths: string): PolicyRule {
  return { verbs: words(verbs), nonResourceURLs: words(paths) };
}

/** Telling of what happens. */
export function events(): PolicyRule {
  return allow('create patch update', 'core events.k8s.io', 'events');
}

function words(text: string): string[] {
  return text.split(' ').sort();
}
