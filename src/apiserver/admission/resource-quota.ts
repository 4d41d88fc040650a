// What is made in a namespace, or grows, must have room in all quotas of the namespace, which take it down.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota.
//
// 1. A quota is charged in the transaction of the write that it is charged for, and only where that was done: nothing leaks.
// 2. What is released is found out by the quota controller.

import { resourceName } from '../../api/kind.ts';
import { evaluatorOf } from '../../api/quota/evaluators.ts';
import { charge } from '../../api/quota/quota.ts';
import type { ResourceQuota } from '../../api/types/core-v1.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refuse } from './plugin.ts';

const QUOTAS = 'resourcequotas';

export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',

  validate(object, old, attributes) {
    const { operation, kind, namespace, subresource, store } = attributes;
    if (object === undefined || !kind.namespaced) return undefined;
    const evaluator = evaluatorOf(resourceName(kind));
    if (evaluator?.charges(operation, subresource) !== true) return undefined;
    const rows = store.log.list({ resource: QUOTAS, namespace });
    if (rows.length === 0) return undefined;
    const quotas = rows.map((row) => store.parseStored(row) as ResourceQuota);
    const charged = charge(quotas, { evaluator, object, old, now: store.clock.now() });
    if (!charged.ok) return refuse(attributes, object, charged.why);
    if (charged.used.length === 0) return undefined;
    attributes.afterwards.push(() => {
      const client = attributes.loopback();
      for (const [quota, used] of charged.used) {
        const written = client.updateStatus(QUOTAS, { ...quota, status: { ...quota.status, used } });
        if (!written.ok) throw new Error(`quota ${quota.metadata.name}: ${written.status.message ?? ''}`);
      }
    });
    return undefined;
  },
};
