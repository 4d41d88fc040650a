// ServiceAccount. Models kubernetes pkg/registry/core/serviceaccount.

import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age } from '../../printing.ts';
import type { ServiceAccount } from '../../types/core-v1.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';
import { tokenRequest } from '../../authentication/v1/token-request.ts';

const ENFORCE_SECRETS = 'kubernetes.io/enforce-mountable-secrets';

/** Of references to secrets only the name counts: they are always of the account's own namespace. */
function keepSecretNames(object: ServiceAccount): void {
  if (object.secrets === undefined) return;
  object.secrets = object.secrets.map(({ name }) => (name === undefined ? {} : { name }));
}

export const serviceAccount = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  resource: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.ServiceAccount',

  prepareForCreate: keepSecretNames,
  prepareForUpdate: keepSecretNames,
  validateUpdate: (object) => validateObjectMeta(object.metadata, { namespaced: true }),

  actions: { token: tokenRequest },

  warnings(object, old) {
    const { annotations } = object.metadata;
    if (annotations?.[ENFORCE_SECRETS] === undefined) return [];
    if (old?.metadata.annotations?.[ENFORCE_SECRETS] !== undefined) return [];
    return [
      `metadata.annotations[${ENFORCE_SECRETS}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
    ];
  },

  deleteReturnsObject: true,

  printer: {
    columns: [NAME_COLUMN, AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, age(object, now)],
  },
});
