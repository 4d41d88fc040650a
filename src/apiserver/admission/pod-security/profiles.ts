// Rules on profiles that confine containers: AppArmor, seccomp, SELinux.
// Models kubernetes staging/src/k8s.io/pod-security-admission/policy/check_{appArmorProfile,seccompProfile_*,seLinuxOptions}.go.

import type { SELinuxOptions } from '../../../api/types/core-v1.ts';
import { goQuote } from '../../../schema/go-text.ts';
import type { Check, Examined, Violation } from './check.ts';
import { allContainers, containersText, distinct, isWindows, namesOf, quoted, settersText } from './check.ts';

const CONFINING = ['Localhost', 'RuntimeDefault'];
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

type Profile = 'appArmorProfile' | 'seccompProfile';

/** Who sets a profile that does not confine, and to what. */
function unconfined({ spec }: Examined, profile: Profile) {
  const isBad = (type: string | undefined): boolean => type !== undefined && !CONFINING.includes(type);
  const podType = spec.securityContext?.[profile]?.type;
  const containers = allContainers(spec).filter(({ securityContext }) => isBad(securityContext?.[profile]?.type));
  const types = [podType, ...containers.map(({ securityContext }) => securityContext?.[profile]?.type)];
  return {
    setters: settersText(
      isBad(podType),
      containers.map(({ name }) => name),
    ),
    types: distinct(types.filter((type): type is string => isBad(type))),
  };
}

function seccompSet(examined: Examined): Violation | undefined {
  const { setters, types } = unconfined(examined, 'seccompProfile');
  if (setters === undefined) return undefined;
  const detail = `${setters} must not set securityContext.seccompProfile.type to ${quoted(types)}`;
  return { reason: 'seccompProfile', detail };
}

/** Before there were fields there were annotations. */
function seccompAnnotated({ metadata, spec }: Examined): Violation | undefined {
  const keys = [SECCOMP_POD, ...namesOf(spec, () => true).map((name) => SECCOMP_CONTAINER + name)];
  const bad = keys.flatMap((key) => {
    const value = metadata.annotations?.[key];
    const allowed =
      value === undefined || ['runtime/default', 'docker/default'].includes(value) || value.startsWith('localhost/');
    return allowed ? [] : [`${key}=${goQuote(value)}`];
  });
  if (bad.length === 0) return undefined;
  const detail = `forbidden ${bad.length === 1 ? 'annotation' : 'annotations'} ${distinct(bad).join(', ')}`;
  return { reason: 'seccompProfile', detail };
}

export const appArmorProfile: Check = {
  id: 'appArmorProfile',
  since: 0,
  run(examined) {
    const { setters, types } = unconfined(examined, 'appArmorProfile');
    const annotations = Object.entries(examined.metadata.annotations ?? {})
      .filter(
        ([key, value]) =>
          key.startsWith(APP_ARMOR) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'),
      )
      .map(([key, value]) => `${key}=${goQuote(value)}`)
      .toSorted();
    const values = [...types, ...annotations];
    if (values.length === 0) return undefined;
    const noted = annotations.length === 0 ? [] : [annotations.length === 1 ? 'annotation' : 'annotations'];
    const all = [...(setters === undefined ? [] : [setters]), ...noted].join(' and ');
    return {
      reason: `forbidden AppArmor ${values.length === 1 ? 'profile' : 'profiles'}`,
      detail: `${all} must not set AppArmor profile type to ${quoted(values)}`,
    };
  },
};

export const seccompBaseline: Check = {
  id: 'seccompProfile_baseline',
  since: 0,
  run: (examined) => (examined.minor < 19 ? seccompAnnotated(examined) : seccompSet(examined)),
};

export const seccompRestricted: Check = {
  id: 'seccompProfile_restricted',
  since: 19,
  overrides: ['seccompProfile_baseline'],
  run(examined) {
    if (isWindows(examined)) return undefined;
    const set = seccompSet(examined);
    if (set !== undefined || examined.spec.securityContext?.seccompProfile !== undefined) return set;
    const without = namesOf(examined.spec, ({ securityContext }) => securityContext?.seccompProfile === undefined);
    if (without.length === 0) return undefined;
    const detail = `pod or ${containersText(without)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
    return { reason: 'seccompProfile', detail };
  },
};

export const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  since: 0,
  run({ spec, minor }) {
    const types = [
      '',
      'container_t',
      'container_init_t',
      'container_kvm_t',
      ...(minor >= 31 ? ['container_engine_t'] : []),
    ];
    const bad: SELinuxOptions[] = [];
    const isBad = (options: SELinuxOptions | undefined): boolean => {
      const wrong =
        options !== undefined &&
        (!types.includes(options.type ?? '') || (options.user ?? '') !== '' || (options.role ?? '') !== '');
      if (wrong) bad.push(options);
      return wrong;
    };
    const pod = isBad(spec.securityContext?.seLinuxOptions);
    const setters = settersText(
      pod,
      namesOf(spec, ({ securityContext }) => isBad(securityContext?.seLinuxOptions)),
    );
    if (setters === undefined) return undefined;
    const badTypes = distinct(bad.map(({ type = '' }) => type).filter((type) => !types.includes(type)));
    const data = [
      ...(badTypes.length === 0 ? [] : [`${badTypes.length === 1 ? 'type' : 'types'} ${quoted(badTypes)}`]),
      ...(bad.some(({ user = '' }) => user !== '') ? ['user may not be set'] : []),
      ...(bad.some(({ role = '' }) => role !== '') ? ['role may not be set'] : []),
    ];
    const detail = `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  },
};
