// The Ingress controller of a cluster: one class, which Ingresses that name none get.

import type { Draft } from '../../object.ts';
import type { IngressClass } from '../../types/networking-v1.ts';

/** What classes name as their controller. */
export const INGRESS_CONTROLLER = 'kubewisp.dev/ingress';

export function defaultIngressClass(): Draft<IngressClass> {
  return {
    kind: 'IngressClass',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name: 'kubewisp', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
    spec: { controller: INGRESS_CONTROLLER },
  };
}
