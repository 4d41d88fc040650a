// A pod runs as a service account: the default one unless it names another, with a token volume in its containers, and
// with no secrets but those that an account which names them allows.
// Models kubernetes plugin/pkg/admission/serviceaccount.

import type { Status } from '../../api/status.ts';
import { forbiddenStatus } from '../../api/status.ts';
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { nameSuffix } from '../../lib/random.ts';
import type { Store } from '../../registry/store.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refuse } from './plugin.ts';
import { environmentRefusal, mirrorRefusal, secretsRefusal } from './secret-references.ts';

const PODS = { group: '', resource: 'pods' };
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_VOLUME = 'kube-api-access-';
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
    const account = accountOf(store, namespace, name);
    if (account === undefined) return notFound(pod, namespace, name);
    spec.serviceAccount = name;
    if (wantsToken(spec, account)) mountToken(spec, nameSuffix(store.random));
    if ((spec.imagePullSecrets ?? []).length === 0 && account.imagePullSecrets !== undefined) {
      spec.imagePullSecrets = clone(account.imagePullSecrets);
    }
    return undefined;
  },

  validate(object, _old, attributes) {
    const { operation, namespace, subresource, store } = attributes;
    if (object === undefined) return undefined;
    const pod = object as Pod;
    const { spec } = pod;
    if (spec === undefined) return undefined;
    const name = spec.serviceAccountName ?? '';
    if (operation === 'UPDATE' && subresource === 'ephemeralcontainers') {
      const account = accountOf(store, namespace, name);
      const containers = spec.ephemeralContainers ?? [];
      const why = account === undefined ? undefined : environmentRefusal('ephemeral container', containers, account);
      return why === undefined ? undefined : refuse(attributes, pod, why);
    }
    if (operation !== 'CREATE' || subresource !== '') return undefined;
    if (pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
      const why = mirrorRefusal(spec);
      return why === undefined ? undefined : refuse(attributes, pod, why);
    }
    const account = accountOf(store, namespace, name);
    if (account === undefined) return notFound(pod, namespace, name);
    const why = secretsRefusal(spec, account);
    return why === undefined ? undefined : refuse(attributes, pod, why);
  },
};

function accountOf(store: Store, namespace: string, name: string): ServiceAccount | undefined {
  const row = store.log.get({ resource: 'serviceaccounts', namespace, name });
  return row === undefined ? undefined : store.parseStored(row);
}

function notFound(pod: Pod, namespace: string, name: string): Status {
  const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
  return forbiddenStatus(PODS, pod.metadata.name ?? '', why);
}

function wantsToken(spec: PodSpec, account: ServiceAccount): boolean {
  return spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

/** Where a volume of such a name is there already, that is mounted. */
function mountToken(spec: PodSpec, suffix: string): void {
  const own = spec.volumes?.find((volume) => volume.name.startsWith(TOKEN_VOLUME));
  const name = own?.name ?? `${TOKEN_VOLUME}${suffix}`;
  let used = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])])
    used = mountInto(container, name) || used;
  if (used && own === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
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
