// Keeps a ServiceAccount `default` in every active namespace.
// Models kubernetes pkg/controller/serviceaccount/serviceaccounts_controller.go.

import type { Controller } from '../runtime/component.ts';
import { isNamespaceTerminating } from '../common/failures.ts';

const NAME = 'default';

/** A key is the name of a namespace. */
export const serviceAccountController: Controller = {
  name: 'service-account-controller',
  watches: {
    namespaces: ({ verb, name }) => (verb === 'delete' ? [] : [name]),
    serviceaccounts: ({ verb, namespace, name }) => (verb === 'delete' && name === NAME ? [namespace] : []),
  },
  reconcile(namespace, { client }) {
    if (client.get('namespaces', '', namespace)?.status?.phase !== 'Active') return undefined;
    if (client.get('serviceaccounts', namespace, NAME) !== undefined) return undefined;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } };
    const created = client.create('serviceaccounts', account);
    if (created.ok || created.status.reason === 'AlreadyExists' || isNamespaceTerminating(created.status))
      return undefined;
    return { error: created.status.message ?? '' };
  },
};
