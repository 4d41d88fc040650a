// ValidatingWebhookConfiguration. Models kubernetes pkg/registry/admissionregistration/validatingwebhookconfiguration.
// It is stored and checked; no webhook is called yet.

import { defineKind } from '../../kind.ts';
import type { ValidatingWebhookConfiguration } from '../../types/admissionregistration-v1.ts';
import { CATEGORIES, GROUP } from './names.ts';
import { webhookRules } from './webhooks.ts';

export const validatingWebhookConfiguration = defineKind<ValidatingWebhookConfiguration>({
  group: GROUP,
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  resource: 'validatingwebhookconfigurations',
  singular: 'validatingwebhookconfiguration',
  categories: CATEGORIES,
  namespaced: false,
  definition: 'io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration',
  ...webhookRules<ValidatingWebhookConfiguration>(false),
});
