// A pod runs as a service account: the default one unless it names another, with a token volume in its containers.
// Models kubernetes plugin/pkg/admission/serviceaccount.

import { forbiddenStatus } from '../../api/status.ts';
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '../../api/types/core-v1.ts';
import { nameSuffix } from '../../lib/random.ts';
import type { AdmissionPlugin } from './plugin.ts';

const PODS = { group: '', resource: 'pods' };
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_SECONDS = 3607;

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  resources: ['pods'],

  mutate(object, _old, { operation, namespace, subresource, store }) {
    if (operation !== 'CREATE' || subresource !== '') return undefined;
    const pod = object as Pod;
    const spec = pod.spec;
    if (spec === undefined || pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return undefined;
    if ((spec.serviceAccountName ?? '') === '') spec.serviceAccountName = 'default';
    const name = spec.serviceAccountName ?? 'default';
    const row = store.log.get({ resource: 'serviceaccounts', namespace, name });
    if (row === undefined) {
      const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
      return forbiddenStatus(PODS, pod.metadata.name ?? '', why);
    }
    spec.serviceAccount = name;
    const account = JSON.parse(row.object) as ServiceAccount;
    if (wantsToken(spec, account)) mountToken(spec, nameSuffix(store.random));
    if ((spec.imagePullSecrets ?? []).length === 0 && account.imagePullSecrets !== undefined) {
      spec.imagePullSecrets = account.imagePullSecrets;
    }
    return undefined;
  },
};

function wantsToken(spec: PodSpec, account: ServiceAccount): boolean {
  return spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

function mountToken(spec: PodSpec, suffix: string): void {
  const name = `kube-api-access-${suffix}`;
  let used = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])])
    used = mountInto(container, name) || used;
  if (used) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function mountInto(container: Container, name: string): boolean {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some((mount) => mount.mountPath === TOKEN_PATH)) return false;
  container.volumeMounts = [...mounts, { name, readOnly: true, mountPath: TOKEN_PATH }];
  return true;
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}
