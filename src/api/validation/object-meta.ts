// Metadata: what every object's must be, and what of it an update may not change.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go, the additions of
// pkg/apis/core/validation, and the order of checks in apiserver pkg/registry/rest (BeforeCreate, BeforeUpdate).

import { append } from '../../lib/append.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../schema/field-error.ts';
import { goQuote } from '../../schema/go-text.ts';
import { labelNameErrors, qualifiedNameErrors, subdomainNameErrors } from '../../schema/names.ts';
import type { Kind } from '../kind.ts';
import type { ObjectMeta, OwnerReference } from '../types/meta-v1.ts';
import { validateManagedFields } from './managed-fields.ts';
import { invalidEach, validateAnnotations, validateImmutable, validateLabels, validateNonnegative } from './fields.ts';

/** What of a kind its metadata depends on. */
export type MetaRules = Pick<Kind, 'namespaced' | 'validateName' | 'plainFinalizers'>;

const PATH = 'metadata';
const MOST_OWNER_ERRORS = 20;
const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';
const STANDARD_FINALIZERS: readonly string[] = ['kubernetes', ORPHAN, FOREGROUND];

/** Metadata of an object about to be created: name, namespace and everything a client may have set. */
export function validateObjectMeta(meta: ObjectMeta, rules: MetaRules): FieldError[] {
  return [
    ...validateNames(meta, rules),
    ...validateNonnegative(meta.generation, `${PATH}.generation`),
    ...validateLabels(meta.labels, `${PATH}.labels`),
    ...validateAnnotations(meta.annotations, `${PATH}.annotations`),
    ...validateOwnerReferences(meta.ownerReferences),
    ...validateFinalizers(meta.finalizers),
    ...validateManagedFields(meta.managedFields, `${PATH}.managedFields`),
    ...(rules.plainFinalizers === true ? [] : validateFinalizerDomains(meta.finalizers)),
  ];
}

/**
 * Metadata of an update. Both the shared path and the kind's own validation look at it upstream, so that an error
 * comes as often as here. A kind whose update validates the whole object again (ConfigMap) adds `validateObjectMeta`.
 */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, rules: MetaRules): FieldError[] {
  const change = validateMetaChange(meta, old);
  const content = [
    ...validateLabels(meta.labels, `${PATH}.labels`),
    ...validateAnnotations(meta.annotations, `${PATH}.annotations`),
    ...validateOwnerReferences(meta.ownerReferences),
    ...validateManagedFields(meta.managedFields, `${PATH}.managedFields`),
  ];
  return [
    ...validateNamespace(meta, rules),
    ...content,
    ...validateFinalizers(meta.finalizers),
    ...change,
    ...content,
    ...change,
    ...content,
    ...(rules.plainFinalizers === true ? [] : validateFinalizerDomains(meta.finalizers)),
  ];
}

function validateNames(meta: ObjectMeta, rules: MetaRules): FieldError[] {
  const nameErrors = rules.validateName ?? subdomainNameErrors;
  const errors: FieldError[] = [];
  const generateName = meta.generateName ?? '';
  if (generateName !== '') {
    append(errors, invalidEach(`${PATH}.generateName`, generateName, nameErrors(generateName, true)));
  }
  const name = meta.name ?? '';
  if (name === '') errors.push(required(`${PATH}.name`, 'name or generateName is required'));
  else append(errors, invalidEach(`${PATH}.name`, name, nameErrors(name, false)));
  append(errors, validateNamespace(meta, rules));
  return errors;
}

function validateNamespace(meta: ObjectMeta, rules: MetaRules): FieldError[] {
  const namespace = meta.namespace ?? '';
  if (!rules.namespaced) return namespace === '' ? [] : [forbidden(`${PATH}.namespace`, 'not allowed on this type')];
  if (namespace === '') return [required(`${PATH}.namespace`)];
  return invalidEach(`${PATH}.namespace`, namespace, labelNameErrors(namespace, false));
}

/** What an update may not change. resourceVersion is the store's affair. */
function validateMetaChange(meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const known = new Set(old.finalizers);
    const added = (meta.finalizers ?? []).filter((finalizer) => !known.has(finalizer)).sort();
    if (added.length > 0) {
      const list = `[]string{${[...new Set(added)].map(goQuote).join(', ')}}`;
      const why = 'no new finalizers can be added if the object is being deleted';
      errors.push(forbidden(`${PATH}.finalizers`, `${why}, found new finalizers ${list}`));
    }
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalid(`${PATH}.generation`, meta.generation ?? 0, 'must not be decremented'));
  }
  const fixed = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'];
  for (const key of fixed as ReadonlyArray<keyof ObjectMeta>) {
    append(errors, validateImmutable(meta[key], old[key], `${PATH}.${key}`));
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[] | undefined): FieldError[] {
  const field = `${PATH}.finalizers`;
  const list = finalizers ?? [];
  const errors = list.flatMap((finalizer) => invalidEach(field, finalizer, qualifiedNameErrors(finalizer)));
  if (list.includes(ORPHAN) && list.includes(FOREGROUND)) {
    errors.push(invalid(field, list, `finalizer ${ORPHAN} and ${FOREGROUND} cannot be both set`));
  }
  return errors;
}

/** A finalizer without a domain must be one of the system's own. */
function validateFinalizerDomains(finalizers: readonly string[] | undefined): FieldError[] {
  return (finalizers ?? []).flatMap((finalizer, index) =>
    finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)
      ? []
      : [
          invalid(
            `${PATH}.finalizers[${index}]`,
            finalizer,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  );
}

function validateOwnerReferences(references: readonly OwnerReference[] | undefined): FieldError[] {
  const field = `${PATH}.ownerReferences`;
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const reference of references ?? []) {
    append(errors, validateOwnerReference(reference, field));
    if (reference.controller !== true) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (controller === undefined) {
      controller = name;
      continue;
    }
    // Each quotes the whole list: what thousands of them would say is not worth their square.
    if (errors.length >= MOST_OWNER_ERRORS) continue;
    const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
    errors.push(invalid(field, (references ?? []).map(ownerReferenceJson), why));
  }
  return errors;
}

function validateOwnerReference(reference: OwnerReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const apiVersion = reference.apiVersion ?? '';
  const parts = apiVersion.split('/');
  const version = parts.length > 2 ? '' : (parts.at(-1) ?? '');
  if (version === '') errors.push(invalid(`${field}.apiVersion`, apiVersion, 'version must not be empty'));
  for (const key of ['kind', 'name', 'uid'] as const) {
    if ((reference[key] ?? '') === '') errors.push(invalid(`${field}.${key}`, '', 'must not be empty'));
  }
  // Events come and go too fast to own anything.
  if (apiVersion === 'v1' && reference.kind === 'Event') {
    const why = '/v1, Kind=Event is disallowed from being an owner';
    errors.push(invalid(field, ownerReferenceJson(reference), why));
  }
  return errors;
}

/** An owner reference with its members in the order in which upstream prints them. */
function ownerReferenceJson(reference: OwnerReference): OwnerReference {
  const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = reference;
  return {
    apiVersion: apiVersion ?? '',
    kind: kind ?? '',
    name: name ?? '',
    uid: uid ?? '',
    ...(controller === undefined ? {} : { controller }),
    ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
  };
}
