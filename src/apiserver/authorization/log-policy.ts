// The roles and bindings of a cluster's log, indexed when they are first asked for and kept fresh from then on.
//
// 1. Only what is committed stays: events are told after their transaction. An index that was made within a
//    transaction may hold what is not committed yet; it is thrown away when that transaction is told of, or undone.

import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '../../api/types/rbac-v1.ts';
import type { EventLog, Key } from '../../eventlog/log.ts';
import { PolicyIndex } from './policy-index.ts';

const GROUP = 'rbac.authorization.k8s.io';
const ROLES = [`clusterroles.${GROUP}`, `roles.${GROUP}`];
const BINDINGS = [`clusterrolebindings.${GROUP}`, `rolebindings.${GROUP}`];

export type PolicyLog = Pick<EventLog, 'head' | 'list' | 'subscribe'>;

/** Gives the index of what the log holds now. */
export function logPolicy(log: PolicyLog): () => PolicyIndex {
  let index: PolicyIndex | undefined;
  let madeAt = 0;

  log.subscribe((events) => {
    if (index === undefined) return;
    if ((events[0]?.rev ?? 0) <= madeAt) index = undefined;
    for (const event of events) {
      if (index === undefined) return;
      if (event.verb === 'delete') drop(index, event);
      else put(index, event.resource, event.object);
    }
  });

  return () => {
    if (index !== undefined && log.head >= madeAt) return index;
    const made = new PolicyIndex();
    for (const resource of [...ROLES, ...BINDINGS]) {
      for (const row of log.list({ resource })) put(made, resource, row.object);
    }
    madeAt = log.head;
    return (index = made);
  };
}

function put(index: PolicyIndex, resource: string, text: string): void {
  if (ROLES.includes(resource)) index.putRole(JSON.parse(text) as Role | ClusterRole);
  else if (BINDINGS.includes(resource)) index.putBinding(JSON.parse(text) as RoleBinding | ClusterRoleBinding);
}

function drop(index: PolicyIndex, { resource, namespace, name }: Key): void {
  if (ROLES.includes(resource)) index.dropRole(namespace, name);
  else if (BINDINGS.includes(resource)) index.dropBinding(namespace, name);
}
