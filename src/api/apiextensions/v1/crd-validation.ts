// What a CustomResourceDefinition must be.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { goQuote } from '../../../schema/go-text.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../../schema/names.ts';
import type { JsonSchema } from '../../../schema/openapi-schema/json-schema.ts';
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionStatus,
  CustomResourceDefinitionVersion,
} from '../../types/apiextensions-v1.ts';
import { validateImmutable } from '../../validation/fields.ts';
import { validateWebhookUrl } from '../../validation/webhook-client.ts';
import { validateColumns, validateSelectableFields, validateSubresources } from './crd-parts-validation.ts';
import { validateSchema } from './crd-schema-validation.ts';
import type { InternalSpec, Parts } from './internal-form.ts';
import { internalSpec, quotedVersions } from './internal-form.ts';

const APPROVAL = 'api-approved.kubernetes.io';
const APPROVAL_PAGE = 'https://github.com/kubernetes/enhancements/pull/1111';

/** Metadata is validated by shared code before; only the name depends on the spec. */
export function validateDefinition(object: CustomResourceDefinition): FieldError[] {
  const { metadata, spec, status } = object;
  const errors: FieldError[] = [];
  if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
    errors.push(invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  append(errors, validateSpec(spec));
  append(errors, validateNames(status?.acceptedNames ?? { plural: '', kind: '' }, 'status.acceptedNames'));
  append(errors, validateStoredVersions(status, spec.versions));
  append(errors, validateApproval(object));
  return [...errors, ...validatePreserving(spec)];
}

export function validateDefinitionUpdate(
  object: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const { spec, status } = object;
  const established = (old.status?.conditions ?? []).some(
    (condition) => condition.type === 'Established' && condition.status === 'True',
  );
  return [
    ...validateSpec(spec),
    ...(established ? validateImmutable(spec.scope, old.spec.scope, 'spec.scope') : []),
    ...(established ? validateImmutable(spec.names.kind, old.spec.names.kind, 'spec.names.kind') : []),
    ...validateImmutable(spec.group, old.spec.group, 'spec.group'),
    ...validateImmutable(spec.names.plural, old.spec.names.plural, 'spec.names.plural'),
    ...validateDefinitionStatus(object),
    ...validateStoredVersions(status, spec.versions),
    ...(old.spec.preserveUnknownFields === true ? [] : validatePreserving(spec)),
  ];
}

export function validateDefinitionStatus({ status }: CustomResourceDefinition): FieldError[] {
  return validateNames(status?.acceptedNames ?? { plural: '', kind: '' }, 'status.acceptedNames');
}

function validateSpec(spec: CustomResourceDefinitionSpec): FieldError[] {
  const { group, scope, names } = spec;
  const internal = internalSpec(spec);
  const errors: FieldError[] = [];
  const groupErrors = dns1123SubdomainErrors(group);
  if (group === '') errors.push(required('spec.group'));
  else if (groupErrors.length > 0) errors.push(invalid('spec.group', group, groupErrors.join(',')));
  else if (!group.includes('.')) errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  if (scope === '') errors.push(required('spec.scope'));
  else if (scope !== 'Cluster' && scope !== 'Namespaced') {
    errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  }
  append(errors, validateVersions(spec, internal));
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if ((names[name] ?? '') === '') errors.push(required(`spec.names.${name}`));
  }
  append(errors, validateNames(names, 'spec.names'));
  append(errors, validateParts(internal.common, 'spec', 'spec.validation', spec));
  return [...errors, ...validateConversion(spec.conversion)];
}

function validateParts(
  parts: Parts,
  path: string,
  schemaPath: string,
  spec: CustomResourceDefinitionSpec,
): FieldError[] {
  const { schema, subresources, columns = [], selectableFields = [] } = parts;
  const errors: FieldError[] = [];
  if (schema !== undefined) {
    const status = spec.versions.some((version) => version.subresources?.status !== undefined);
    append(errors, validateSchema(schema, `${schemaPath}.openAPIV3Schema`, status));
  }
  append(errors, validateSubresources(subresources, `${path}.subresources`));
  append(errors, validateColumns(columns, `${path}.additionalPrinterColumns`));
  if (selectableFields.length === 0) return errors;
  const field = `${path}.selectableFields`;
  if (schema === undefined) errors.push(invalid(field, '', 'may only be set when validations.schema is included'));
  else append(errors, validateSelectableFields(selectableFields, schema, field));
  return errors;
}

