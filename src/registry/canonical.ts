// The canonical form of an object that is about to be validated and stored: what Go makes of it when it decodes and
// encodes it. Decoding gives it to a request's object, but defaults, admission and strategies add members behind it,
// and components do not decode at all. Equal objects have equal texts, and an update that changes nothing is seen.

import type { Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import { schemaOf } from '../api/schema-of.ts';
import type { JsonObject } from '../lib/json.ts';
import { canonical } from '../schema/decode/canonical.ts';

/**
 * A new object that shares free-form values with the old one. It bears the kind's own type. managedFields, which the
 * server makes, are as they are.
 */
export function toCanonical(kind: Kind, object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  const plain = { ...object, metadata } as unknown as JsonObject;
  const result = canonical(plain, schemaOf(kind)).object as unknown as KubeObject;
  result.metadata ??= {} as KubeObject['metadata'];
  if (managedFields !== undefined) result.metadata.managedFields = managedFields;
  return result;
}
