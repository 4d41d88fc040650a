// pods/ephemeralcontainers and pods/resize: the two parts of a pod's spec that may change behind subresources of their own.
// Models kubernetes pkg/registry/core/pod/strategy.go (podEphemeralContainersStrategy, podResizeStrategy) and
// pkg/apis/core/validation (ValidatePodEphemeralContainersUpdate, ValidatePodResize).
//
// 1. What is not of the part is set back, silently.
// 2. Ephemeral containers are only added.
// 3. A resize changes cpu and memory of running containers and sidecars, never the class of service.

import { append } from '../../../lib/append.ts';
import { clone, deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid } from '../../../schema/field-error.ts';
import type { PartStrategy } from '../../kind.ts';
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../types/core-v1.ts';
import { qosClass } from './pod-qos.ts';
import { validatePod } from './pod-validation/pod-create.ts';
import { textDiff } from './text-diff.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const ONLY_CPU_AND_MEMORY = 'only cpu and memory resources are mutable';

function specOf(pod: Pod): PodSpec {
  return pod.spec ?? { containers: [] };
}

function setStatusBack(pod: Pod, old: Pod): void {
  if (old.status === undefined) delete pod.status;
  else pod.status = clone(old.status);
}

const ephemeralContainers: PartStrategy<Pod> = {
  prepare(pod, old) {
    const { ephemeralContainers: wanted } = specOf(pod);
    pod.spec = clone(specOf(old));
    setStatusBack(pod, old);
    if (wanted === undefined) delete pod.spec.ephemeralContainers;
    else pod.spec.ephemeralContainers = wanted;
  },

  validate(pod, old) {
    if (old.metadata.annotations?.[MIRROR] !== undefined) {
      return [forbidden('', 'static pods do not support ephemeral containers')];
    }
    const errors = validatePod(pod);
    const field = 'spec.ephemeralContainers';
    const now = specOf(pod).ephemeralContainers ?? [];
    for (const before of specOf(old).ephemeralContainers ?? []) {
      const after = now.findLast(({ name }) => name === before.name);
      if (after === undefined) {
        errors.push(forbidden(field, `existing ephemeral containers "${before.name}" may not be removed\n`));
      } else if (!deepEqual(before, after)) {
        const diff = textDiff('EphemeralContainer', before, after);
        errors.push(forbidden(field, `existing ephemeral containers "${before.name}" may not be changed\n${diff}`));
      }
    }
    return errors;
  },
};

/** The old containers with the new ones' resources; the new ones as they are where they are not the same containers. */
function withResources(now: Container[] | undefined, old: Container[] | undefined): Container[] | undefined {
  if (now === undefined || old === undefined || now.length !== old.length) return now;
  if (now.some(({ name }, index) => name !== old[index]?.name)) return now;
  return old.map((container, index) => {
    const { resources: _, resizePolicy: __, ...rest } = clone(container);
    const { resources, resizePolicy } = now[index] ?? container;
    return {
      ...rest,
      ...(resources === undefined ? {} : { resources }),
      ...(resizePolicy === undefined ? {} : { resizePolicy }),
    };
  });
}

function validateOrder(now: readonly Container[], old: readonly Container[], name: string): FieldError[] {
  const field = `spec.${name}`;
  if (now.length !== old.length) return [forbidden(field, `${name} may not be added or removed on resize`)];
  return old.flatMap((container, index) =>
    now[index]?.name === container.name
      ? []
      : [forbidden(`${field}[${index}].name`, `${name} may not be renamed or reordered on resize`)],
  );
}

function removes(now: object | undefined, old: object | undefined): boolean {
  return Object.keys(old ?? {}).some((name) => !Object.hasOwn(now ?? {}, name));
}

function validateRemovals(
  now: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of ['requests', 'limits'] as const) {
    if (removes(now?.[key], old?.[key])) {
      errors.push(forbidden(`${field}.${key}`, `resource ${key} cannot be removed`));
    }
  }
  return errors;
}

