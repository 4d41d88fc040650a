// Where everyone finds the certificate of the authority that signs for clients.
// Models kubernetes pkg/controlplane/controller/clusterauthenticationtrust, which writes it when the server starts; here it
// is written with the first certificate, since there is no authority before.

import type { CertificateAuthority } from '../../api/certificates/v1/certificate-authority.ts';
import type { Client } from '../../api/client.ts';
import type { Status } from '../../api/status.ts';

const NAMESPACE = 'kube-system';
const NAME = 'extension-apiserver-authentication';
const KEY = 'client-ca-file';

/** Why it could not be written; undefined: it is there. */
export function publish(client: Client, authority: CertificateAuthority): Status | undefined {
  const certificate = authority.certificate();
  const old = client.get('configmaps', NAMESPACE, NAME);
  if (old?.data?.[KEY] === certificate) return undefined;
  const data = { ...old?.data, [KEY]: certificate };
  const metadata = { name: NAME, namespace: NAMESPACE };
  const result =
    old === undefined
      ? client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
      : client.update('configmaps', { ...old, data });
  return result.ok ? undefined : result.status;
}
