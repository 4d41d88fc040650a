// The table of kinds, and how they are looked up.
// Models apimachinery pkg/runtime/schema and the group order of kubernetes' discovery.

import { mutatingAdmissionPolicy } from './admissionregistration/v1/mutating-admission-policy.ts';
import { mutatingAdmissionPolicyBinding } from './admissionregistration/v1/mutating-admission-policy-binding.ts';
import { mutatingWebhookConfiguration } from './admissionregistration/v1/mutating-webhook-configuration.ts';
import { validatingAdmissionPolicy } from './admissionregistration/v1/validating-admission-policy.ts';
import { validatingAdmissionPolicyBinding } from './admissionregistration/v1/validating-admission-policy-binding.ts';
import { validatingWebhookConfiguration } from './admissionregistration/v1/validating-webhook-configuration.ts';
import { apiService } from './apiregistration/v1/api-service.ts';
import { controllerRevision } from './apps/v1/controller-revision.ts';
import { daemonSet } from './apps/v1/daemon-set.ts';
import { deployment } from './apps/v1/deployment.ts';
import { replicaSet } from './apps/v1/replica-set.ts';
import { statefulSet } from './apps/v1/stateful-set.ts';
import { horizontalPodAutoscalerV1 } from './autoscaling/v1/horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscaler } from './autoscaling/v2/horizontal-pod-autoscaler.ts';
import { cronJob } from './batch/v1/cron-job.ts';
import { job } from './batch/v1/job.ts';
import { certificateSigningRequest } from './certificates/v1/certificate-signing-request.ts';
import { lease } from './coordination/v1/lease.ts';
import { customResourceDefinition } from './apiextensions/v1/custom-resource-definition.ts';
import { selfSubjectReview } from './authentication/v1/self-subject-review.ts';
import { tokenReview } from './authentication/v1/token-review.ts';
import { selfSubjectRulesReview } from './authorization/v1/self-subject-rules-review.ts';
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  subjectAccessReview,
} from './authorization/v1/subject-access-review.ts';
import { binding } from './core/v1/binding.ts';
import { componentStatus } from './core/v1/component-status.ts';
import { configMap } from './core/v1/config-map.ts';
import { endpoints } from './core/v1/endpoints.ts';
import { event } from './core/v1/event.ts';
import { limitRange } from './core/v1/limit-range.ts';
import { namespace } from './core/v1/namespace.ts';
import { node } from './core/v1/node.ts';
import { persistentVolumeClaim } from './core/v1/persistent-volume-claim.ts';
import { persistentVolume } from './core/v1/persistent-volume.ts';
import { podTemplate } from './core/v1/pod-template.ts';
import { pod } from './core/v1/pod.ts';
import { replicationController } from './core/v1/replication-controller.ts';
import { resourceQuota } from './core/v1/resource-quota.ts';
import { secret } from './core/v1/secret.ts';
import { serviceAccount } from './core/v1/service-account.ts';
import { service } from './core/v1/service.ts';
import { endpointSlice } from './discovery/v1/endpoint-slice.ts';
import { eventsEvent } from './events/v1/event.ts';
import { flowSchema } from './flowcontrol/v1/flow-schema.ts';
import { priorityLevelConfiguration } from './flowcontrol/v1/priority-level-configuration.ts';
import type { ResourceInfo } from './client.ts';
import type { Kind } from './kind.ts';
import type { ResourceName } from './resources.ts';
import { apiVersionOf, resourceName } from './kind.ts';
import { ingressClass } from './networking/v1/ingress-class.ts';
import { ingress } from './networking/v1/ingress.ts';
import { ipAddress } from './networking/v1/ip-address.ts';
import { networkPolicy } from './networking/v1/network-policy.ts';
import { serviceCidr } from './networking/v1/service-cidr.ts';
import { runtimeClass } from './node/v1/runtime-class.ts';
import { podDisruptionBudget } from './policy/v1/pod-disruption-budget.ts';
import { deviceClass } from './resource/v1/device-class.ts';
import { resourceClaimTemplate } from './resource/v1/resource-claim-template.ts';
import { resourceClaim } from './resource/v1/resource-claim.ts';
import { resourceSlice } from './resource/v1/resource-slice.ts';
import { clusterRoleBinding } from './rbac/v1/cluster-role-binding.ts';
import { clusterRole } from './rbac/v1/cluster-role.ts';
import { roleBinding } from './rbac/v1/role-binding.ts';
import { role } from './rbac/v1/role.ts';
import { priorityClass } from './scheduling/v1/priority-class.ts';
import { csiDriver } from './storage/v1/csi-driver.ts';
import { csiNode } from './storage/v1/csi-node.ts';
import { csiStorageCapacity } from './storage/v1/csi-storage-capacity.ts';
import { storageClass } from './storage/v1/storage-class.ts';
import { volumeAttachment } from './storage/v1/volume-attachment.ts';
import { volumeAttributesClass } from './storage/v1/volume-attributes-class.ts';

