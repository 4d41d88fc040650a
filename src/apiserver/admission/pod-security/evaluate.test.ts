// The cases of kubernetes staging/src/k8s.io/pod-security-admission/policy/check_*_test.go, by their names.

import { describe, expect, test } from 'vitest';
import type { Container, PodSpec } from '../../../api/types/core-v1.ts';
import { detailText, violations } from './evaluate.ts';
import type { Level } from './policy.ts';

type Security = NonNullable<Container['securityContext']>;

function containers(...all: Array<Security | undefined>): Container[] {
  return all.map((securityContext, index) => ({
    name: 'abcdef'[index] ?? '',
    image: 'i',
    ...(securityContext && { securityContext }),
  }));
}

function found(
  level: Level,
  spec: Partial<PodSpec>,
  minor = Infinity,
  annotations: Record<string, string> = {},
): string {
  return detailText(violations({ level, minor }, { annotations }, { containers: [], ...spec }));
}

/** What `restricted` has nothing to say of. */
const GOOD: Security = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

describe('baseline', () => {
  test.each<[string, Partial<PodSpec>, string]>([
    ['nothing', { containers: containers(undefined) }, ''],
    [
      'TestAppArmorProfile',
      {
        securityContext: { appArmorProfile: { type: 'Unconfined' } },
        containers: containers({ appArmorProfile: { type: 'Unconfined' } }),
      },
      'forbidden AppArmor profile (pod and container "a" must not set AppArmor profile type to "Unconfined")',
    ],
    [
      'TestCapabilitiesBaseline',
      { containers: containers({ capabilities: { add: ['FOO', 'BAR', 'KILL'] } }, { capabilities: { add: ['BAR'] } }) },
      'non-default capabilities (containers "a", "b" must not include "BAR", "FOO" in securityContext.capabilities.add)',
    ],
    [
      'TestHostNamespaces',
      { hostNetwork: true, hostPID: true, hostIPC: true },
      'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
    ],
    [
      'TestHostPathVolumes',
      {
        volumes: [
          { name: 'a', hostPath: { path: '/' } },
          { name: 'b', emptyDir: {} },
          { name: 'c', hostPath: { path: '/' } },
        ],
      },
      'hostPath volumes (volumes "a", "c")',
    ],
    [
      'TestHostPort',
      {
        containers: [
          {
            name: 'a',
            image: 'i',
            ports: [
              { containerPort: 1, hostPort: 20 },
              { containerPort: 2, hostPort: 10 },
            ],
          },
        ],
      },
      'hostPort (container "a" uses hostPorts 10, 20)',
    ],
    [
      'TestHostProbesAndHostLifecycle',
      {
        containers: [
          {
            name: 'a',
            image: 'i',
            livenessProbe: { httpGet: { port: 80, host: 'evil' } },
            lifecycle: { preStop: { tcpSocket: { port: 80, host: 'bad' } } },
          },
        ],
      },
      'probe or lifecycle host (container "a" uses probe or lifecycle hosts "bad", "evil")',
    ],
    [
      'TestPrivileged',
      { containers: containers({ privileged: true }, { privileged: false }, { privileged: true }) },
      'privileged (containers "a", "c" must not set securityContext.privileged=true)',
    ],
    [
      'TestProcMount',
      { containers: containers({ procMount: 'Unmasked' }) },
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    ['TestProcMount: user namespaces', { hostUsers: false, containers: containers({ procMount: 'Unmasked' }) }, ''],
    [
      'TestSELinuxOptions',
      {
        securityContext: { seLinuxOptions: { type: 'foo' } },
        containers: containers(
          { seLinuxOptions: { type: 'container_t', user: 'u' } },
          { seLinuxOptions: { role: 'r' } },
        ),
      },
      'seLinuxOptions (pod and containers "a", "b" set forbidden securityContext.seLinuxOptions: type "foo"; user may not be set; role may not be set)',
    ],
    [
      'TestSeccompProfileBaseline',
      { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'TestSysctls',
      {
        securityContext: {
          sysctls: [
            { name: 'a', value: '1' },
            { name: 'net.ipv4.tcp_rmem', value: '1' },
            { name: 'b', value: '1' },
          ],
        },
      },
      'forbidden sysctls (a, b)',
    ],
    [
      'TestWindowsHostProcess',
      { containers: containers({ windowsOptions: { hostProcess: true } }) },
      'hostProcess (container "a" must not set securityContext.windowsOptions.hostProcess=true)',
    ],
  ])('%s', (_name, spec, text) => {
    expect(found('baseline', spec)).toBe(text);
    expect(found('privileged', spec)).toBe('');
  });

  test('older versions know less', () => {
    const sysctls = [{ name: 'net.ipv4.tcp_rmem', value: '1' }];
    expect(found('baseline', { securityContext: { sysctls } }, 31)).toBe('forbidden sysctls (net.ipv4.tcp_rmem)');
    const probe = { livenessProbe: { httpGet: { port: 80, host: 'x' } } };
    expect(found('baseline', { containers: [{ name: 'a', image: 'i', ...probe }] }, 33)).toBe('');
    const seLinuxOptions = { type: 'container_engine_t' };
    expect(found('baseline', { securityContext: { seLinuxOptions } }, 30)).toContain('type "container_engine_t"');
    expect(found('baseline', { securityContext: { seLinuxOptions } }, 31)).toBe('');
  });

  test('annotations count where there were no fields', () => {
    const annotations = {
      'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
      'container.apparmor.security.beta.kubernetes.io/a': 'unconfined',
    };
    expect(found('baseline', {}, 18, annotations)).toBe(
      'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/a="unconfined""), seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    );
    expect(found('baseline', {}, 19, { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' })).toBe('');
  });
});

describe('restricted', () => {
  test('an ordinary pod', () => {
    expect(found('restricted', { containers: containers(undefined) })).toBe(
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    expect(found('restricted', { containers: containers(GOOD) })).toBe('');
  });

  test('init and ephemeral containers too', () => {
    const spec = {
      initContainers: containers({ ...GOOD, allowPrivilegeEscalation: true }),
      containers: containers(GOOD),
    };
    expect(found('restricted', spec)).toBe(
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)',
    );
    const debug = { name: 'debug', image: 'i', securityContext: { ...GOOD, privileged: true } };
    expect(found('restricted', { containers: containers(GOOD), ephemeralContainers: [debug] })).toBe(
      'privileged (container "debug" must not set securityContext.privileged=true)',
    );
  });

  test.each<[string, Partial<PodSpec>, string]>([
    [
      'TestCapabilitiesRestricted',
      {
        containers: containers({
          ...GOOD,
          capabilities: { add: ['NET_BIND_SERVICE', 'SYS_ADMIN'], drop: ['CHOWN'] },
        }),
      },
      'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      'TestRestrictedVolumes',
      {
        volumes: [
          { name: 'a', hostPath: { path: '/' } },
          { name: 'b', nfs: { server: 's', path: '/' } },
          { name: 'c', emptyDir: {} },
        ],
      },
      'restricted volume types (volumes "a", "b" use restricted volume types "hostPath", "nfs")',
    ],
    [
      'TestRunAsNonRoot',
      { securityContext: { runAsNonRoot: false }, containers: containers({ ...GOOD, runAsNonRoot: false }) },
      'runAsNonRoot != true (pod and container "a" must not set securityContext.runAsNonRoot=false)',
    ],
    [
      'TestRunAsUser',
      { securityContext: { runAsUser: 0 }, containers: containers(GOOD) },
      'runAsUser=0 (pod must not set runAsUser=0)',
    ],
    [
      'TestSeccompProfileRestricted',
      { containers: containers({ ...GOOD, seccompProfile: { type: 'Unconfined' } }) },
      'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'user namespaces',
      { hostUsers: false, containers: containers({ ...GOOD, runAsUser: 0, runAsNonRoot: false }) },
      '',
    ],
    ['windows', { os: { name: 'windows' }, containers: containers({ runAsNonRoot: true }) }, ''],
  ])('%s', (_name, spec, text) => {
    expect(found('restricted', spec)).toBe(text);
  });
});
