// The kubeconfig of a cluster: one cluster, one user with a bearer token, one context.

import { toYaml } from './render/yaml.ts';

export interface KubeconfigInput {
  readonly cluster: string;
  /** `https://host/clusters/a` */
  readonly server: string;
  readonly token: string;
  /** Base64 of PEM. */
  readonly caData: string | undefined;
}

export function kubeconfig(input: KubeconfigInput): string {
  const name = `kubewisp-${input.cluster}`;
  const user = `${name}-admin`;
  return toYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: input.server,
          ...(input.caData === undefined || input.caData === '' ? {} : { 'certificate-authority-data': input.caData }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
    preferences: {},
    users: [{ name: user, user: { token: input.token } }],
  });
}
