// Says of each ValidatingAdmissionPolicy what its expressions lack for the types that they are about.
// Models kubernetes pkg/controller/validatingadmissionpolicystatus/controller.go.

import type { Controller } from '../runtime/component.ts';
import { expressionWarnings } from './type-checking.ts';

const POLICIES = 'validatingadmissionpolicies.admissionregistration.k8s.io';

/** A key is the name of a policy. */
export const validatingAdmissionPolicyStatusController: Controller = {
  name: 'validatingadmissionpolicy-status-controller',
  watches: { [POLICIES]: ({ verb, name }) => (verb === 'delete' ? [] : [name]) },
  reconcile(name, { client }) {
    const policy = client.get(POLICIES, '', name);
    const { generation = 0 } = policy?.metadata ?? {};
    if (policy === undefined || generation <= (policy.status?.observedGeneration ?? 0)) return undefined;
    const warnings = expressionWarnings(policy);
    const typeChecking = warnings.length === 0 ? {} : { expressionWarnings: warnings };
    const status = { ...policy.status, observedGeneration: generation, typeChecking };
    const updated = client.updateStatus(POLICIES, { ...policy, status });
    return updated.ok || updated.status.reason === 'NotFound' ? undefined : { error: updated.status.message ?? '' };
  },
};