function validateVersions(spec: CustomResourceDefinitionSpec, internal: InternalSpec): FieldError[] {
  const { versions } = spec;
  const errors: FieldError[] = [];
  versions.forEach((version, index) => {
    const at = `spec.versions[${index}]`;
    const own = internal.versions[index] ?? {};
    const nameErrors = dns1035LabelErrors(version.name);
    if (nameErrors.length > 0) errors.push(invalid(`${at}.name`, version.name, nameErrors.join(',')));
    append(errors, validateDeprecation(version, at));
    append(errors, validateParts(own, at, `${at}.schema`, spec));
    if (internal.common.schema === undefined && own.schema === undefined) {
      errors.push(required(`${at}.schema.openAPIV3Schema`));
    }
  });
  const quoted = quotedVersions(spec, internal);
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    errors.push(invalid('spec.versions', quoted, 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalid('spec.versions', quoted, 'must have exactly one version marked as storage version'));
  }
  // Upstream keeps the first version's name above the versions too.
  const first = versions[0]?.name ?? '';
  const firstErrors = first === '' ? [] : dns1035LabelErrors(first);
  if (firstErrors.length > 0) errors.push(invalid('spec.version', first, firstErrors.join(',')));
  return errors;
}

function validateDeprecation(version: CustomResourceDefinitionVersion, path: string): FieldError[] {
  const { deprecated, deprecationWarning: warning } = version;
  if (warning === undefined) return [];
  const field = `${path}.deprecationWarning`;
  const errors: FieldError[] = [];
  if (deprecated !== true) errors.push(invalid(field, warning, 'can only be set for deprecated versions'));
  if (warning.length > 256) errors.push(invalid(field, warning, 'must be <= 256 characters long'));
  if (warning === '') errors.push(invalid(field, warning, 'must not be an empty string'));
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f]/.test(warning)) {
    errors.push(
      invalid(field, warning, 'must only contain printable UTF-8 characters; non-printable characters found'),
    );
  }
  return errors;
}

function validateNames(names: CustomResourceDefinitionNames, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const label = (field: string, value: string): void => {
    const texts = value === '' ? [] : dns1035LabelErrors(value);
    if (texts.length > 0) errors.push(invalid(field, value, texts.join(',')));
  };
  const mixed = (field: string, value: string): void => {
    const texts = value === '' ? [] : dns1035LabelErrors(value.toLowerCase());
    const head = 'may have mixed case, but should otherwise match: ';
    if (texts.length > 0) errors.push(invalid(field, value, head + texts.join(',')));
  };
  label(`${path}.plural`, names.plural);
  label(`${path}.singular`, names.singular ?? '');
  mixed(`${path}.kind`, names.kind);
  mixed(`${path}.listKind`, names.listKind ?? '');
  const each = (list: readonly string[] | undefined, field: string): void =>
    (list ?? []).forEach((value, index) => {
      const texts = dns1035LabelErrors(value);
      if (texts.length > 0) errors.push(invalid(`${path}.${field}[${index}]`, value, texts.join(',')));
    });
  each(names.shortNames, 'shortNames');
  if (names.kind !== '' && names.kind === names.listKind) {
    errors.push(invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  }
  each(names.categories, 'categories');
  return errors;
}

function validateStoredVersions(
  status: CustomResourceDefinitionStatus | undefined,
  versions: readonly CustomResourceDefinitionVersion[],
): FieldError[] {
  const field = 'status.storedVersions';
  const stored = status?.storedVersions ?? null;
  if (stored === null || stored.length === 0) return [invalid(field, stored, 'must have at least one stored version')];
  const errors: FieldError[] = [];
  // A name that versions share is found once.
  const left = new Set(stored);
  for (const { storage, name } of versions) {
    if (!left.delete(name) && storage) errors.push(invalid(field, stored, `must have the storage version ${name}`));
  }
  stored.forEach((name, index) => {
    if (!left.has(name)) return;
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalid(`${field}[${index}]`, name, why));
  });
  return errors;
}

