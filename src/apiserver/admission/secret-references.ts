// Which secrets a pod refers to, and what of that its service account or its being a mirror pod forbids.
// Models kubernetes plugin/pkg/admission/serviceaccount (limitSecretReferences) and pkg/api/v1/pod (VisitPodSecretNames).

import type { Container, EphemeralContainer, PodSpec, ServiceAccount, Volume } from '../../api/types/core-v1.ts';

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';
/** What Go's strconv.ParseBool takes for true. */
const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True'];

type Environment = Pick<Container | EphemeralContainer, 'name' | 'env' | 'envFrom'>;

/**
 * Why a pod that stands for one of a node's own files is refused; undefined: it is not. That it projects no token of an account
 * is validated before.
 */
export function mirrorRefusal({ serviceAccountName = '', ...spec }: PodSpec): string | undefined {
  if (serviceAccountName !== '') return 'a mirror pod may not reference service accounts';
  return hasSecrets(spec) ? 'a mirror pod may not reference secrets' : undefined;
}

/** Why an account that names the secrets its pods may have refuses this pod; undefined: it does not. */
export function secretsRefusal(
  spec: Omit<PodSpec, 'ephemeralContainers'>,
  account: ServiceAccount,
): string | undefined {
  if (!isEnforced(account)) return undefined;
  const { name } = account.metadata;
  const allowed = new Set((account.secrets ?? []).map((secret) => secret.name));
  const not = `is not allowed because service account ${name} does not reference that`;
  for (const { secret } of spec.volumes ?? []) {
    const secretName = secret?.secretName ?? '';
    if (secret !== undefined && !allowed.has(secretName))
      return `volume with secret.secretName="${secretName}" ${not} secret`;
  }
  const refused =
    environmentRefusal('init container', spec.initContainers ?? [], account) ??
    environmentRefusal('container', spec.containers, account);
  if (refused !== undefined) return refused;
  const pullable = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name));
  const at = (spec.imagePullSecrets ?? []).findIndex((secret) => !pullable.has(secret.name));
  if (at < 0) return undefined;
  return `imagePullSecrets[${at}].name="${spec.imagePullSecrets?.[at]?.name ?? ''}" ${not} imagePullSecret`;
}

/** The same for containers alone; `what` they are. */
export function environmentRefusal(
  what: 'container' | 'init container' | 'ephemeral container',
  containers: readonly Environment[],
  account: ServiceAccount,
): string | undefined {
  if (!isEnforced(account)) return undefined;
  const allowed = new Set((account.secrets ?? []).map((secret) => secret.name));
  const not = `is not allowed because service account ${account.metadata.name} does not reference that secret`;
  for (const container of containers) {
    for (const { name, valueFrom } of container.env ?? []) {
      const secret = valueFrom?.secretKeyRef;
      if (secret !== undefined && !allowed.has(secret.name))
        return `${what} ${container.name} with envVar ${name} referencing secret.secretName="${secret.name ?? ''}" ${not}`;
    }
    for (const { secretRef } of container.envFrom ?? []) {
      if (secretRef !== undefined && !allowed.has(secretRef.name))
        return `${what} ${container.name} with envFrom referencing secret.secretName="${secretRef.name ?? ''}" ${not}`;
    }
  }
  return undefined;
}

function isEnforced({ metadata: { annotations } }: ServiceAccount): boolean {
  return TRUE.includes(annotations?.[ENFORCE] ?? '');
}

function hasSecrets({ imagePullSecrets = [], initContainers = [], containers, volumes = [] }: PodSpec): boolean {
  const inEnvironment = [...initContainers, ...containers].some(
    ({ env = [], envFrom = [] }) =>
      env.some(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined) ||
      envFrom.some(({ secretRef }) => secretRef !== undefined),
  );
  return imagePullSecrets.length > 0 || inEnvironment || volumes.some(holdsSecret);
}

function holdsSecret(volume: Volume): boolean {
  const { secret, projected, azureFile, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos, csi } = volume;
  return (
    secret !== undefined ||
    azureFile !== undefined ||
    (projected?.sources ?? []).some((source) => source.secret !== undefined) ||
    [cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos].some((source) => source?.secretRef !== undefined) ||
    csi?.nodePublishSecretRef !== undefined
  );
}
