// A pod about to be created. Models kubernetes pkg/apis/core/validation (ValidatePodCreate).

import type { FieldError } from '../../../../schema/field-error.ts';
import { forbidden } from '../../../../schema/field-error.ts';
import type { Pod, SeccompProfile } from '../../../types/core-v1.ts';
import { validateImageSpace } from './containers.ts';
import { validatePodAnnotations, validatePodSpec } from './pod-spec.ts';
import { eachContainer } from './scope.ts';

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const LOCALHOST = 'localhost/';

/** What holds for pods on create and on update, beyond what holds for templates. */
export function validatePod(pod: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const errors = validatePodSpec(spec, pod.metadata, 'spec');
  if (pod.metadata.annotations !== undefined) {
    errors.unshift(...validatePodAnnotations(pod.metadata.annotations, spec, 'metadata.annotations'));
  }
  if (!spec.serviceAccountName) {
    (spec.volumes ?? []).forEach((volume, index) => {
      (volume.projected?.sources ?? []).forEach((source, sourceIndex) => {
        if (source.serviceAccountToken === undefined) return;
        const field = `spec.volumes[${index}].projected.sources[${sourceIndex}].serviceAccountToken`;
        errors.push(forbidden(field, 'must not be specified when serviceAccountName is not set'));
      });
    });
  }
  for (const key of ['containers', 'initContainers'] as const) {
    (spec[key] ?? []).forEach((container, index) => validateImageSpace(container, `spec.${key}[${index}]`, errors));
  }
  return errors;
}

/** The annotation that the field replaced must not say something else. */
function seccompMismatch(annotation: string, profile: SeccompProfile, path: string): FieldError | undefined {
  const typeMismatch = forbidden(`${path}.type`, 'seccomp type in annotation and field must match');
  if (profile.type === 'Unconfined') return annotation === 'unconfined' ? undefined : typeMismatch;
  if (profile.type === 'RuntimeDefault') {
    return annotation === 'runtime/default' || annotation === 'docker/default' ? undefined : typeMismatch;
  }
  if (profile.type !== 'Localhost') return undefined;
  if (!annotation.startsWith(LOCALHOST)) return typeMismatch;
  if (annotation.slice(LOCALHOST.length) === profile.localhostProfile) return undefined;
  return forbidden(`${path}.localhostProfile`, 'seccomp profile in annotation and field must match');
}

function validateSeccompAnnotations(pod: Pod, errors: FieldError[]): void {
  const { annotations } = pod.metadata;
  if (annotations === undefined || pod.spec === undefined) return;
  const check = (key: string, profile: SeccompProfile | undefined, path: string): void => {
    const annotation = annotations[key];
    if (annotation === undefined || profile === undefined) return;
    const error = seccompMismatch(annotation, profile, `${path}.securityContext.seccompProfile`);
    if (error !== undefined) errors.push(error);
  };
  check(SECCOMP_POD, pod.spec.securityContext?.seccompProfile, 'spec');
  eachContainer(pod.spec, 'spec', (container, path) => {
    check(`${SECCOMP_CONTAINER}${container.name}`, container.securityContext?.seccompProfile, path);
  });
}

export function validatePodCreate(pod: Pod): FieldError[] {
  const errors = validatePod(pod);
  if (pod.spec?.ephemeralContainers?.length) {
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (pod.spec?.nodeName && pod.spec.schedulingGates?.length) {
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  validateSeccompAnnotations(pod, errors);
  return errors;
}
