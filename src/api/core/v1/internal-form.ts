// Objects of the core group as upstream's own types hold them, which messages about what may not change show: Go's names
// of fields in Go's order, every field there, null and zero values too. Models kubernetes pkg/apis/core/types.go.
//
//   {"hostNetwork":true,"dnsPolicy":"Default"} of a PodSpec becomes
//   {"Volumes":null, … "DNSPolicy":"Default", … "SecurityContext":{"HostNetwork":true,"HostPID":false, …}, …}
//
// The schema table has the types as they are served. Upstream's own differ from them in what the tables below say; types
// of other groups (selectors, metadata) are held as they are served.

import type { FieldSchema, StructSchema, ValueKind, ValueSchema } from '../../../schema/structural.ts';
import { definition } from '../../../schema/table.ts';

const GROUP = 'io.k8s.api.core.v1.';

/** Fields that are shown of one value. What follows is left out: a list of a megabyte has a hundred of nulls. */
const MOST_FIELDS = 20_000;

const HOST = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];

/** Types whose fields are others or stand in another order. Of a persistent volume the source alone is ever shown. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  PodSpec: `volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds
    activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName automountServiceAccountToken nodeName securityContext
    imagePullSecrets hostname subdomain setHostnameAsFQDN affinity schedulerName tolerations hostAliases priorityClassName
    priority preemptionPolicy dnsConfig readinessGates runtimeClassName overhead enableServiceLinks
    topologySpreadConstraints os schedulingGates resourceClaims resources hostnameOverride schedulingGroup`.split(
    /\s+/,
  ),
  PodSecurityContext: `${HOST.join(' ')} seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot
    supplementalGroups supplementalGroupsPolicy fsGroup fsGroupChangePolicy sysctls seccompProfile appArmorProfile
    seLinuxChangePolicy`.split(/\s+/),
  Volume: `name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs
    persistentVolumeClaim rbd quobyte flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume
    azureDisk photonPersistentDisk projected portworxVolume scaleIO storageos csi ephemeral image`.split(/\s+/),
  PersistentVolumeSpec:
    `gcePersistentDisk awsElasticBlockStore hostPath glusterfs nfs rbd quobyte iscsi flexVolume cinder
    cephfs fc flocker azureFile vsphereVolume azureDisk photonPersistentDisk portworxVolume scaleIO local storageos
    csi`.split(/\s+/),
};

/** First words that Go writes in capitals. */
const CAPITALS = /^(?:api|aws|csi|dns|fc|fs|gce|gmsa|grpc|http|ip|iqn|iscsi|nfs|os|pd|rbd|se|ssl|tcp|tty|uid)(?![a-z])/;

/** Names that no rule gives, of a field wherever it is or in one type. */
const NAMES: Readonly<Record<string, string>> = {
  cephfs: 'CephFS',
  chapAuthDiscovery: 'DiscoveryCHAPAuth',
  chapAuthSession: 'SessionCHAPAuth',
  diskURI: 'DataDiskURI',
  endpoints: 'EndpointsName',
  storageos: 'StorageOS',
  wwids: 'WWIDs',
  'PhotonPersistentDiskVolumeSource.pdID': 'PdID',
  'RBDVolumeSource.image': 'RBDImage',
  'RBDVolumeSource.monitors': 'CephMonitors',
  'RBDVolumeSource.pool': 'RBDPool',
  'RBDVolumeSource.user': 'RadosUser',
  'RBDPersistentVolumeSource.image': 'RBDImage',
  'RBDPersistentVolumeSource.monitors': 'CephMonitors',
  'RBDPersistentVolumeSource.pool': 'RBDPool',
  'RBDPersistentVolumeSource.user': 'RadosUser',
};

/** What Go calls a field: `dnsPolicy` → `DNSPolicy`. */
export function goName(type: string, field: string): string {
  const name = NAMES[`${type}.${field}`] ?? NAMES[field];
  if (name !== undefined) return name;
  const capitals = CAPITALS.exec(field)?.[0] ?? field.slice(0, 1);
  return capitals.toUpperCase() + field.slice(capitals.length);
}

const ZERO: Readonly<Partial<Record<ValueKind, unknown>>> = {
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  double: 0,
  quantity: '0',
  intOrString: 0,
};

type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

/** A pod's spec with what upstream holds in its security context. */
function withHostFields(spec: Members): Members {
  const host = HOST.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]] as const]));
  return { ...spec, securityContext: { ...membersOf(spec['securityContext']), ...Object.fromEntries(host) } };
}

class Shown {
  #left = MOST_FIELDS;

  struct(struct: StructSchema, value: unknown): unknown {
    if (!struct.id.startsWith(GROUP)) return value ?? {};
    const { name } = struct;
    const members = name === 'PodSpec' ? withHostFields(membersOf(value)) : membersOf(value);
    const shown: Record<string, unknown> = {};
    for (const field of fieldsOf(struct)) {
      if (this.#left-- <= 0) break;
      const held = members[field.name];
      // What Go embeds is shown in the place of its name.
      if (name === 'PersistentVolumeClaimTemplate' && field.name === 'metadata') Object.assign(shown, held);
      else shown[goName(name, field.name)] = this.#field(field, held);
    }
    return shown;
  }

  #field({ value: schema, presence }: FieldSchema, value: unknown): unknown {
    if (value !== undefined && value !== null) return this.#value(schema, value);
    if (presence === 'nonNull' || presence === 'nullable') return null;
    if (schema.kind === 'struct' && schema.struct !== undefined) return this.struct(schema.struct(), {});
    return ZERO[schema.kind] ?? null;
  }

  #value(schema: ValueSchema, value: unknown): unknown {
    const { kind, struct, items } = schema;
    if (kind === 'struct' && struct !== undefined) return this.struct(struct(), value);
    if (kind === 'list' && items !== undefined && Array.isArray(value)) {
      const shown: unknown[] = [];
      for (const item of value) {
        if (this.#left-- <= 0) break;
        shown.push(this.#value(items, item));
      }
      return shown;
    }
    if (kind !== 'map') return value;
    const names = Object.keys(membersOf(value)).sort();
    return Object.fromEntries(names.map((name) => [name, membersOf(value)[name]]));
  }
}

function fieldsOf(struct: StructSchema): readonly FieldSchema[] {
  const names = FIELDS[struct.name];
  if (names === undefined) return struct.fields;
  const elsewhere = definition(`${GROUP}PodSpec`)?.byName;
  return names.flatMap((name) => struct.byName.get(name) ?? elsewhere?.get(name) ?? []);
}

/** `type` is a type of the core group: `PodSpec`. A value too large to show is cut after its first fields. */
export function internalForm(type: string, value: unknown): unknown {
  const struct = definition(GROUP + type);
  return struct === undefined ? value : new Shown().struct(struct, value);
}
