// What a pod may say about Windows, and what it may not say on Windows.
// Models kubernetes pkg/apis/core/validation (validateWindowsSecurityContextOptions, validateOS, validateWindows, …).

import type { FieldError } from '../../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../../schema/field-error.ts';
import { dns1123SubdomainErrors } from '../../../../schema/names.ts';
import type { PodSecurityContext, SecurityContext, WindowsSecurityContextOptions } from '../../../types/core-v1.ts';
import type { Scope } from './scope.ts';
import { addEach, eachContainer } from './scope.ts';

const MAX_SPEC_KIB = 64;
const MAX_DOMAIN = 256;
const MAX_USER = 104;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;
const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_DOMAIN = /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*$/;

function userNameError(name: string): string | undefined {
  if (name === '') return 'runAsUserName cannot be an empty string';
  if (CONTROL.test(name)) return 'runAsUserName cannot contain control characters';
  const parts = name.split('\\');
  if (parts.length > 2) return 'runAsUserName cannot contain more than one backslash';
  const domain = parts.length === 2 ? parts[0] : undefined;
  const user = parts.at(-1) ?? '';
  if (domain !== undefined && domain.length >= MAX_DOMAIN) {
    return `runAsUserName's Domain length must be under ${MAX_DOMAIN} characters`;
  }
  if (domain !== undefined && !NET_BIOS.test(domain) && !DNS_DOMAIN.test(domain)) {
    return "runAsUserName's Domain doesn't match the NetBios nor the DNS format";
  }
  if (user === '') return "runAsUserName's User cannot be empty";
  if (user.length > MAX_USER) return `runAsUserName's User length must not be longer than ${MAX_USER} characters`;
  if (/^[. ]+$/.test(user)) return "runAsUserName's User cannot contain only periods or spaces";
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    return 'runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]';
  }
  return undefined;
}

export function validateWindowsOptions(
  options: WindowsSecurityContextOptions | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (options === undefined) return;
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName } = options;
  if (specName !== undefined) {
    addEach(errors, `${path}.gmsaCredentialSpecName`, specName, dns1123SubdomainErrors(specName));
  }
  if (spec === '') {
    errors.push(invalid(`${path}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string'));
  } else if (spec !== undefined && spec.length > MAX_SPEC_KIB * 1024) {
    errors.push(
      invalid(`${path}.gmsaCredentialSpec`, spec, `gmsaCredentialSpec size must be under ${MAX_SPEC_KIB} KiB`),
    );
  }
  const why = runAsUserName === undefined ? undefined : userNameError(runAsUserName);
  if (why !== undefined) errors.push(invalid(`${path}.runAsUserName`, runAsUserName, why));
}

/** Either all containers of a pod are processes of the host, or none. */
export function validateHostProcess(path: string, { spec, errors }: Scope): void {
  const pod = spec.securityContext?.windowsOptions?.hostProcess;
  let all = 0;
  let host = 0;
  eachContainer(spec, path, (container, at) => {
    all++;
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (pod !== undefined && own !== undefined && pod !== own) {
      const why = `pod hostProcess value must be identical if both are specified, was ${pod}`;
      errors.push(invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, why));
    }
    if (own ?? pod ?? false) host++;
  });
  if (host === 0) return;
  if (host !== all) {
    const why = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(path, '', why));
  }
  if (spec.hostNetwork !== true) {
    const why = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(`${path}.hostNetwork`, false, why));
  }
}

const POD_LINUX_ONLY: ReadonlyArray<
  keyof PodSecurityContext | 'hostUsers' | 'hostPID' | 'hostIPC' | 'shareProcessNamespace'
> = [
  'appArmorProfile',
  'seLinuxOptions',
  'hostUsers',
  'hostPID',
  'hostIPC',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'shareProcessNamespace',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
];
const CONTAINER_LINUX_ONLY: ReadonlyArray<keyof SecurityContext> = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];
const NOT_ON_WINDOWS = 'cannot be set for a windows pod';
const NOT_ON_LINUX = 'windows options cannot be set for a linux pod';

function validateWindows(path: string, { spec, errors }: Scope): void {
  for (const key of POD_LINUX_ONLY) {
    if (key === 'hostUsers' || key === 'hostPID' || key === 'hostIPC' || key === 'shareProcessNamespace') {
      const flag = key === 'hostPID' || key === 'hostIPC';
      if (flag ? spec[key] === true : spec[key] !== undefined) errors.push(forbidden(`${path}.${key}`, NOT_ON_WINDOWS));
    } else if (spec.securityContext?.[key] !== undefined) {
      errors.push(forbidden(`${path}.securityContext.${key}`, NOT_ON_WINDOWS));
    }
  }
  eachContainer(spec, path, ({ securityContext }, at) => {
    for (const key of CONTAINER_LINUX_ONLY) {
      if (securityContext?.[key] !== undefined) errors.push(forbidden(`${at}.securityContext.${key}`, NOT_ON_WINDOWS));
    }
  });
}

function validateLinux(path: string, { spec, errors }: Scope): void {
  const refuse = (at: string): void => {
    errors.push(forbidden(`${at}.securityContext.windowsOptions`, NOT_ON_LINUX));
  };
  if (spec.securityContext?.windowsOptions !== undefined) refuse(path);
  eachContainer(spec, path, ({ securityContext }, at) => {
    if (securityContext?.windowsOptions !== undefined) refuse(at);
  });
}

export function validateOs(path: string, scope: Scope): void {
  const { os } = scope.spec;
  if (os === undefined) return;
  if (!os.name) scope.errors.push(required(`${path}.os.name`, 'cannot be empty'));
  else if (os.name === 'windows') validateWindows(path, scope);
  else if (os.name === 'linux') validateLinux(path, scope);
  else scope.errors.push(notSupported(`${path}.os`, os.name, ['linux', 'windows']));
}
