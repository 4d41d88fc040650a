// IngressClass. Models kubernetes pkg/registry/networking/ingressclass, pkg/apis/networking/validation and the printer.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, notSupported, required, tooLong } from '../../../schema/field-error.ts';
import { byteLength } from '../../../schema/go-text.ts';
import { dns1123LabelErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { IngressClass, IngressClassParametersReference } from '../../types/networking-v1.ts';
import { invalidEach, validateDomainPrefixedPath, validateImmutable } from '../../validation/fields.ts';
import { validateObjectReference } from './references.ts';

const SCOPES = ['Cluster', 'Namespace'];
const MAX_CONTROLLER = 250;

function validateParameters(parameters: IngressClassParametersReference, field: string): FieldError[] {
  const errors = validateObjectReference(parameters, field);
  const { scope, namespace } = parameters;
  if (scope === undefined) return [...errors, required(`${field}.scope`)];
  if (!SCOPES.includes(scope)) errors.push(notSupported(`${field}.scope`, scope, SCOPES));
  const at = `${field}.namespace`;
  if (scope === 'Namespace') {
    if (!namespace) errors.push(required(at, "`parameters.scope` is set to 'Namespace'"));
    else append(errors, invalidEach(at, namespace, dns1123LabelErrors(namespace)));
  }
  if (scope === 'Cluster' && namespace !== undefined) {
    errors.push(forbidden(at, "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}

function validate({ spec = {} }: IngressClass): FieldError[] {
  const { controller = '', parameters } = spec;
  const errors: FieldError[] = [];
  if (byteLength(controller) > MAX_CONTROLLER) errors.push(tooLong('spec.controller', MAX_CONTROLLER));
  append(errors, validateDomainPrefixedPath(controller, 'spec.controller'));
  return parameters === undefined ? errors : [...errors, ...validateParameters(parameters, 'spec.parameters')];
}

/** `Params.example.org/p` */
function parametersCell({ spec }: IngressClass): string {
  const parameters = spec?.parameters;
  if (parameters === undefined) return '<none>';
  const group = parameters.apiGroup ? `.${parameters.apiGroup}` : '';
  return `${parameters.kind}${group}/${parameters.name}`;
}

/** Index term of classes that are the default. */
export const DEFAULT_INGRESS_CLASS_TERM = 'default:ingressclass';
const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

export const ingressClass = defineKind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  resource: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  definition: 'io.k8s.api.networking.v1.IngressClass',

  setDefaults(object) {
    const spec = (object.spec ??= {});
    if (spec.parameters !== undefined) spec.parameters.scope ??= 'Cluster';
  },
  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...validateImmutable(object.spec?.controller, old.spec?.controller, 'spec.controller'),
  ],
  hasGeneration: true,
  terms: ({ metadata: { annotations } }) =>
    annotations?.[DEFAULT_ANNOTATION] === 'true' ? [DEFAULT_INGRESS_CLASS_TERM] : [],

  printer: {
    columns: [NAME_COLUMN, column('Controller'), column('Parameters'), AGE_COLUMN],
    cells: (object, now) => [
      object.metadata.name,
      object.spec?.controller ?? '',
      parametersCell(object),
      age(object, now),
    ],
  },
});
