// Nothing is made in a namespace that does not exist or is going away; the system's namespaces stay.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle.

import { forbiddenStatus, notFoundStatus } from '../../api/status.ts';
import type { Status } from '../../api/status.ts';
import type { Namespace } from '../../api/types/core-v1.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';

const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

const NAMESPACES = { group: '', resource: 'namespaces' };

export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',

  mutate(object, _old, attributes) {
    if (attributes.operation !== 'CREATE' || !attributes.kind.namespaced) return undefined;
    return checkNamespace(attributes, attributes.name === '' ? (object.metadata.name ?? '') : attributes.name);
  },

  validate(_object, _old, attributes) {
    const protectedName =
      attributes.operation === 'DELETE' && attributes.kind.resource === 'namespaces' && attributes.kind.group === '';
    return protectedName && IMMORTAL.has(attributes.name)
      ? forbiddenStatus(NAMESPACES, attributes.name, 'this namespace may not be deleted')
      : undefined;
  },
};

function checkNamespace(attributes: Attributes, name: string): Status | undefined {
  const { store, namespace, kind } = attributes;
  const row = store.log.get({ resource: 'namespaces', namespace: '', name: namespace });
  if (row === undefined) return notFoundStatus(NAMESPACES, namespace);
  // Parsing is for the rare case: a live namespace's text does not hold the word.
  if (!row.object.includes('"Terminating"')) return undefined;
  const found = JSON.parse(row.object) as Namespace;
  if (found.status?.phase !== 'Terminating') return undefined;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const status = forbiddenStatus(kind, name, why);
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return { ...status, details: { ...status.details, causes: [cause] } };
}
