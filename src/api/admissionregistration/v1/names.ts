// What the kinds of this group have in common.

export const GROUP = 'admissionregistration.k8s.io';
export const CATEGORIES = ['api-extensions'];
