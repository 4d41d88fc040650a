// Keeps a ConfigMap with the certificate authority of the API in every namespace, for the token volumes of pods.
// Models kubernetes pkg/controller/certificates/rootcacertpublisher/publisher.go.

import type { Status } from '../../api/status.ts';
import { deepEqual } from '../../lib/json.ts';
import { isNamespaceTerminating } from '../common/failures.ts';
import type { Controller, Outcome } from '../runtime/component.ts';

const NAME = 'kube-root-ca.crt';
const KEY = 'ca.crt';
const DESCRIPTION = 'kubernetes.io/description';
const TEXT =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** `authority`: PEM; empty where the certificate is publicly trusted. A key is the name of a namespace. */
export function rootCaPublisher(authority: string): Controller {
  const data = { [KEY]: authority };
  return {
    name: 'root-ca-cert-publisher',
    watches: { namespaces: ({ verb, name }) => (verb === 'delete' ? [] : [name]) },
    // Not of every ConfigMap: most writes of them need nobody to look.
    watchesAll: {
      interest: ({ resource, verb, text }) =>
        resource === 'configmaps' && verb !== 'create' && text.includes(`"name":"${NAME}"`),
      keys: ({ resource, verb, namespace, name }) =>
        resource === 'configmaps' && verb !== 'create' && name === NAME ? [namespace] : [],
    },
    reconcile(namespace, { client }) {
      if (client.get('namespaces', '', namespace)?.status?.phase !== 'Active') return undefined;
      const old = client.get('configmaps', namespace, NAME);
      if (old === undefined) {
        const metadata = { name: NAME, namespace, annotations: { [DESCRIPTION]: TEXT } };
        const created = client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
        return created.ok ? undefined : outcomeOf(created.status);
      }
      if (deepEqual(old.data, data) && (old.metadata.annotations?.[DESCRIPTION] ?? '') !== '') return undefined;
      const annotations = { ...old.metadata.annotations, [DESCRIPTION]: TEXT };
      const updated = client.update('configmaps', { ...old, metadata: { ...old.metadata, annotations }, data });
      return updated.ok ? undefined : outcomeOf(updated.status);
    },
  };
}

/** What someone else has done meanwhile, or the end of the namespace, is no failure. */
function outcomeOf(status: Status): Outcome | undefined {
  const { reason = '', message = '' } = status;
  if (isNamespaceTerminating(status) || reason === 'AlreadyExists' || reason === 'NotFound') return undefined;
  return { error: message };
}
