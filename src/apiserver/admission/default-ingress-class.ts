// An Ingress that names no class gets the default one, where there is one.
// Models kubernetes plugin/pkg/admission/network/defaultingressclass.

import { DEFAULT_INGRESS_CLASS_TERM } from '../../api/networking/v1/ingress-class.ts';
import type { Ingress } from '../../api/types/networking-v1.ts';
import { newestWithTerm } from './defaults.ts';
import type { AdmissionPlugin } from './plugin.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  resources: ['ingresses.networking.k8s.io'],

  mutate(object, _old, { operation, subresource, store }) {
    if (operation !== 'CREATE' || subresource !== '') return undefined;
    const ingress = object as Ingress;
    const named = ingress.spec?.ingressClassName ?? ingress.metadata.annotations?.[CLASS_ANNOTATION];
    if (named !== undefined) return undefined;
    const found = newestWithTerm(store, DEFAULT_INGRESS_CLASS_TERM, 'ingressclasses.networking.k8s.io');
    if (found !== undefined) (ingress.spec ??= {}).ingressClassName = found.metadata.name;
    return undefined;
  },
};
