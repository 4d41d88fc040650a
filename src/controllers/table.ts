// Every controller of a cluster. A new one is one more line.

import { apiServiceController } from './apiservice/api-service-controller.ts';
import { attachDetachController } from './attachdetach/attach-detach-controller.ts';
import { cloudNodeController } from './cloudnode/cloud-node-controller.ts';
import { cloudNodeLifecycleController } from './cloudnodelifecycle/cloud-node-lifecycle-controller.ts';
import { ingressController } from './cloudingress/ingress-controller.ts';
import { routeController } from './cloudroute/route-controller.ts';
import { serviceController } from './cloudservice/service-controller.ts';
import { simulatedCloud } from './cloud/simulated-cloud.ts';
import { certificateController } from './certificates/certificate-controller.ts';
import { clusterRoleAggregationController } from './clusterroleaggregation/cluster-role-aggregation-controller.ts';
import { cronJobController } from './cronjob/cronjob-controller.ts';
import { csiAttacher } from './csidriver/csi-attacher.ts';
import { csiProvisioner } from './csidriver/csi-provisioner.ts';
import { csiResizer } from './csidriver/csi-resizer.ts';
import { customResourceDefinitionController } from './customresourcedefinition/custom-resource-definition-controller.ts';
import { daemonSetController } from './daemonset/daemonset-controller.ts';
import { deploymentController } from './deployment/deployment-controller.ts';
import { disruptionController } from './disruption/disruption-controller.ts';
import { endpointsController } from './endpoints/endpoints-controller.ts';
import { endpointSliceController } from './endpointslice/endpointslice-controller.ts';
import { endpointSliceMirroringController } from './endpointslicemirroring/endpointslicemirroring-controller.ts';
import { ephemeralVolumeController } from './ephemeralvolume/ephemeral-volume-controller.ts';
import { flowSchemaController } from './flowcontrol/flow-schema-controller.ts';
import { garbageCollector } from './garbagecollector/garbage-collector.ts';
import { horizontalPodAutoscalerController } from './horizontalpodautoscaling/horizontal-pod-autoscaler-controller.ts';
import { jobController } from './job/job-controller.ts';
import { legacyTokenCleaner } from './legacytokencleaner/legacy-token-cleaner.ts';
import { namespaceController } from './namespace/namespace-controller.ts';
import { nodeGroupController } from './nodegroup/node-group-controller.ts';
import { nodeIpamController } from './nodeipam/node-ipam-controller.ts';
import { nodeLifecycleController } from './nodelifecycle/node-lifecycle-controller.ts';
import { persistentVolumeBinder } from './persistentvolume/persistent-volume-binder.ts';
import { podGarbageCollector } from './podgc/pod-garbage-collector.ts';
import { replicaSetController } from './replicaset/replicaset-controller.ts';
import { replicationController } from './replicationcontroller/replication-controller.ts';
import { rootCaPublisher } from './rootcapublisher/root-ca-publisher.ts';
import { resourceClaimController } from './resourceclaim/resource-claim-controller.ts';
import { resourceQuotaController } from './resourcequota/resource-quota-controller.ts';
import { ipRepairController } from './serviceallocation/ip-repair-controller.ts';
import { portRepairController } from './serviceallocation/port-repair-controller.ts';
import { serviceAccountController } from './serviceaccount/service-account-controller.ts';
import { serviceCidrsController } from './servicecidrs/service-cidrs-controller.ts';
import { tokensController } from './serviceaccounttoken/tokens-controller.ts';
import { statefulSetController } from './statefulset/statefulset-controller.ts';
import { taintEvictionController } from './tainteviction/taint-eviction-controller.ts';
import { pvcProtectionController } from './storageprotection/pvc-protection-controller.ts';
import { pvProtectionController } from './storageprotection/pv-protection-controller.ts';
import { ttlAfterFinishedController } from './ttlafterfinished/ttl-after-finished-controller.ts';
import { ttlController } from './ttl/ttl-controller.ts';
import { vacProtectionController } from './storageprotection/vac-protection-controller.ts';
import { validatingAdmissionPolicyStatusController } from './validatingadmissionpolicystatus/validating-admission-policy-status-controller.ts';
import { expandController } from './volumeexpand/expand-controller.ts';
import type { Controller } from './runtime/component.ts';
import type { Trust } from './trust.ts';

export interface ControllerSettings {
  /** Milliseconds without a heartbeat until a node is NotReady. */
  readonly nodeGracePeriodMs: number;
  /** PEM of what signs the API's certificate; empty where that is publicly trusted. */
  readonly authority: string;
}

export function createControllers({ nodeGracePeriodMs, authority }: ControllerSettings, trust: Trust): Controller[] {
  return [
    deploymentController,
    replicaSetController,
    replicationController,
    daemonSetController(),
    statefulSetController,
    jobController(),
    cronJobController,
    horizontalPodAutoscalerController(),
    ttlAfterFinishedController,
    garbageCollector,
    namespaceController,
    customResourceDefinitionController,
    podGarbageCollector,
    serviceAccountController,
    tokensController({ tokens: trust.tokens, authority }),
    legacyTokenCleaner,
    certificateController(trust),
    rootCaPublisher(authority),
    clusterRoleAggregationController,
    nodeIpamController,
    nodeLifecycleController({ gracePeriodMs: nodeGracePeriodMs }),
    nodeGroupController,
    cloudNodeController(simulatedCloud),
    cloudNodeLifecycleController(simulatedCloud),
    routeController(simulatedCloud),
    serviceController(simulatedCloud),
    ingressController,
    taintEvictionController,
    disruptionController,
    ttlController,
    serviceCidrsController,
    ipRepairController,
    portRepairController,
    endpointsController,
    endpointSliceController,
    resourceClaimController,
    resourceQuotaController,
    ephemeralVolumeController,
    persistentVolumeBinder,
    csiProvisioner,
    attachDetachController,
    csiAttacher,
    expandController,
    csiResizer,
    pvcProtectionController,
    pvProtectionController,
    vacProtectionController,
    endpointSliceMirroringController,
    flowSchemaController,
    apiServiceController,
    validatingAdmissionPolicyStatusController,
  ];
}