/** Within a group in the order of discovery: by resource. */
export const KINDS: readonly Kind[] = [
  binding,
  componentStatus,
  configMap,
  endpoints,
  event,
  limitRange,
  namespace,
  node,
  persistentVolumeClaim,
  persistentVolume,
  pod,
  podTemplate,
  replicationController,
  resourceQuota,
  secret,
  serviceAccount,
  service,
  apiService,
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  eventsEvent,
  horizontalPodAutoscaler,
  horizontalPodAutoscalerV1,
  cronJob,
  job,
  certificateSigningRequest,
  ingressClass,
  ingress,
  ipAddress,
  networkPolicy,
  serviceCidr,
  podDisruptionBudget,
  clusterRoleBinding,
  clusterRole,
  roleBinding,
  role,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  storageClass,
  volumeAttachment,
  volumeAttributesClass,
  priorityClass,
  runtimeClass,
  flowSchema,
  priorityLevelConfiguration,
  selfSubjectReview,
  tokenReview,
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  mutatingWebhookConfiguration,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  validatingWebhookConfiguration,
  customResourceDefinition,
  lease,
  endpointSlice,
  deviceClass,
  resourceClaim,
  resourceClaimTemplate,
  resourceSlice,
];

export interface ApiGroup {
  /** `''` for core. */
  readonly group: string;
  /** The preferred one first. */
  readonly versions: readonly string[];
}

/** The groups upstream serves, in the order of its discovery documents. */
const GROUP_ORDER: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

/** Lookups over a table of kinds. Build one where it is first needed and keep it. */
export class Scheme {
  readonly kinds: readonly Kind[];
  readonly #byResource = new Map<string, Kind>();
  readonly #byKind = new Map<string, Kind>();
  readonly #byLogResource = new Map<string, Kind>();
  readonly #byVersion: ReadonlyMap<string, readonly Kind[]>;
  readonly #groups: ApiGroup[];
  #resources: readonly ResourceInfo[] | undefined;

  /** `owners`: kinds, served or not, in whose form the log holds what is served in other versions too. */
  constructor(kinds: readonly Kind[] = KINDS, owners: readonly Kind[] = []) {
    this.kinds = kinds;
    this.#byVersion = Map.groupBy(kinds, ({ group, version }) => `${group}/${version}`);
    const versions = new Map<string, string[]>();
    for (const kind of kinds) {
      this.#byResource.set(`${kind.group}/${kind.version}/${kind.resource}`, kind);
      this.#byKind.set(`${kind.group}/${kind.version}/${kind.kind}`, kind);
      // A kind stored as another has no rows of its own, one that is not stored has none.
      if (kind.storedAs === undefined && kind.computed === undefined) this.#byLogResource.set(resourceName(kind), kind);
      const list = versions.get(kind.group) ?? [];
      if (!list.includes(kind.version)) list.push(kind.version);
      versions.set(kind.group, list);
    }
    for (const kind of owners) this.#byLogResource.set(resourceName(kind), kind);
    this.#groups = [...versions]
      .map(([group, list]) => ({ group, versions: list }))
      .sort((a, b) => groupRank(a.group) - groupRank(b.group));
  }

  /** `('apps', 'v1', 'deployments')` */
  byResource(group: string, version: string, resource: string): Kind | undefined {
    return this.#byResource.get(`${group}/${version}/${resource}`);
  }

  /** `('apps', 'v1', 'Deployment')` */
  byKind(group: string, version: string, kind: string): Kind | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`);
  }

  /** The kind whose rows the log keeps under this name: `pods`, `deployments.apps`. */
  byLogResource(resource: string): Kind | undefined {
    return this.#byLogResource.get(resource);
  }

  /** Every kind that has rows of its own in the log, each once. */
  owners(): Iterable<Kind> {
    return this.#byLogResource.values();
  }

  /** What components can read and write. */
  resources(): readonly ResourceInfo[] {
    this.#resources ??= [...this.owners()]
      .filter((kind) => kind.collectionAction === undefined && kind.review === undefined)
      .map((kind) => ({
        resource: resourceName(kind) as ResourceName,
        namespaced: kind.namespaced,
        kind: kind.kind,
        apiVersion: apiVersionOf(kind),
      }));
    return this.#resources;
  }

  /** Core first, then upstream's order. */
  groups(): readonly ApiGroup[] {
    return this.#groups;
  }

  /** The kinds of one group version, in the table's order. */
  kindsOf(group: string, version: string): readonly Kind[] {
    return this.#byVersion.get(`${group}/${version}`) ?? [];
  }
}

function groupRank(group: string): number {
  const rank = GROUP_ORDER.indexOf(group);
  return rank < 0 ? GROUP_ORDER.length : rank;
}