/** What of the resources is neither cpu nor memory, nor free to change with them. */
function fixedOf(container: Container): object {
  const other = (list: Readonly<Record<string, unknown>> | undefined) =>
    Object.entries(list ?? {}).filter(([name]) => name !== 'cpu' && name !== 'memory');
  const { requests, limits } = container.resources ?? {};
  return { ...container, resources: { requests: other(requests), limits: other(limits) } };
}

/** A container with a claim is not: upstream takes the claim for a change. */
function isResizable(now: Container, old: Container): boolean {
  return (old.resources?.claims ?? []).length === 0 && deepEqual(fixedOf(now), fixedOf(old));
}

function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

function validateContainers(spec: PodSpec, old: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const inits = spec.initContainers ?? [];
  const oldInits = old.initContainers ?? [];
  oldInits.forEach((container, index) => {
    if (!isSidecar(container)) return;
    const field = `spec.initContainers[${index}].resources`;
    append(errors, validateRemovals(inits[index]?.resources, container.resources, field));
  });
  old.containers.forEach((container, index) => {
    const field = `spec.containers[${index}].resources`;
    append(errors, validateRemovals(spec.containers[index]?.resources, container.resources, field));
  });
  old.containers.forEach((container, index) => {
    if (!isResizable(spec.containers[index] ?? container, container)) {
      errors.push(forbidden('spec', ONLY_CPU_AND_MEMORY));
    }
  });
  oldInits.forEach((container, index) => {
    const now = inits[index] ?? container;
    if (!isSidecar(container)) {
      if (!deepEqual(now, container)) {
        errors.push(forbidden('spec', 'resources for non-sidecar init containers are immutable'));
      }
    } else if (!isResizable(now, container)) {
      errors.push(forbidden('spec', 'only cpu and memory resources for sidecar containers are mutable'));
    }
  });
  return errors;
}

/** A running container that tells of no resources runs on a node that cannot change them. */
function nodeResizes({ status }: Pod): boolean {
  const running = (status?.containerStatuses ?? []).find(({ state }) => state?.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

const resize: PartStrategy<Pod> = {
  prepare(pod, old) {
    const spec = specOf(pod);
    const before = specOf(old);
    // Containers that were added or removed are for validation to refuse.
    if (spec.containers.length !== before.containers.length) return;
    if ((spec.initContainers ?? []).length !== (before.initContainers ?? []).length) return;
    const { resources } = spec;
    const containers = withResources(spec.containers, before.containers);
    const inits = withResources(spec.initContainers, before.initContainers);
    pod.spec = clone(before);
    setStatusBack(pod, old);
    if (resources === undefined) delete pod.spec.resources;
    else pod.spec.resources = resources;
    if (containers !== undefined) pod.spec.containers = containers;
    if (inits !== undefined) pod.spec.initContainers = inits;
  },

  validate(pod, old) {
    if (old.metadata.annotations?.[MIRROR] !== undefined) return [forbidden('', 'static pods cannot be resized')];
    const spec = specOf(pod);
    const before = specOf(old);
    if (before.os?.name === 'windows') return [forbidden('', 'windows pods cannot be resized')];
    const errors = validatePod(pod);
    const was = old.status?.qosClass ?? qosClass(before);
    if (was !== qosClass(spec)) {
      errors.push(invalid('spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
    }
    if (!nodeResizes(old)) errors.push(forbidden('spec', 'Pod running on node without support for resize'));
    const disordered = [
      ...validateOrder(spec.containers, before.containers, 'containers'),
      ...validateOrder(spec.initContainers ?? [], before.initContainers ?? [], 'initContainers'),
    ];
    append(errors, disordered);
    if (disordered.length === 0) append(errors, validateContainers(spec, before));
    return errors;
  },
};

export const podParts: Readonly<Record<string, PartStrategy<Pod>>> = {
  ephemeralcontainers: ephemeralContainers,
  resize,
};
