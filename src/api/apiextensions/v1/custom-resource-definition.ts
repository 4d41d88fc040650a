// CustomResourceDefinition: declares a kind that the cluster serves from then on (src/api/custom).
//
//   created ──names accepted──► Established ──delete──► Terminating ──no object of it is left──► gone
//
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition.

import { formatTime } from '../../../lib/clock.ts';
import type { JsonSchema } from '../../../schema/openapi-schema/json-schema.ts';
import { additionalOf, itemsOf } from '../../../schema/openapi-schema/json-schema.ts';
import { isKnownFormat } from '../../../schema/openapi-schema/formats.ts';
import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import type { CustomResourceDefinition } from '../../types/apiextensions-v1.ts';
import { validateDefinition, validateDefinitionStatus, validateDefinitionUpdate } from './crd-validation.ts';

/** Keeps a definition until the objects of its kind are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

function addStoredVersion(object: CustomResourceDefinition): void {
  const storage = object.spec.versions.find((version) => version.storage)?.name;
  const stored = object.status?.storedVersions ?? [];
  if (storage === undefined || stored.includes(storage)) return;
  object.status = { ...object.status, storedVersions: [...stored, storage] };
}

/** Formats that nobody checks, each once. */
function unknownFormats(schema: JsonSchema, found: Set<string>): void {
  const { type, format = '' } = schema;
  if (type === 'string' && format !== '' && !isKnownFormat(format)) found.add(format);
  const items = itemsOf(schema);
  const additional = additionalOf(schema);
  if (items !== undefined) unknownFormats(items, found);
  if (additional !== undefined && additional !== true) unknownFormats(additional, found);
  for (const property of Object.values(schema.properties ?? {})) unknownFormats(property, found);
}

export const customResourceDefinition = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  resource: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  definition: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  storagePath: 'apiextensions.k8s.io/customresourcedefinitions',

  plainFinalizers: true,
  setDefaults({ spec }) {
    const { names } = spec;
    // One without versions is null until validation refuses it.
    spec.versions ??= [];
    if ((names.singular ?? '') === '') names.singular = names.kind.toLowerCase();
    if ((names.listKind ?? '') === '' && names.kind !== '') names.listKind = `${names.kind}List`;
    spec.conversion ??= { strategy: 'None' };
    const service = spec.conversion.webhook?.clientConfig?.service;
    if (service !== undefined) service.port ??= 443;
  },
  prepareForCreate(object) {
    delete object.status;
    addStoredVersion(object);
  },
  prepareForUpdate: addStoredVersion,
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
  warnings(object, old) {
    if (old !== undefined && object.metadata.generation === old.metadata.generation) return [];
    const found = new Set<string>();
    for (const { schema } of object.spec.versions) {
      unknownFormats((schema?.openAPIV3Schema ?? {}) as unknown as JsonSchema, found);
    }
    return [...found].map((format) => `unrecognized format ${JSON.stringify(format)}`);
  },
  hasGeneration: true,
  allowUnconditionalUpdate: false,

  status: { resetFields: ['metadata', 'spec'], validate: validateDefinitionStatus },

  deletion: {
    begin(object) {
      const { metadata, status } = object;
      const finalizers = metadata.finalizers ?? [];
      if (!finalizers.includes(CLEANUP_FINALIZER)) metadata.finalizers = [...finalizers, CLEANUP_FINALIZER];
      const terminating = {
        type: 'Terminating',
        status: 'True',
        lastTransitionTime: metadata.deletionTimestamp ?? formatTime(0),
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      };
      const others = (status?.conditions ?? []).filter(({ type }) => type !== terminating.type);
      object.status = { ...status, conditions: [...others, terminating] };
    },
    isHeldBack: ({ metadata }) => (metadata.finalizers ?? []).length > 0,
  },
  deleteReturnsObject: true,

  printer: defaultPrinter,
});
