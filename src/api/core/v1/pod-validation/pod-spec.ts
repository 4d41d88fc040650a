// A pod spec, in a pod or in the template of a workload, in the order in which upstream checks it.
// Models kubernetes pkg/apis/core/validation (ValidatePodSpec, ValidatePodTemplateSpec).

import { append } from '../../../../lib/append.ts';
import type { FieldError } from '../../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../../schema/field-error.ts';
import { dns1123SubdomainErrors, rangeText } from '../../../../schema/names.ts';
import type { PodSpec, PodTemplateSpec } from '../../../types/core-v1.ts';
import type { ObjectMeta } from '../../../types/meta-v1.ts';
import { validateAnnotations, validateLabels } from '../../../validation/fields.ts';
import { validateAffinity } from './affinity.ts';
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './containers.ts';
import {
  validateDns,
  validateHostAliases,
  validateHostNetworkPorts,
  validateHostnameOverride,
  validateHostnames,
} from './network.ts';
import { validateOverhead, validatePodClaims, validatePodResources } from './resources.ts';
import {
  validateReadinessGates,
  validateSchedulingGates,
  validateTolerations,
  validateTopologySpread,
} from './scheduling.ts';
import type { Scope } from './scope.ts';
import { addEach } from './scope.ts';
import { validateHostUsers, validatePodSecurityContext } from './security-context.ts';
import { validateVolumes } from './volumes.ts';
import { validateHostProcess, validateOs } from './windows.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
const MAX_INT32 = 2 ** 31 - 1;
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const MIRROR = 'kubernetes.io/config.mirror';
const NO_CLAIMS: ReadonlySet<string> = new Set();

function validateChoice(value: string | undefined, choices: string[], field: string, errors: FieldError[]): void {
  if (!value) errors.push(required(field));
  else if (!choices.includes(value)) errors.push(notSupported(field, value, choices));
}

function validateSubdomain(value: string | undefined, field: string, errors: FieldError[]): void {
  if (value) addEach(errors, field, value, dns1123SubdomainErrors(value));
}

/** `meta` is that of a pod; undefined for a template. `path` is `spec` or `spec.template.spec`. */
export function validatePodSpec(spec: PodSpec, meta: ObjectMeta | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const scope: Scope = {
    spec,
    isPod: meta !== undefined,
    volumes: validateVolumes(spec.volumes ?? [], meta?.name ?? '', `${path}.volumes`, errors),
    claimNames:
      spec.resourceClaims === undefined
        ? NO_CLAIMS
        : new Set(spec.resourceClaims.map(({ name }) => name).filter((name) => Boolean(name))),
    hostUsers: spec.hostUsers ?? true,
    errors,
  };
  if (spec.resourceClaims !== undefined) validatePodClaims(spec.resourceClaims, `${path}.resourceClaims`, scope);
  validateContainers(`${path}.containers`, scope);
  validateInitContainers(`${path}.initContainers`, scope);
  validateEphemeralContainers(`${path}.ephemeralContainers`, scope);
  if (spec.resources !== undefined) validatePodResources(`${path}.resources`, scope);
  validateHostNetworkPorts(path, scope);
  validateChoice(spec.restartPolicy, RESTART_POLICIES, `${path}.restartPolicy`, errors);
  validateChoice(spec.dnsPolicy, DNS_POLICIES, `${path}.dnsPolicy`, errors);
  if (spec.nodeSelector !== undefined) append(errors, validateLabels(spec.nodeSelector, `${path}.nodeSelector`));
  if (spec.securityContext !== undefined) {
    validatePodSecurityContext(spec.securityContext, `${path}.securityContext`, scope);
  }
  validateAffinity(spec.affinity, `${path}.affinity`, errors);
  validateDns(path, scope);
  if (spec.readinessGates !== undefined) validateReadinessGates(spec.readinessGates, `${path}.readinessGates`, errors);
  if (spec.schedulingGates !== undefined)
    validateSchedulingGates(spec.schedulingGates, `${path}.schedulingGates`, errors);
  if (spec.topologySpreadConstraints !== undefined) {
    validateTopologySpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`, errors);
  }
  validateHostProcess(path, scope);
  validateHostUsers(path, scope);
  validateSubdomain(spec.serviceAccountName, `${path}.serviceAccountName`, errors);
  validateSubdomain(spec.nodeName, `${path}.nodeName`, errors);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, rangeText(1, MAX_INT32)));
  }
  validateHostnames(path, scope);
  if (spec.tolerations !== undefined) validateTolerations(spec.tolerations, `${path}.tolerations`, errors);
  validateHostAliases(`${path}.hostAliases`, scope);
  validateSubdomain(spec.priorityClassName, `${path}.priorityClassName`, errors);
  const runtime = spec.runtimeClassName;
  if (runtime !== undefined) addEach(errors, `${path}.runtimeClassName`, runtime, dns1123SubdomainErrors(runtime));
  if (spec.preemptionPolicy !== undefined) {
    validateChoice(spec.preemptionPolicy, PREEMPTION_POLICIES, `${path}.preemptionPolicy`, errors);
  }
  validateOverhead(spec.overhead, `${path}.overhead`, scope);
  validateOs(path, scope);
  validateHostnameOverride(path, scope);
  return errors;
}

/** Annotations that mean something to the system. */
export function validatePodAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  spec: PodSpec,
  path: string,
): FieldError[] {
  if (annotations === undefined) return [];
  const errors: FieldError[] = [];
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalid(`${path}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  }
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !(/^-?(?:0|[1-9][0-9]{0,9})$/.test(cost) && Math.abs(Number(cost)) <= MAX_INT32)) {
    errors.push(invalid(`${path}.${DELETION_COST}`, cost, 'must be a 32bit integer'));
  }
  return errors;
}

/** The template of a workload; `path` is `spec.template`. */
export function validatePodTemplateSpec(template: PodTemplateSpec, path: string): FieldError[] {
  const { labels, annotations } = template.metadata ?? {};
  const spec = template.spec ?? { containers: [] };
  const errors = [
    ...validateLabels(labels, `${path}.labels`),
    ...validateAnnotations(annotations, `${path}.annotations`),
    ...validatePodAnnotations(annotations, spec, `${path}.annotations`),
    ...validatePodSpec(spec, undefined, `${path}.spec`),
  ];
  if (spec.ephemeralContainers?.length) {
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  }
  return errors;
}
