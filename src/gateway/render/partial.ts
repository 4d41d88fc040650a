// Objects cut down to their metadata: PartialObjectMetadata and its list.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';

/** `apiVersion`: `meta.k8s.io/v1`. */
export function partialMetadata(object: JsonObject, apiVersion: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: object['metadata'] ?? {} };
}

export function partialMetadataList(list: JsonObject, apiVersion: string): JsonObject {
  const items: readonly JsonValue[] = Array.isArray(list['items']) ? list['items'] : [];
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion,
    metadata: list['metadata'] ?? {},
    // Upstream begins with a nil slice here, and here alone.
    items: items.length === 0 ? null : items.map((item) => partialMetadata(isObject(item) ? item : {}, apiVersion)),
  };
}
