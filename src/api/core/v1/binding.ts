// Binding: the older way to say on which node a pod is to run. It is never stored: creating one is pods/binding.
// Models kubernetes pkg/registry/core/pod/storage/storage.go (LegacyBindingREST).

import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import type { Binding } from '../../types/core-v1.ts';
import { podBinding } from './pod-binding.ts';

export const binding = defineKind<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  resource: 'bindings',
  singular: 'binding',
  namespaced: true,
  verbs: ['create'],
  definition: 'io.k8s.api.core.v1.Binding',
  collectionAction: { resource: 'pods', action: podBinding },
  printer: defaultPrinter,
});