/** Groups of the community may be used with its consent. */
function validateApproval({ metadata, spec: { group } }: CustomResourceDefinition): FieldError[] {
  if (!/(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group)) return [];
  const field = `metadata.annotations[${APPROVAL}]`;
  const given = metadata.annotations?.[APPROVAL] ?? '';
  const annotation = goQuote(APPROVAL);
  if (given === '') {
    const why = `protected groups must have approval annotation ${annotation}, see ${APPROVAL_PAGE}`;
    return [required(field, why)];
  }
  if (given.startsWith('unapproved') || (URL.canParse(given) && new URL(given).host !== '')) return [];
  const why = `protected groups must have approval annotation ${annotation} with either a URL or a reason starting with "unapproved", see ${APPROVAL_PAGE}`;
  return [invalid(field, given, why)];
}

function validatePreserving(spec: CustomResourceDefinitionSpec): FieldError[] {
  if (spec.preserveUnknownFields !== true) return [];
  const field = 'spec.preserveUnknownFields';
  const errors: FieldError[] = [];
  const defaults = spec.versions.some(({ schema }) => hasDefaults(schema?.openAPIV3Schema as JsonSchema | undefined));
  if (defaults) errors.push(invalid(field, true, 'must be false in order to use defaults in the schema'));
  const why = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [...errors, invalid(field, true, why)];
}

function hasDefaults(schema: JsonSchema | undefined): boolean {
  if (schema === undefined) return false;
  if (schema.default !== undefined && schema.default !== null) return true;
  const { items, additionalProperties } = schema;
  return (
    Object.values(schema.properties ?? {}).some(hasDefaults) ||
    (typeof items === 'object' && !Array.isArray(items) && hasDefaults(items as JsonSchema)) ||
    (typeof additionalProperties === 'object' && hasDefaults(additionalProperties))
  );
}

function validateConversion(conversion: CustomResourceConversion | undefined): FieldError[] {
  if (conversion === undefined) return [];
  const { strategy, webhook } = conversion;
  const path = 'spec.conversion';
  const errors: FieldError[] = [];
  if (strategy === '') errors.push(required(`${path}.strategy`));
  else if (strategy !== 'None' && strategy !== 'Webhook') {
    errors.push(notSupported(`${path}.strategy`, strategy, ['None', 'Webhook']));
  }
  const client = webhook?.clientConfig;
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy !== 'Webhook') {
    const why = 'should not be set when strategy is not set to Webhook';
    if (client !== undefined) errors.push(forbidden(`${path}.webhookClientConfig`, why));
    if (versions.length > 0) errors.push(forbidden(`${path}.conversionReviewVersions`, why));
    return errors;
  }
  const field = `${path}.webhookClientConfig`;
  if (client === undefined) errors.push(required(field, 'required when strategy is set to Webhook'));
  else if ((client.url === undefined) === (client.service === undefined)) {
    errors.push(required(field, 'exactly one of url or service is required'));
  } else if (client.url !== undefined) append(errors, validateWebhookUrl(client.url, `${field}.url`));
  else {
    if ((client.service?.name ?? '') === '') errors.push(required(`${field}.service.name`, 'service name is required'));
    if ((client.service?.namespace ?? '') === '') {
      errors.push(required(`${field}.service.namespace`, 'service namespace is required'));
    }
  }
  return [...errors, ...validateReviewVersions(versions, `${path}.conversionReviewVersions`)];
}

function validateReviewVersions(versions: readonly string[], field: string): FieldError[] {
  if (versions.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  versions.forEach((version, index) => {
    const texts = dns1035LabelErrors(version);
    if (versions.indexOf(version) < index) errors.push(invalid(`${field}[${index}]`, version, 'duplicate version'));
    else if (texts.length > 0) errors.push(invalid(`${field}[${index}]`, version, texts.join(',')));
  });
  if (errors.length > 0 || versions.some((version) => version === 'v1' || version === 'v1beta1')) return errors;
  return [invalid(field, versions, 'must include at least one of v1, v1beta1')];
}
