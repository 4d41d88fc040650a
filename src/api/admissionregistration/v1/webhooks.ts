// What validating and mutating webhooks share. Models kubernetes pkg/apis/admissionregistration/{v1,validation} and
// apiserver pkg/util/webhook/validation.go.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../../../schema/names.ts';
import type { Kind } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type {
  MutatingWebhook,
  ServiceReference,
  ValidatingWebhook,
  WebhookClientConfig,
} from '../../types/admissionregistration-v1.ts';
import { validateLabelSelector } from '../../validation/fields.ts';
import { validateWebhookPath, validateWebhookPort, validateWebhookUrl } from '../../validation/webhook-client.ts';
import { validateMatchConditions, validateMatchPolicy, validateRule } from './rules.ts';

const FAILURE_POLICIES = ['Fail', 'Ignore'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const REINVOCATION = ['IfNeeded', 'Never'];
const REVIEW_VERSIONS = ['v1', 'v1beta1'];

type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;
interface Configuration extends KubeObject {
  webhooks?: Webhook[];
}

function validateName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const texts = dns1123SubdomainErrors(name);
  if (texts.length > 0) return [invalid(field, name, texts.join(','))];
  if (name.split('.').length >= 3) return [];
  return [invalid(field, name, 'should be a domain with at least three segments separated by dots')];
}

function validateService({ name, namespace, path, port = 0 }: ServiceReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  // Upstream takes one for the other.
  if (!namespace) errors.push(required(`${field}.name`));
  if (!name) errors.push(required(`${field}.namespace`));
  append(errors, validateWebhookPort(port, `${field}.port`));
  if (path !== undefined) append(errors, validateWebhookPath(path, `${field}.path`));
  return errors;
}

function validateClient({ url, service }: WebhookClientConfig, field: string): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [required(field, 'exactly one of url or service is required')];
  }
  if (service !== undefined) return validateService(service, `${field}.service`);
  return validateWebhookUrl(url ?? '', `${field}.url`);
}

function validateReviewVersions(versions: readonly string[], field: string): FieldError[] {
  const known = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) return [required(field, `must specify one of ${known}`)];
  const errors: FieldError[] = [];
  versions.forEach((version, index) => {
    const at = `${field}[${index}]`;
    if (versions.indexOf(version) < index) errors.push(invalid(at, version, 'duplicate version'));
    const texts = dns1035LabelErrors(version);
    if (texts.length > 0) errors.push(invalid(at, version, texts.join(',')));
  });
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return errors;
  return [...errors, invalid(field, versions, `must include at least one of ${known}`)];
}

function validateWebhook(hook: Webhook, mutating: boolean, field: string): FieldError[] {
  const {
    name = '',
    clientConfig,
    failurePolicy,
    sideEffects,
    timeoutSeconds,
    reinvocationPolicy,
  } = hook as Partial<Webhook>;
  const errors = validateName(name, `${field}.name`);
  (hook.rules ?? []).forEach((rule, index) => append(errors, validateRule(rule, `${field}.rules[${index}]`)));
  if (failurePolicy !== undefined && !FAILURE_POLICIES.includes(failurePolicy)) {
    errors.push(notSupported(`${field}.failurePolicy`, failurePolicy, FAILURE_POLICIES));
  }
  append(errors, validateMatchPolicy(hook.matchPolicy, `${field}.matchPolicy`));
  // Served as null where it is missing.
  const effects = (sideEffects as string | null | undefined) ?? undefined;
  if (effects === undefined) {
    errors.push(required(`${field}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(', ')}`));
  } else if (!SIDE_EFFECTS.includes(effects)) {
    errors.push(notSupported(`${field}.sideEffects`, effects, SIDE_EFFECTS));
  }
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
    const why = 'the timeout value must be between 1 and 30 seconds';
    errors.push(invalid(`${field}.timeoutSeconds`, timeoutSeconds, why));
  }
  append(errors, validateLabelSelector(hook.namespaceSelector, `${field}.namespaceSelector`));
  append(errors, validateLabelSelector(hook.objectSelector, `${field}.objectSelector`));
  if (mutating && reinvocationPolicy !== undefined && !REINVOCATION.includes(reinvocationPolicy)) {
    errors.push(notSupported(`${field}.reinvocationPolicy`, reinvocationPolicy, REINVOCATION));
  }
  append(errors, validateClient(clientConfig ?? {}, `${field}.clientConfig`));
  append(errors, validateMatchConditions(hook.matchConditions, `${field}.matchConditions`, false));
  const versions = (hook.admissionReviewVersions as string[] | null | undefined) ?? [];
  return [...errors, ...validateReviewVersions(versions, `${field}.admissionReviewVersions`)];
}

function validate({ webhooks = [] }: Configuration, mutating: boolean): FieldError[] {
  const seen = new Set<string>();
  return webhooks.flatMap((hook, index) => {
    const field = `webhooks[${index}]`;
    const errors = validateWebhook(hook, mutating, field);
    if (seen.has(hook.name)) errors.push(duplicate(`${field}.name`, hook.name));
    seen.add(hook.name);
    return errors;
  });
}

function setDefaults({ webhooks }: Configuration, mutating: boolean): void {
  for (const hook of webhooks ?? []) {
    hook.failurePolicy ??= 'Fail';
    hook.matchPolicy ??= 'Equivalent';
    hook.namespaceSelector ??= {};
    hook.objectSelector ??= {};
    hook.timeoutSeconds ??= 10;
    if (mutating) hook.reinvocationPolicy ??= 'Never';
    for (const rule of hook.rules ?? []) rule.scope ??= '*';
    const service = (hook as Partial<Webhook>).clientConfig?.service;
    if (service !== undefined) service.port ??= 443;
  }
}

/** What both kinds of configuration share. generation counts changes of the webhooks. */
export function webhookRules<T extends Configuration>(
  mutating: boolean,
): Pick<
  Kind<T>,
  | 'setDefaults'
  | 'prepareForUpdate'
  | 'validate'
  | 'validateUpdate'
  | 'hasGeneration'
  | 'allowUnconditionalUpdate'
  | 'printer'
> {
  return {
    setDefaults: (object) => setDefaults(object, mutating),
    prepareForUpdate(object, old) {
      if (deepEqual(object.webhooks, old.webhooks)) return;
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validate: (object) => validate(object, mutating),
    validateUpdate: (object) => validate(object, mutating),
    hasGeneration: true,
    allowUnconditionalUpdate: false,
    printer: {
      columns: [NAME_COLUMN, column('Webhooks', 'integer'), AGE_COLUMN],
      cells: (object, now) => [object.metadata.name, (object.webhooks ?? []).length, age(object, now)],
    },
  };
}
