// Security contexts of pods and containers.
// Models kubernetes pkg/apis/core/validation (validatePodSpecSecurityContext, ValidateSecurityContext, …).

import type { FieldError } from '../../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../../../../schema/field-error.ts';
import { rangeText } from '../../../../schema/names.ts';
import type { AppArmorProfile, PodSecurityContext, SeccompProfile, SecurityContext } from '../../../types/core-v1.ts';
import { validateDescendingPath } from './paths.ts';
import type { Scope } from './scope.ts';
import { validateWindowsOptions } from './windows.ts';

const MAX_ID = 2 ** 31 - 1;
const MAX_PROFILE = 4095;
const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;
const SYSCTL_RE = new RegExp(SYSCTL);
const MAX_SYSCTL = 253;
const IPC_SYSCTLS = ['kernel.shm', 'kernel.msg', 'kernel.sem', 'fs.mqueue.'];

function validateId(id: number | undefined, field: string, errors: FieldError[]): void {
  if (id !== undefined && (id < 0 || id > MAX_ID)) errors.push(invalid(field, id, rangeText(0, MAX_ID)));
}

function validateOneOf(value: string | undefined, supported: string[], field: string, errors: FieldError[]): void {
  if (value !== undefined && !supported.includes(value)) errors.push(notSupported(field, value, supported));
}

function validateSeccomp(profile: SeccompProfile | undefined, path: string, errors: FieldError[]): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile } = profile;
  if (type === '') errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  else validateOneOf(type, PROFILE_TYPES, `${path}.type`, errors);
  const field = `${path}.localhostProfile`;
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return;
    const value = { Type: type, LocalhostProfile: localhostProfile };
    errors.push(invalid(field, value, 'can only be set when seccomp type is Localhost'));
  } else if (localhostProfile === undefined) {
    errors.push(required(field, 'must be set when seccomp type is Localhost'));
  } else {
    validateDescendingPath(localhostProfile, field, errors);
  }
}

function validateAppArmor(profile: AppArmorProfile | undefined, path: string, errors: FieldError[]): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile } = profile;
  const field = `${path}.localhostProfile`;
  if (type === '') errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'));
  else if (!PROFILE_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, PROFILE_TYPES));
  else if (type !== 'Localhost') {
    if (localhostProfile !== undefined) {
      errors.push(invalid(field, localhostProfile, 'can only be set when AppArmor type is Localhost'));
    }
  } else if (localhostProfile === undefined || localhostProfile === '') {
    errors.push(required(field, 'must be set when AppArmor type is Localhost'));
  } else {
    if (localhostProfile.trim() !== localhostProfile) {
      errors.push(invalid(field, localhostProfile, 'must not be padded with whitespace'));
    }
    if (localhostProfile.length > MAX_PROFILE) errors.push(tooLong(field, MAX_PROFILE));
  }
}

function validateSysctls(context: PodSecurityContext, path: string, { spec, errors }: Scope): void {
  const seen = new Set<string>();
  (context.sysctls ?? []).forEach((sysctl, index) => {
    const field = `${path}[${index}].name`;
    const name = sysctl.name ?? '';
    if (name === '') errors.push(required(field));
    else if (name.length > MAX_SYSCTL || !SYSCTL_RE.test(name)) {
      errors.push(invalid(field, name, `must have at most ${MAX_SYSCTL} characters and match regex ${SYSCTL}`));
    } else if (seen.has(name)) errors.push(duplicate(field, name));
    seen.add(name);
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork === true && dotted.startsWith('net.')) {
      errors.push(invalid(field, name, "may not be specified when 'hostNetwork' is true"));
    } else if (spec.hostIPC === true && IPC_SYSCTLS.some((prefix) => dotted.startsWith(prefix))) {
      errors.push(invalid(field, name, "may not be specified when 'hostIPC' is true"));
    }
  });
}

export function validatePodSecurityContext(context: PodSecurityContext, path: string, scope: Scope): void {
  const { spec, errors } = scope;
  validateId(context.fsGroup, `${path}.fsGroup`, errors);
  validateId(context.runAsUser, `${path}.runAsUser`, errors);
  validateId(context.runAsGroup, `${path}.runAsGroup`, errors);
  (context.supplementalGroups ?? []).forEach((id, index) =>
    validateId(id, `${path}.supplementalGroups[${index}]`, errors),
  );
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const why = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(`${path}.shareProcessNamespace`, true, why));
  }
  validateSysctls(context, `${path}.sysctls`, scope);
  validateOneOf(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${path}.fsGroupChangePolicy`, errors);
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors);
  validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, errors);
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors);
  validateOneOf(context.supplementalGroupsPolicy, ['Merge', 'Strict'], `${path}.supplementalGroupsPolicy`, errors);
  validateOneOf(context.seLinuxChangePolicy, ['Recursive'], `${path}.seLinuxChangePolicy`, errors);
}

/** The value as upstream prints it: all members of its internal type, in their order. */
function internalForm(context: SecurityContext): unknown {
  return {
    Capabilities: context.capabilities
      ? { Add: context.capabilities.add ?? null, Drop: context.capabilities.drop ?? null }
      : null,
    Privileged: context.privileged ?? null,
    SELinuxOptions: context.seLinuxOptions ?? null,
    WindowsOptions: context.windowsOptions ?? null,
    RunAsUser: context.runAsUser ?? null,
    RunAsGroup: context.runAsGroup ?? null,
    RunAsNonRoot: context.runAsNonRoot ?? null,
    ReadOnlyRootFilesystem: context.readOnlyRootFilesystem ?? null,
    AllowPrivilegeEscalation: context.allowPrivilegeEscalation ?? null,
    ProcMount: context.procMount ?? null,
    SeccompProfile: context.seccompProfile ?? null,
    AppArmorProfile: context.appArmorProfile ?? null,
  };
}

export function validateSecurityContext(context: SecurityContext | undefined, path: string, scope: Scope): void {
  if (context === undefined) return;
  const { errors } = scope;
  validateId(context.runAsUser, `${path}.runAsUser`, errors);
  validateId(context.runAsGroup, `${path}.runAsGroup`, errors);
  validateOneOf(context.procMount, ['Default', 'Unmasked'], `${path}.procMount`, errors);
  if (context.procMount === 'Unmasked' && scope.hostUsers) {
    errors.push(invalid(`${path}.procMount`, 'Unmasked', '`hostUsers` must be false to use `Unmasked`'));
  }
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors);
  if (context.allowPrivilegeEscalation === false) {
    const refuse = (what: string): void => {
      errors.push(invalid(path, internalForm(context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`));
    };
    if (context.privileged === true) refuse('`privileged` to true');
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
  validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`, errors);
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors);
}

/** A pod with users of its own cannot share the host's namespaces. */
export function validateHostUsers(path: string, { spec, hostUsers, errors }: Scope): void {
  if (hostUsers) return;
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC'] as const) {
    if (spec[key] === true) errors.push(forbidden(`${path}.${key}`, 'when `hostUsers` is false'));
  }
}
