// The rules of the standard `baseline`: known ways out of a container are closed.
// Models kubernetes staging/src/k8s.io/pod-security-admission/policy.

import { append } from '../../../lib/append.ts';
import type { Check } from './check.ts';
import { allContainers, containersText, distinct, hasOwnUsers, namesOf, quoted, settersText } from './check.ts';
import { appArmorProfile, seccompBaseline, seLinuxOptions } from './profiles.ts';

const CAPABILITIES =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  );

/** Safe kernel parameters, with the version since when they are taken for safe. */
const SYSCTLS: ReadonlyMap<string, number> = new Map([
  ['kernel.shm_rmid_forced', 0],
  ['net.ipv4.ip_local_port_range', 0],
  ['net.ipv4.tcp_syncookies', 0],
  ['net.ipv4.ping_group_range', 0],
  ['net.ipv4.ip_unprivileged_port_start', 0],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
]);

const capabilities: Check = {
  id: 'capabilities_baseline',
  since: 0,
  run({ spec }) {
    const added: string[] = [];
    const names = namesOf(spec, ({ securityContext }) => {
      const bad = (securityContext?.capabilities?.add ?? []).filter((name) => !CAPABILITIES.includes(name));
      append(added, bad);
      return bad.length > 0;
    });
    if (names.length === 0) return undefined;
    const detail = `${containersText(names)} must not include ${quoted(distinct(added))} in securityContext.capabilities.add`;
    return { reason: 'non-default capabilities', detail };
  },
};

const hostNamespaces: Check = {
  id: 'hostNamespaces',
  since: 0,
  run({ spec }) {
    const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name] === true);
    if (shared.length === 0) return undefined;
    return { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') };
  },
};

const hostPathVolumes: Check = {
  id: 'hostPathVolumes',
  since: 0,
  run({ spec }) {
    const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
    if (names.length === 0) return undefined;
    return { reason: 'hostPath volumes', detail: `${names.length === 1 ? 'volume' : 'volumes'} ${quoted(names)}` };
  },
};

const hostPorts: Check = {
  id: 'hostPorts',
  since: 0,
  run({ spec }) {
    const ports: string[] = [];
    const names = namesOf(spec, (container) => {
      const used = (container.ports ?? []).flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [String(hostPort)]));
      append(ports, used);
      return used.length > 0;
    });
    if (names.length === 0) return undefined;
    const used = distinct(ports);
    const what = `${names.length === 1 ? 'uses' : 'use'} ${used.length === 1 ? 'hostPort' : 'hostPorts'}`;
    return { reason: 'hostPort', detail: `${containersText(names)} ${what} ${used.join(', ')}` };
  },
};

const hostProbes: Check = {
  id: 'hostProbesAndHostLifecycle',
  since: 34,
  run({ spec }) {
    const found: string[] = [];
    const names = namesOf(spec, ({ livenessProbe, readinessProbe, startupProbe, lifecycle }) => {
      const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
      const hosts = handlers.flatMap((handler) => [handler?.httpGet?.host ?? '', handler?.tcpSocket?.host ?? '']);
      const bad = hosts.filter((host) => host !== '');
      append(found, bad);
      return bad.length > 0;
    });
    if (names.length === 0) return undefined;
    const hosts = distinct(found);
    const what = `${names.length === 1 ? 'uses' : 'use'} probe or lifecycle ${hosts.length === 1 ? 'host' : 'hosts'}`;
    return { reason: 'probe or lifecycle host', detail: `${containersText(distinct(names))} ${what} ${quoted(hosts)}` };
  },
};

const privileged: Check = {
  id: 'privileged',
  since: 0,
  run({ spec }) {
    const names = namesOf(spec, ({ securityContext }) => securityContext?.privileged === true);
    if (names.length === 0) return undefined;
    return { reason: 'privileged', detail: `${containersText(names)} must not set securityContext.privileged=true` };
  },
};

const procMount: Check = {
  id: 'procMount',
  since: 0,
  run(examined) {
    if (hasOwnUsers(examined)) return undefined;
    const isBad = (type: string | undefined): boolean => type !== undefined && type !== 'Default';
    const bad = allContainers(examined.spec).filter(({ securityContext }) => isBad(securityContext?.procMount));
    if (bad.length === 0) return undefined;
    const types = distinct(bad.map(({ securityContext }) => securityContext?.procMount ?? ''));
    const who = containersText(bad.map(({ name }) => name));
    return { reason: 'procMount', detail: `${who} must not set securityContext.procMount to ${quoted(types)}` };
  },
};

const sysctls: Check = {
  id: 'sysctls',
  since: 0,
  run({ spec, minor }) {
    const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name);
    const bad = names.filter((name) => (SYSCTLS.get(name) ?? Number.POSITIVE_INFINITY) > minor || !SYSCTLS.has(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  },
};

const windowsHostProcess: Check = {
  id: 'windowsHostProcess',
  since: 0,
  run({ spec }) {
    const setters = settersText(
      spec.securityContext?.windowsOptions?.hostProcess === true,
      namesOf(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true),
    );
    if (setters === undefined) return undefined;
    return { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
  },
};

/** In the order in which what they find is told. */
export const BASELINE: readonly Check[] = [
  appArmorProfile,
  capabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinuxOptions,
  seccompBaseline,
  sysctls,
  windowsHostProcess,
];
