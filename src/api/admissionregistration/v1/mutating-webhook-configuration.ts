// MutatingWebhookConfiguration. Models kubernetes pkg/registry/admissionregistration/mutatingwebhookconfiguration.
// It is stored and checked; no webhook is called yet.

import { defineKind } from '../../kind.ts';
import type { MutatingWebhookConfiguration } from '../../types/admissionregistration-v1.ts';
import { CATEGORIES, GROUP } from './names.ts';
import { webhookRules } from './webhooks.ts';

export const mutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>({
  group: GROUP,
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  resource: 'mutatingwebhookconfigurations',
  singular: 'mutatingwebhookconfiguration',
  categories: CATEGORIES,
  namespaced: false,
  definition: 'io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration',
  ...webhookRules<MutatingWebhookConfiguration>(true),
});
