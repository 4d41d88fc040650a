// APIService: a group version that another server answers, or this one. Nothing is handed on to other servers yet.
// Models kube-aggregator pkg/registry/apiservice and pkg/apis/apiregistration/{v1,validation}.

import { append } from '../../../lib/append.ts';
import { formatTime } from '../../../lib/clock.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { goQuote } from '../../../schema/go-text.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors, pathSegmentNameErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { APIService, APIServiceCondition, APIServiceSpec } from '../../types/apiregistration-v1.ts';
import { base64Bytes, invalidEach } from '../../validation/fields.ts';
import { validateWebhookPort } from '../../validation/webhook-client.ts';

const MAX_GROUP_PRIORITY = 20_000;
const MAX_VERSION_PRIORITY = 1000;

function validatePriority(value: number, max: number, field: string): FieldError[] {
  return value > 0 && value <= max ? [] : [invalid(field, value, `must be positive and less than ${max}`)];
}

function validateServer(spec: Partial<APIServiceSpec>): FieldError[] {
  const { service, insecureSkipTLSVerify: insecure = false, caBundle = '' } = spec;
  const errors: FieldError[] = [];
  const field = 'spec.insecureSkipTLSVerify';
  if (service === undefined) {
    if (caBundle !== '') {
      const shown = `${base64Bytes(caBundle) ?? 0} bytes`;
      errors.push(invalid('spec.caBundle', shown, 'local APIServices may not have a caBundle'));
    }
    if (insecure) errors.push(invalid(field, insecure, 'local APIServices may not have insecureSkipTLSVerify'));
    return errors;
  }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  append(errors, validateWebhookPort(service.port ?? 0, 'spec.service.port'));
  if (insecure && caBundle !== '') errors.push(invalid(field, insecure, 'may not be true if caBundle is present'));
  return errors;
}

function validate({ metadata, spec: given }: APIService): FieldError[] {
  const spec: Partial<APIServiceSpec> = given ?? {};
  const { group = '', version = '' } = spec;
  const { name = '' } = metadata as Partial<APIService['metadata']>;
  const errors: FieldError[] = [];
  const needed = `${version}.${group}`;
  if (name !== '' && pathSegmentNameErrors(name).length === 0 && name !== needed) {
    errors.push(invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${goQuote(needed)}`));
  }
  if (group !== '') append(errors, invalidEach('spec.group', group, dns1123SubdomainErrors(group)));
  else if (version !== 'v1') {
    errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  }
  return [
    ...errors,
    ...invalidEach('spec.version', version, dns1035LabelErrors(version)),
    ...validatePriority(spec.groupPriorityMinimum ?? 0, MAX_GROUP_PRIORITY, 'spec.groupPriorityMinimum'),
    ...validatePriority(spec.versionPriority ?? 0, MAX_VERSION_PRIORITY, 'spec.versionPriority'),
    ...validateServer(spec),
  ];
}

function localCondition(now: number): APIServiceCondition {
  return {
    type: 'Available',
    status: 'True',
    lastTransitionTime: formatTime(now),
    reason: 'Local',
    message: 'Local APIServices are always available',
  };
}

function available({ status }: APIService): string {
  const condition = (status?.conditions ?? []).find(({ type }) => type === 'Available');
  if (condition === undefined) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
}

/** Index term of the APIServices that a Service answers. */
export function serverTerm(namespace: string, name: string): string {
  return `server:${namespace}/${name}`;
}

export const apiService = defineKind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  resource: 'apiservices',
  singular: 'apiservice',
  categories: ['api-extensions'],
  namespaced: false,
  storagePath: 'apiregistration.k8s.io/apiservices',
  definition: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',

  validateName: pathSegmentNameErrors,
  setDefaults({ spec }) {
    if (spec?.service !== undefined) spec.service.port ??= 443;
  },
  prepareForCreate(object, { now }) {
    if (object.spec?.service === undefined) object.status = { conditions: [localCondition(now)] };
  },
  validate,
  validateUpdate: validate,
  allowUnconditionalUpdate: false,
  status: {},
  terms({ spec }) {
    const { namespace = '', name = '' } = spec?.service ?? {};
    return spec?.service === undefined ? [] : [serverTerm(namespace, name)];
  },

  printer: {
    columns: [NAME_COLUMN, column('Service'), column('Available'), AGE_COLUMN],
    cells: (object, now) => {
      const service = object.spec?.service;
      const server = service === undefined ? 'Local' : `${service.namespace ?? ''}/${service.name ?? ''}`;
      return [object.metadata.name, server, available(object), age(object, now)];
    },
  },
});
