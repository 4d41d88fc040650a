// Definitions of custom resources for the suites here.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import type { Rig } from './rig.ts';

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const GADGETS = '/apis/test.example.com/v1/namespaces/default/gadgets';

/** Gadgets of test.example.com with this schema of `spec`, and what else a version is to have. */
export function gadgets(spec: JsonObject, version: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.test.example.com' },
    spec: {
      group: 'test.example.com',
      scope: 'Namespaced',
      names: { plural: 'gadgets', kind: 'Gadget', shortNames: ['gd'] },
      versions: [versionOf('v1', spec, { storage: true, ...version })],
      ...more,
    },
  };
}

export function versionOf(name: string, spec: JsonObject, more: JsonObject = {}): JsonObject {
  const status: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object', ...spec }, status } };
  return { name, served: true, storage: false, schema: { openAPIV3Schema }, ...more };
}

export function define(rig: Rig, definition: JsonValue): void {
  const made = rig.send('POST', DEFINITIONS, { body: definition });
  if (made.status !== 201) throw new Error(made.text);
}

export function gadget(name: string, spec: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return { apiVersion: 'test.example.com/v1', kind: 'Gadget', metadata: { name }, spec, ...more };
}
