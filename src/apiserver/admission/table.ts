// All admission plugins, in the order in which they run.
// Models kubernetes pkg/kubeapiserver/options/plugins.go.

import { escalation } from '../authorization/escalation.ts';
import { certificateApproval, certificateSigning } from './certificate-approval.ts';
import { certificateRequester } from './certificate-requester.ts';
import { certificateSubjectRestriction } from './certificate-subject.ts';
import { persistentVolumeClaimResize } from './claim-resize.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-tolerations.ts';
import { limitRanger } from './limit-ranger/limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-in-use.ts';
import { taintNodesByCondition } from './taint-nodes.ts';

export const ADMISSION_PLUGINS: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  certificateRequester,
  // Last of those that change or refuse before validation.
  escalation,
  // Last of all: what is charged is written.
  resourceQuota,
];
