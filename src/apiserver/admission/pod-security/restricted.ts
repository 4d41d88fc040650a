// The rules that the standard `restricted` has besides those of `baseline`: a pod gives up what it does not need.
// Models kubernetes staging/src/k8s.io/pod-security-admission/policy.

import { append } from '../../../lib/append.ts';
import type { Check } from './check.ts';
import { containersText, distinct, hasOwnUsers, isWindows, namesOf, quoted, settersText } from './check.ts';
import { seccompRestricted } from './profiles.ts';

const VOLUMES = 'configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret'.split(' ');
/** Other sources of volumes that may be told of by their names. */
const OTHER_VOLUMES =
  'hostPath gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc azureFile vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO storageos'.split(
    ' ',
  );

const allowPrivilegeEscalation: Check = {
  id: 'allowPrivilegeEscalation',
  since: 8,
  run(examined) {
    if (isWindows(examined)) return undefined;
    const names = namesOf(examined.spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
    if (names.length === 0) return undefined;
    const detail = `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false`;
    return { reason: 'allowPrivilegeEscalation != false', detail };
  },
};

const capabilities: Check = {
  id: 'capabilities_restricted',
  since: 22,
  overrides: ['capabilities_baseline'],
  run(examined) {
    if (isWindows(examined)) return undefined;
    const keeping = namesOf(
      examined.spec,
      ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true,
    );
    const added: string[] = [];
    const adding = namesOf(examined.spec, ({ securityContext }) => {
      const bad = (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
      append(added, bad);
      return bad.length > 0;
    });
    const details = [
      ...(keeping.length === 0
        ? []
        : [`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`]),
      ...(adding.length === 0
        ? []
        : [
            `${containersText(adding)} must not include ${quoted(distinct(added))} in securityContext.capabilities.add`,
          ]),
    ];
    return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
  },
};

const restrictedVolumes: Check = {
  id: 'restrictedVolumes',
  since: 0,
  overrides: ['hostPathVolumes'],
  run({ spec }) {
    const bad = (spec.volumes ?? []).filter((volume) => !VOLUMES.some((source) => source in volume));
    if (bad.length === 0) return undefined;
    const types = distinct(bad.map((volume) => OTHER_VOLUMES.find((source) => source in volume) ?? 'unknown'));
    const names = `${bad.length === 1 ? 'volume' : 'volumes'} ${quoted(bad.map(({ name }) => name))}`;
    const what = `${bad.length === 1 ? 'uses' : 'use'} restricted volume ${types.length === 1 ? 'type' : 'types'}`;
    return { reason: 'restricted volume types', detail: `${names} ${what} ${quoted(types)}` };
  },
};

const runAsNonRoot: Check = {
  id: 'runAsNonRoot',
  since: 0,
  run(examined) {
    if (hasOwnUsers(examined)) return undefined;
    const { spec } = examined;
    const pod = spec.securityContext?.runAsNonRoot;
    const reason = 'runAsNonRoot != true';
    const setters = settersText(
      pod === false,
      namesOf(spec, ({ securityContext }) => securityContext?.runAsNonRoot === false),
    );
    if (setters !== undefined) return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
    const without = namesOf(spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
    if (pod === true || without.length === 0) return undefined;
    return { reason, detail: `pod or ${containersText(without)} must set securityContext.runAsNonRoot=true` };
  },
};

const runAsUser: Check = {
  id: 'runAsUser',
  since: 23,
  run(examined) {
    if (hasOwnUsers(examined)) return undefined;
    const { spec } = examined;
    const setters = settersText(
      spec.securityContext?.runAsUser === 0,
      namesOf(spec, ({ securityContext }) => securityContext?.runAsUser === 0),
    );
    return setters === undefined ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
  },
};

/** In the order in which what they find is told. */
export const RESTRICTED: readonly Check[] = [
  allowPrivilegeEscalation,
  capabilities,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];
